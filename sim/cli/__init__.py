"""The command line: one module a command, for options, output and files."""

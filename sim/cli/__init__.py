"""The command line: one short module a command. It asks, shows and writes files; what is true it leaves to others."""

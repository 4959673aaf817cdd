"""The contract between model and engines: rules, plan, trace, settings, random streams and causes of waiting."""

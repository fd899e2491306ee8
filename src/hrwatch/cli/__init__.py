"""The command line: one module a verb; results go to stdout, logs and progress to stderr."""

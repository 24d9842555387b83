"""The command line: its grammar, and a module for each command."""

"""The oldest torch a project says it runs on."""

"""The process that opens a checkpoint: torch and these files, nothing else of the package."""

"""The forge on GitHub: the only rooms that speak to PyGithub."""

"""The loaded value, followed to all its uses, and what each of them says of it."""

"""A fix: bytes in a call's own layout, and the proof that nothing else changed."""

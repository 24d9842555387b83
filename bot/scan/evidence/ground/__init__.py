"""Who calls whom, what stands behind a name, and where it is read: asked by all that follows values."""

"""The kit against the reference endpoint, and against endpoints that are broken on purpose."""

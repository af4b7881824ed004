"""Scales: pure dialects (bytes in, decoded frames out), their conversion and their link."""

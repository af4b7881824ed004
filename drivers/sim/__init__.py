"""The simulated world: physical truth, byte-level devices on ptys, pins over a Unix socket.

Used by the composition roots and by tests; nothing else imports it (pyproject.toml).
"""

"""The three role sockets the controller serves: screen, agent and status (architecture.md)."""

"""The agent and the endpoint, apart and together."""

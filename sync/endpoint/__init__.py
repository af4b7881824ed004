"""The reference endpoint: what an operator's cloud has to do, in its plainest form (cloud.md)."""

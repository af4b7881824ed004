"""An endpoint, a desk and an enrolled machine, as the tests of agent and endpoint have them."""

from tests.sync.conftest import database, desk, http, peer, postgres, url

__all__ = ["database", "desk", "http", "peer", "postgres", "url"]

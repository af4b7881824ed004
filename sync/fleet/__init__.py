"""A whole fleet in one process: the agent's real decisions and real records, against an endpoint.

For operators who want to load an endpoint with all their machines before the first one is bolted
down. Nothing here runs on a machine.
"""

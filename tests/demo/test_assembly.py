"""The endpoint's port is nobody's but the cable's: a taken one is replaced."""

import socket

from kiosk.demo.assembly import free_port


def test_a_remembered_port_is_used_again_while_it_is_free() -> None:
    port = free_port(0)
    assert free_port(port) == port


def test_a_remembered_port_that_is_taken_is_replaced() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        assert free_port(taken) != taken

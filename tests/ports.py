"""Ports for servers that a test starts."""

import random
import socket

# Below those that Linux gives to outgoing connections: one of these stays free until used.
_FIRST, _LAST = 20_000, 32_000


def find_port() -> int:
    """Find a port of 127.0.0.1 that nobody listens on."""
    while True:
        port = random.SystemRandom().randint(_FIRST, _LAST)
        with socket.socket() as probe:
            # As servers do: a port whose last connections are just closing is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port

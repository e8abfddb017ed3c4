"""The addresses of a stack: those nginx listens on, and the host people type."""

import contextlib
import errno
import ipaddress
import socket

LOOPBACK = "localhost"
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - only when asked for by HOST
_EVERYWHERE_6 = "::"
_OWN, _OWN_6 = "127.0.0.1", "::1"


class PlaceRefused(Exception):
    """The address is not this machine's, or may not be used."""


def is_everywhere(host: str) -> bool:
    """Return whether the host means every address of this machine."""
    return host in {_EVERYWHERE, _EVERYWHERE_6}


def is_loopback(host: str) -> bool:
    """Return whether only this machine itself can reach the host."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == LOOPBACK


def bracket(host: str) -> str:
    """Return a host in the form of addresses: IPv6 in brackets."""
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    except ValueError:
        return host


def list_addresses(host: str) -> tuple[str, ...]:
    """Return the addresses to listen on: browsers resolve `localhost` to either of two."""
    own_6 = (_OWN_6,) if _has_ipv6() else ()
    if host == LOOPBACK:
        return (_OWN, *own_6)
    if host == _EVERYWHERE:
        return (host, *own_6)
    return (host,)


def list_listens(host: str, *, port: int) -> tuple[str, ...]:
    """Return the addresses as nginx's `listen` wants them."""
    return tuple(f"{bracket(each)}:{port}" for each in list_addresses(host))


def find_front(host: str) -> str:
    """Return an address at which this machine itself reaches nginx."""
    return {_EVERYWHERE: _OWN, _EVERYWHERE_6: _OWN_6, LOOPBACK: _OWN}.get(host, host)


def is_free(host: str, *, port: int) -> bool:
    """Return whether nobody listens on the port, at any of the host's addresses.

    Raises:
        PlaceRefused: this machine cannot listen there at all.
    """
    return all(_is_free(address, port=port) for address in list_addresses(host))


def find_lan_address() -> str:
    """Find this machine's address in its local network; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a UDP socket only consults the routing table. The address is for
            # examples.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return _OWN
        address: str = probe.getsockname()[0]
        return address


def _is_free(address: str, *, port: int) -> bool:
    try:
        family, kind, protocol, _name, place = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(place)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise PlaceRefused(
            f"Cannot serve on {address}, port {port}: {error.strerror}."
        ) from error
    return True


def _has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind((_OWN_6, 0))
        return True
    return False

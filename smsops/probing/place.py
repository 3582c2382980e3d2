"""Where a host's name leads, and which of these places may be asked at all.

A channel file names the host, and whoever opens a pull request writes channel files. So a request goes only to
addresses of the public internet, the one that was checked is the one that is asked, and no file and no DNS server can
lead it to this machine or into its network. A person can: `--probe-port` sends everything to a port of this machine.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from concurrent.futures import Future
from threading import Thread
from urllib.parse import urlsplit

from smsops.frozen import Frozen

LOOPBACK = "127.0.0.1"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotReached(Exception):
    """A server that could not be asked. `certain`: it is so from everywhere, not only as seen from this machine."""

    def __init__(self, message: str, *, certain: bool) -> None:
        super().__init__(message)
        self.message = message
        self.certain = certain


class Place(Frozen):
    """One server: the name that it is asked by, and where the request goes."""

    host: str
    address: str
    port: int


def place_of(url: str, *, port_here: int | None, timeout_s: float) -> Place:
    """Where a request for the URL goes; with `port_here` to this machine, whatever DNS says. Raises NotReached."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removesuffix(".")
    if parts.scheme != "https" or not host:
        raise NotReached("The URL is not an https URL.", certain=True)
    if port_here is not None:
        return Place(host=host, address=LOOPBACK, port=port_here)
    port = parts.port or 443
    found = _addresses(host, port, timeout_s)
    for address in found:
        if not is_public(address):
            raise NotReached(
                f"{host} leads to {address} as seen from here, which is not on the public internet.", certain=False
            )
    return Place(host=host, address=found[0], port=port)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and none that stands for another one."""
    found = ipaddress.ip_address(address)
    if not found.is_global or found.is_multicast or found.is_reserved:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return True
    return not (found.ipv4_mapped or found.sixtofour or found.teredo or found.is_site_local or found in _NAT64)


def _addresses(host: str, port: int, timeout_s: float) -> list[str]:
    """The addresses of a name, IPv4 first, as Twilio asks by it. The resolver has no time-out of its own."""
    answer: Future[list[str]] = Future()
    Thread(target=_resolve, args=(host, port, answer), name="smsops-dns", daemon=True).start()
    try:
        return answer.result(timeout=timeout_s)
    except TimeoutError:
        raise NotReached(f"DNS gave no answer about {host} within {timeout_s:g} seconds.", certain=False) from None
    except OSError as error:
        if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
            raise NotReached(f"{host} has no address in DNS, as asked from here.", certain=False) from error
        words = re.sub(r"\s+", " ", str(error.strerror or error)).rstrip(".")
        raise NotReached(f"DNS cannot be asked about {host}: {words}.", certain=False) from error


def _resolve(host: str, port: int, answer: Future[list[str]]) -> None:
    try:
        listed = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ordered = sorted(listed, key=lambda one: one[0] != socket.AF_INET)
        answer.set_result(list(dict.fromkeys(str(one[4][0]) for one in ordered)))
    except (OSError, UnicodeError) as error:
        answer.set_exception(error if isinstance(error, OSError) else OSError(str(error)))

"""Where requests may go, and how they get there.

Proxies are those of the environment, but for loopback, where a proxy would see the token. TLS trusts the system's
authorities, or SSL_CERT_FILE.
"""

from __future__ import annotations

import ipaddress
import re
import ssl
from email.message import Message
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler

from smsops.errors import UsageError

_PORTS = {"http": 80, "https": 443}


def checked_base(variable: str, url: str) -> SplitResult:
    """The base URL that a variable holds. Raises UsageError when a token must not or cannot go there."""
    hint = "Write it like https://HOST/PATH."
    try:
        parts = urlsplit(url.rstrip("/"))
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"{variable} is not a URL.", hint=hint) from None
    if parts.scheme not in _PORTS or not host or not re.fullmatch(r"[!-~]+", url):
        raise UsageError(f"{variable} is not an http or https URL.", hint=hint)
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise UsageError(f"{variable} holds user info, a query or a fragment.", hint=hint)
    if parts.scheme == "http" and not _is_loopback(host):
        raise UsageError(f"{variable} is plain http to {host}; the token could be read on the way.", hint="Use https.")
    return parts


def checked_token(variable: str, token: str) -> str:
    """The token without the line break that secrets often end in. Raises UsageError when no header can hold it."""
    if not re.fullmatch(r"[!-~]+", token.strip()):
        raise UsageError(f"{variable} does not hold a token.", hint="A token is one word of ASCII.")
    return token.strip()


def opener(base: SplitResult) -> OpenerDirector:
    """Without handlers for redirects, errors and other schemes: what comes is taken as it is."""
    made = OpenerDirector()
    if base.scheme == "https":
        made.add_handler(HTTPSHandler(context=ssl.create_default_context()))
    else:
        made.add_handler(HTTPHandler())
    if not _is_loopback(base.hostname or ""):
        made.add_handler(ProxyHandler())
    return made


def origin(url: str) -> tuple[str, str | None, int | None] | None:
    """Scheme, host and port; None for what is no URL."""
    try:
        parts = urlsplit(url)
        return (parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme))
    except ValueError:
        return None


def next_link(headers: Message) -> str | None:
    """The target of `Link: <...>; rel="next"` (RFC 8288)."""
    links = ", ".join(headers.get_all("Link", []))
    for target, parameters in re.findall(r"<([^>]*)>([^<]*)", links):
        if re.search(r';\s*rel="?next"?\s*(?:[;,]|$)', parameters):
            return str(target)
    return None


def _is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""Where requests may go: Twilio's own hosts, or the one base URL that was configured, and nowhere else.

Credentials travel with every request, and Twilio's page links are absolute. A link that a server gave is therefore
checked like any other address: against the configured host, never trusted (twilio.md 12.24).
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from smsops.errors import Failure, ProviderError
from smsops.frozen import Frozen
from smsops.providers.base import Connection
from smsops.providers.twilio.routes import Product

_TWILIO_HOST = re.compile(r"(?P<product>messaging|api|monitor)(\.[a-z0-9-]+){0,2}\.twilio\.com")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")


class Target(Frozen):
    """A checked address: `origin` is scheme, host and port; `path` is Twilio's path without a base URL's own."""

    product: Product
    origin: str
    prefix: str
    path: str
    query: str

    def request_target(self, parameters: str) -> str:
        """What goes into the request line."""
        query = "&".join(part for part in (self.query, parameters) if part)
        return f"{self.prefix}{self.path}" + (f"?{query}" if query else "")


class Address(Frozen):
    """The configured place of one account."""

    base: str | None
    """Origin of the base URL; None for Twilio itself."""
    prefix: str
    """Path of the base URL, without a slash at its end."""
    suffix: str
    """What follows the product in Twilio's host name: `twilio.com`, or `EDGE.REGION.twilio.com`."""

    def origin(self, product: Product) -> str:
        return self.base or f"https://{product}.{self.suffix}"

    def resolve(self, url: str) -> Target:
        """Check an absolute URL of the SDK, or of a page link; raises ProviderError FORBIDDEN_REQUEST."""
        try:
            parts = urlsplit(url)
            found = self._at_base(parts) if self.base else None
            found = found or self._at_twilio(parts)
        except ValueError:
            found = None
        if found is None:
            raise ProviderError(
                "smsops did not send a request that would have left the configured host.",
                failure=Failure.FORBIDDEN_REQUEST,
                hint="A page link named another server than the one that smsops talks to. Check api_base_url, "
                "SMSOPS_API_BASE_URL, region and edge.",
            )
        product, path = found
        return Target(product=product, origin=self.origin(product), prefix=self.prefix, path=path, query=parts.query)

    def _at_base(self, parts: SplitResult) -> tuple[Product, str] | None:
        if f"{parts.scheme}://{parts.netloc.lower()}" != self.base:
            return None
        path = parts.path
        if self.prefix and path.startswith(f"{self.prefix}/"):
            path = path[len(self.prefix) :]
        return (_product(path), path)

    def _at_twilio(self, parts: SplitResult) -> tuple[Product, str] | None:
        host = parts.netloc.lower()
        match = _TWILIO_HOST.fullmatch(host)
        if parts.scheme != "https" or match is None:
            return None
        product = Product(match["product"])
        if self.base is None and host != f"{product}.{self.suffix}":
            return None
        return (product, parts.path)


def address_of(connection: Connection) -> Address:
    """The place that the connection names; raises ProviderError when it is not one that credentials may go to."""
    if connection.base_url is not None:
        base, prefix = _checked_base(connection.base_url)
        return Address(base=base, prefix=prefix, suffix="twilio.com")
    if bool(connection.region) != bool(connection.edge):
        raise _wrong("Region and edge belong together, and only one of them is set.", "Set both, or neither.")
    for label in (connection.edge, connection.region):
        if label and not _LABEL.fullmatch(label):
            raise _wrong(f"{label!r} is not the name of a region or an edge.", "Examples: region ie1, edge dublin.")
    labels = [label for label in (connection.edge, connection.region, "twilio.com") if label]
    return Address(base=None, prefix="", suffix=".".join(labels))


def _product(path: str) -> Product:
    """Which product a path of a base URL belongs to, where all share one host."""
    if path.startswith("/2010-04-01/"):
        return Product.API
    return Product.MONITOR if path == "/v1/Events" else Product.MESSAGING


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked_base(url: str) -> tuple[str, str]:
    hint = "Write it like https://HOST or http://127.0.0.1:PORT."
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _wrong("The base URL of the API is not a URL.", hint) from None
    if parts.scheme not in ("http", "https") or not host or not url.isascii() or not url.isprintable() or " " in url:
        raise _wrong("The base URL of the API is not an http or https URL.", hint)
    if parts.username is not None or parts.query or parts.fragment:
        raise _wrong("The base URL of the API holds user info, a query or a fragment.", hint)
    if parts.scheme == "http" and not is_loopback(host):
        raise _wrong(
            f"The base URL of the API is plain http to {host}; the credentials would be readable on the way.",
            "Plain http is accepted for loopback only. Use https.",
        )
    return f"{parts.scheme}://{parts.netloc.lower()}", parts.path.rstrip("/")


def _wrong(message: str, hint: str) -> ProviderError:
    return ProviderError(message, failure=Failure.FORBIDDEN_REQUEST, hint=hint)

"""Who is trusted to say that a server is Twilio's: the certificate authorities, loaded once a process."""

from __future__ import annotations

import contextlib
import functools
import os
import ssl
import threading

from smsops.errors import Failure, ProviderError

_LOADING = threading.Lock()
"""So that threads do not load the authorities side by side."""


def prepare() -> None:
    """Load the authorities, which takes longer than all else that a first request needs."""
    with contextlib.suppress(ProviderError):  # told where a connection needs them
        trusted()


def trusted() -> ssl.SSLContext:
    """The TLS context with the authorities that are trusted. Raises ProviderError when they cannot be read."""
    with _LOADING:
        return tls(_authorities())


def _authorities() -> str:
    """The file of the certificate authorities that are trusted."""
    if named := os.environ.get("SSL_CERT_FILE"):
        return named
    import certifi  # only here: it is slow to find its file

    return certifi.where()


@functools.cache
def tls(authorities: str) -> ssl.SSLContext:
    """The one TLS context of the process: reading the authorities' file takes tens of milliseconds."""
    try:
        context = ssl.create_default_context(cafile=authorities)
        context.set_alpn_protocols(["http/1.1"])
        return context
    except OSError as error:
        reason = error.strerror or "it holds no certificates"
    raise ProviderError(
        f"The certificate authorities in {authorities!r} cannot be read: {reason.lower()}.",
        failure=Failure.UNAVAILABLE,
        hint="Check SSL_CERT_FILE.",
    )

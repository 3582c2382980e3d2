"""What a URL must be before Twilio may call it, and which hosts a policy allows.

Twilio calls these URLs from outside, so a host that only means something here (localhost, an address of a private
network, a name without a dot) is a mistake or an attack. The host is read by rule and not by a library's leniency:
browsers and libc take `2130706433`, `0x7f.1` and `0177.0.0.1` for 127.0.0.1, so every host that ends in a number must
be a plain dotted IPv4 address. Path, query and fragment stay as they are, with Twilio's connection overrides and
`{Token}` templates (twilio.md 8.1). A template in the host is refused: nobody could say where messages go, and the
policy could not be checked. A URL is otherwise kept byte for byte.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

MAX_URL = 4_000
"""Characters (Twilio error 21609)."""
_MAX_HOST = 253
"""Characters of a name; nothing longer is a host, and a pattern with several stars would take minutes over it."""

_URL = re.compile(r"https://(?P<authority>[^/?#]*)(?P<rest>[/?#].*)?")
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?P<port>:.*)?")
_NOT_IN_URLS = re.compile(r"[^\x21-\x7e]|[\\<>\"^`|]")
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$")
_LOCAL_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan")
_LOCAL = re.compile(rf"(?:^|\.)(?:{'|'.join(_LOCAL_NAMES)}|home\.arpa|invalid|onion)$")
_NAT64 = "64:ff9b::/96"


class UrlProblem(NamedTuple):
    """Why a URL is refused; the message is the rest of a sentence that begins with the key."""

    code: str
    message: str
    hint: str = ""


def url_problem(url: str) -> UrlProblem | None:
    """The first reason to refuse a URL, or None. Nothing of the URL but its host is ever in the message."""
    if len(url) > MAX_URL:
        return UrlProblem("SMS220", f"must be at most {MAX_URL:,} characters long, and it has {len(url):,}.")
    if bad := _NOT_IN_URLS.search(url):
        hint = f"Write it percent-encoded: {quote(bad[0], errors='replace')}."
        return UrlProblem("SMS219", f"holds {_named(bad[0])}, which a URL cannot.", hint)
    match = _URL.fullmatch(url)
    if match is None:
        hint = "Use https; messages are private." if url.lower().startswith("http://") else _EXAMPLE
        return UrlProblem("SMS219", "must be an absolute https URL.", hint)
    if "@" in match["authority"]:
        hint = "Remove what stands before @, and check Twilio's signature instead; replace the password."
        return UrlProblem("SMS221", "must not hold a user name or password.", hint)
    if not _balanced(match["rest"] or ""):
        return UrlProblem("SMS219", "has a brace without its partner.", "A template is written {Token}.")
    return _authority_problem(match["authority"])


def host_of(url: str) -> str:
    """The host in lower case, without port and trailing dot; empty when there is none."""
    match = _URL.fullmatch(url)
    parts = _AUTHORITY.fullmatch(match["authority"].rpartition("@")[2]) if match else None
    return parts["host"].lower().removesuffix(".") if parts else ""


@lru_cache(maxsize=1024)
def _authority_problem(authority: str) -> UrlProblem | None:
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None or not parts["host"]:
        return UrlProblem("SMS219", "must name a host after https://.", _EXAMPLE)
    port = parts["port"]
    if port is not None and not (re.fullmatch(r":[0-9]{1,5}", port) and 0 < int(port[1:]) < 65_536):
        return UrlProblem("SMS219", "has a port that is not a number from 1 to 65,535.")
    host = parts["host"].lower().removesuffix(".")
    if host.startswith("["):
        return _ipv6_problem(host[1:-1])
    if _ENDS_IN_NUMBER.search(host):
        return _ipv4_problem(host)
    return _name_problem(host)


def _name_problem(host: str) -> UrlProblem | None:
    if "_" in host:
        hint = "Twilio refuses such hosts (error 21609); use a hyphen."
        return UrlProblem("SMS224", "has an underscore in its host.", hint)
    if "{" in host or "}" in host:
        hint = "Write the host out; templates may stand in the path, the query and the fragment."
        return UrlProblem("SMS224", "has a template in its host, so that nobody can say where messages go.", hint)
    if len(host) > _MAX_HOST or not _NAME.fullmatch(host):
        return UrlProblem("SMS224", "has a host that is not a valid name.", "Use letters, digits, hyphens and dots.")
    if "." not in host or _LOCAL.search(host):
        return _not_public(host)
    return None


def _ipv4_problem(host: str) -> UrlProblem | None:
    import ipaddress  # only here, and below: most hosts are names

    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        hint = "Use the server's name, or four decimal numbers such as 203.0.113.7 with public values."
        return UrlProblem("SMS224", "has a host that ends in a number and is no plain IPv4 address.", hint)
    return _not_public(host) if not address.is_global or address.is_multicast else None


def _ipv6_problem(text: str) -> UrlProblem | None:
    import ipaddress

    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return UrlProblem("SMS224", "has brackets in its host that hold no IPv6 address.")
    embedded = address.ipv4_mapped or address.sixtofour or address.teredo or address in ipaddress.IPv6Network(_NAT64)
    local = not address.is_global or address.is_multicast or address.is_site_local or address.is_reserved
    return _not_public(f"[{text}]") if local or embedded or "%" in text else None


def _not_public(host: str) -> UrlProblem:
    hint = "Use a host that Twilio can reach from the internet."
    return UrlProblem("SMS223", f"names the host {host}, which is not public.", hint)


_EXAMPLE = "For example: https://hooks.example.com/sms/inbound."


def _named(character: str) -> str:
    names = {" ": "a blank", "\t": "a tab", "\n": "a line break", "\r": "a line break", "\\": "a backslash"}
    if character in names:
        return names[character]
    return f"the character {character}" if "!" <= character <= "~" else f"the character U+{ord(character):04X}"


def _balanced(text: str) -> bool:
    return not re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", text)) if "{" in text or "}" in text else True


@lru_cache(maxsize=64)
def _hosts(patterns: tuple[str, ...]) -> re.Pattern[str]:
    label = r"[^.]+(?:\.[^.]+)*"
    choices = [label.join(map(re.escape, pattern.lower().split("*"))) for pattern in patterns]
    return re.compile("|".join(choices) or "(?!)")


def host_allowed(host: str, patterns: tuple[str, ...]) -> bool:
    """Whether a policy's patterns cover a host; case does not matter.

    `*` stands for one or more whole labels wherever it is: `*.example.com` covers `a.example.com` and
    `a.b.example.com` and not `example.com`; `staging.*.example.com` covers `staging.sms.grid.example.com`.
    No pattern allows no host.
    """
    return len(host) <= _MAX_HOST and _hosts(patterns).fullmatch(host) is not None

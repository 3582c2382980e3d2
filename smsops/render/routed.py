"""The routing of one number, as the files declare it: each part with the file and the line that says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smsops.diagnostics import Finding, finding_to_json
from smsops.errors import SmsopsError
from smsops.frozen import Frozen
from smsops.masking import masked
from smsops.model import Channel, Sender, Unmanaged
from smsops.project import Account
from smsops.render.channels import Row, aligned
from smsops.render.documents import document, error_to_json
from smsops.render.plain import Paint, clean, painted
from smsops.render.text import routing
from smsops.senders import Claim, flow_of

_NEVER = "never called: deferral to the sender's webhook is always switched off"
_NOT_PINNED = "not pinned: the one that the last apply recorded, or a new one"
_SAYS = (
    "From the files alone: a plan compares them with the account. A Conversations address that takes the number's\n"
    "messages first shows in no file."
)


class Home(Frozen):
    """A channel that declares the number."""

    channel: Channel
    sender: Sender
    account: Account
    project_path: str
    """The file that declares the account."""


class Routed(Frozen):
    """Everywhere that the number is declared."""

    number: str
    homes: tuple[Home, ...]
    claims: tuple[Claim, ...]
    """In files that have errors."""
    error: SmsopsError | None = None
    """What stops this from being the whole; the run ends with it."""
    findings: tuple[Finding, ...] = ()
    """Those of the error."""


def routed_text(routed: Routed, *, color: bool) -> str:
    parts = [_home_text(home, color=color) for home in routed.homes]
    for claim in routed.claims:
        head = painted(f"{claim.number} in {clean(claim.channel)}", Paint.STRONG, color=color)
        place = f"  {clean(claim.path)}:{claim.line}  The file has errors, so the number's routing is not decided.\n"
        parts.append(f"{head}\n{place}")
    if len(routed.homes) + len(routed.claims) > 1:
        parts.append("The number is declared more than once. It can be in one pool only.\n")
    return "\n".join([*parts, _SAYS + "\n"])


def _home_text(home: Home, *, color: bool) -> str:
    channel, sender = home.channel, home.sender
    label = f" ({clean(sender.label)})" if sender.label else ""
    head = painted(f"{sender.number}{label} in {clean(channel.name)}", Paint.STRONG, color=color)
    return f"{head}\n{routing(channel)}\n{aligned(list(_rows(home)))}"


def _rows(home: Home) -> Iterator[Row]:
    channel, sender, account = home.channel, home.sender, home.account
    settings = channel.settings
    yield "declared", clean(channel.name), _place(channel, sender.number)
    where = f"{clean(home.project_path)}:{account.line}"
    yield "account", clean(f"{account.name}, {account.account_sid}"), where
    sid = channel.service_sid
    yield "service", clean(sid or _NOT_PINNED), _place(channel, "messaging_service_sid") if sid else ""
    yield "direction", str(channel.direction), _place(channel, "direction")
    if not channel.enabled:
        yield "enabled", "false", _place(channel, "enabled")
    wins = _call(settings.webhook_method, settings.webhook_url)
    if channel.receives:
        yield "replies", wins or "none", _place(channel, "webhook_url")
    else:
        yield "replies", "dropped, and not logged", _place(channel, _reason(channel))
    if not channel.receives and channel.document.get("webhook_url"):
        yield "webhook_url", "not used", _place(channel, "webhook_url")
    yield "number's own URL", _NEVER, "always"
    fallback = _call(settings.fallback_method, settings.fallback_url)
    yield "fallback", fallback or "none", _place(channel, "fallback_url") if fallback else ""
    status = _call("POST", settings.status_callback_url)
    told = f"{status}, unless a message names its own" if status else "none"
    yield "status callback", told, _place(channel, "status_callback_url") if status else ""
    if flow := flow_of(channel, sender):
        key = sender.number if sender.flow else "experience_flow"
        yield "flow", clean(f"{flow}, declared and never sent"), _place(channel, key)
    if sender.guarded:
        yield "guarded", "leaves its pool only with --allow protected", _place(channel, sender.number)


def _reason(channel: Channel) -> str:
    """The key that says that replies are dropped."""
    return "direction" if channel.enabled else "enabled"


def _call(method: str | Unmanaged, url: str | Unmanaged) -> str:
    """`POST https://…`; empty where nothing is called."""
    return clean(f"{method} {masked(url)}") if isinstance(url, str) and url else ""


def _place(channel: Channel, key: str) -> str:
    line = channel.lines.get(key)
    return f"{clean(channel.path)}:{line}" if line else "default"


def routed_json(routed: Routed, *, color: bool) -> str:
    facts: dict[str, Any] = {
        "number": routed.number,
        "routes": [_home_to_json(home) for home in routed.homes],
        "undecided": [{"channel": claim.channel, "path": claim.path, "line": claim.line} for claim in routed.claims],
    }
    if routed.error:
        facts["error"] = error_to_json(routed.error)
        facts["findings"] = [finding_to_json(finding) for finding in routed.findings]
    return document(ok=routed.error is None, **facts)


def _home_to_json(home: Home) -> dict[str, Any]:
    channel, sender, account, settings = home.channel, home.sender, home.account, home.channel.settings
    receives = channel.receives
    flow = flow_of(channel, sender)
    return {
        "channel": channel.name,
        "path": channel.path,
        "line": channel.lines.get(sender.number),
        "label": sender.label,
        "protected": sender.protected,
        "account": {
            "name": account.name,
            "account_sid": account.account_sid,
            "path": home.project_path,
            "line": account.line,
        },
        "service": {"sid": channel.service_sid, "line": channel.lines.get("messaging_service_sid")},
        "direction": {"value": str(channel.direction), "line": channel.lines.get("direction")},
        "enabled": {"value": channel.enabled, "line": channel.lines.get("enabled")},
        "replies": {
            "outcome": "webhook" if receives else "dropped",
            "line": channel.lines.get("webhook_url" if receives else _reason(channel)),
        },
        "webhook": _call_to_json(channel, "webhook_url", settings.webhook_method, settings.webhook_url),
        "use_inbound_webhook_on_number": settings.use_inbound_webhook_on_number,
        "fallback": _call_to_json(channel, "fallback_url", settings.fallback_method, settings.fallback_url),
        "status_callback": _call_to_json(channel, "status_callback_url", "POST", settings.status_callback_url),
        "flow": {"value": flow, "line": channel.lines.get(sender.number if sender.flow else "experience_flow")}
        if flow
        else None,
    }


def _call_to_json(channel: Channel, key: str, method: str | Unmanaged, url: str | Unmanaged) -> dict[str, Any] | None:
    if not isinstance(url, str) or not url:
        return None
    return {"method": method, "url": masked(url), "line": channel.lines.get(key)}


ROUTED = {"text": routed_text, "json": routed_json}

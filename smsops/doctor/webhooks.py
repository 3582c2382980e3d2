"""Checks of the URLs that channels declare, by asking them: place, certificate, a signed request and a forged one.

Four questions, each resting on the one before it. A webhook that takes what nobody signed takes it from everybody, so
the forged request needs no credentials to be worth asking. The signed one needs the auth token, for the provider signs
with nothing else.
"""

from __future__ import annotations

import re
import secrets
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urldefrag, urlsplit

from smsops.doctor.checks import Check, State
from smsops.frozen import Frozen
from smsops.model import Channel
from smsops.probing.asking import Limits, Request, expiry, status
from smsops.probing.place import NotReached, Place, place_of
from smsops.providers.examining import Event, MadeUp, Occasion
from smsops.secrets.base import Secret

_SOON_DAYS = 21
"""Certificates that renew themselves do so a month before; after this nobody did."""
_REFUSALS = (401, 403)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One URL that channels declare, as it is to be called."""

    occasion: Occasion
    where: str
    secret: Secret | None = field(repr=False)
    """What the provider signs with; None when it is not known."""
    unsigned: str = ""
    """Why it is not known."""


class Probe(Frozen):
    """How to ask."""

    context: ssl.SSLContext
    made_up: Callable[[Occasion, Secret], MadeUp]
    now: datetime
    port_here: int | None = None
    """Everything goes to this port of this machine."""
    limits: Limits = Limits()


def occasions(channels: Iterable[Channel], account_sid: str) -> dict[tuple[str, str, Event], tuple[Occasion, str]]:
    """Each URL of the channels once, with the channels that declare it. What is not called is left out."""
    found: dict[tuple[str, str, Event], tuple[Occasion, str]] = {}
    for channel in channels:
        settings = channel.settings
        inbound = ((settings.webhook_url, settings.webhook_method), (settings.fallback_url, settings.fallback_method))
        called = [(url, method, Event.INBOUND) for url, method in inbound if channel.receives]
        called.append((settings.status_callback_url, "POST", Event.STATUS))
        for url, method, event in called:
            if not isinstance(url, str) or not url:
                continue
            key = (url, "GET" if method == "GET" else "POST", event)
            if key in found:
                occasion, names = found[key]
                found[key] = (occasion, f"{names}, {channel.name}")
                continue
            number = min(channel.numbers, default="")
            occasion = Occasion(url=url, method=key[1], event=event, account_sid=account_sid, number=number)
            found[key] = (occasion, channel.name)
    return found


def webhook_checks(call: Call, probe: Probe) -> Iterator[Check]:
    """Of one URL."""
    if re.search(r"[{}]", urldefrag(call.occasion.url).url):
        said = "The URL holds a template that only the provider fills in."
        yield Check(id="webhook.place", state=State.NOT_CHECKED, message=said, where=call.where)
        return
    try:
        place = place_of(call.occasion.url, port_here=probe.port_here, timeout_s=probe.limits.connect_s)
        ends = expiry(place, probe.context, probe.limits)
    except NotReached as error:
        yield _unreached(call, error)
        return
    to = f"{place.host} on this machine" if probe.port_here else f"{place.host} ({place.address})"
    yield Check(id="webhook.place", state=State.OK, message=f"{to} answers.", where=call.where)
    yield _certificate(call, place, (ends - probe.now).days)
    yield from _signatures(call, place, probe)


def _unreached(call: Call, error: NotReached) -> Check:
    if error.certain:
        hint = "The provider meets the same; nothing is delivered to this URL."
        return Check(id="webhook.certificate", state=State.PROBLEM, message=error.message, where=call.where, hint=hint)
    return Check(
        id="webhook.place",
        state=State.UNKNOWN,
        message=f"{error.message} Whether the provider reaches it cannot be told.",
        where=call.where,
        hint="Try from another network, or look into the provider's error log.",
    )


def _certificate(call: Call, place: Place, days: int) -> Check:
    soon = days < _SOON_DAYS
    return Check(
        id="webhook.certificate",
        state=State.WARNING if soon else State.OK,
        message=f"The certificate of {place.host} is valid for {days:,} more day{'' if days == 1 else 's'}.",
        where=call.where,
        hint="Renew it; the provider refuses an expired one." if soon else "",
    )


def _signatures(call: Call, place: Place, probe: Probe) -> Iterator[Check]:
    if call.secret is None:
        yield Check(id="webhook.accepts", state=State.NOT_CHECKED, message=call.unsigned, where=call.where)
    else:
        yield _asked("webhook.accepts", call, place, probe, call.secret, _accepted)
    forger = Secret(secrets.token_hex(16))
    yield _asked("webhook.refuses", call, place, probe, forger, _forged)


def _asked(
    id: str, call: Call, place: Place, probe: Probe, secret: Secret, judge: Callable[[str, int], tuple[State, str, str]]
) -> Check:
    made = probe.made_up(call.occasion, secret)
    request = Request(url=made.url, method=made.method, headers=made.headers, body=made.body)
    try:
        answered = status(place, request, probe.context, probe.limits)
    except NotReached as error:
        return Check(id=id, state=State.UNKNOWN, message=error.message, where=call.where)
    host = urlsplit(call.occasion.url).hostname or ""
    state, said, hint = judge(host, answered)
    return Check(id=id, state=state, message=said, where=call.where, hint=hint)


def _accepted(host: str, answered: int) -> tuple[State, str, str]:
    if 200 <= answered <= 299:
        return (State.OK, f"{host} accepts a signed request ({answered}).", "")
    if answered in _REFUSALS:
        return (
            State.PROBLEM,
            f"{host} refuses a request that is signed as the provider signs ({answered}).",
            "It may check with the token of another account, or with another URL than the provider calls: behind a "
            "proxy scheme, host and port often differ.",
        )
    if 300 <= answered <= 399:
        return (
            State.PROBLEM,
            f"{host} redirects ({answered}); a redirected POST arrives as GET and without its parameters.",
            "Declare the URL that it leads to.",
        )
    return (
        State.WARNING,
        f"{host} answered {answered} to a made-up message; that it would accept a real one cannot be confirmed.",
        "Its log says why. The provider takes every answer but 2xx for a failure.",
    )


def _forged(host: str, answered: int) -> tuple[State, str, str]:
    if answered in _REFUSALS:
        return (State.OK, f"{host} refuses a request with a wrong signature ({answered}).", "")
    if 200 <= answered <= 299:
        return (
            State.PROBLEM,
            f"{host} accepts a request with a wrong signature ({answered}): anybody can make up messages.",
            "Check X-Twilio-Signature with the account's auth token before anything else, and answer 403.",
        )
    return (
        State.UNKNOWN,
        f"{host} answered {answered} to a wrong signature; whether it checks signatures cannot be told.",
        "Answer 403 where the signature is wrong.",
    )

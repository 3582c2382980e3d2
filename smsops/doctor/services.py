"""Checks of the live services that channels are bound to: deferral, URLs, pools, and the campaigns behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from smsops.doctor.checks import Check, State, failed
from smsops.doctor.registrations import campaign_checks
from smsops.errors import ProviderError
from smsops.model import Channel
from smsops.numbers import is_toll_free
from smsops.providers.examining import Examiner, NumberFacts, ServiceFacts

_NEAR = 0.9
"""From this share of its limit on a pool is told of."""
_FEW = 5
"""Numbers that one sentence names."""


def service_checks(
    where: str,
    channels: Sequence[Channel],
    sids: Mapping[str, str],
    examiner: Examiner,
    numbers: Mapping[str, NumberFacts] | None,
) -> Iterator[Check]:
    """Of each channel of an account. `numbers` are the account's; None when they could not be read."""
    try:
        live = examiner.services(sorted(set(sids.values())))
    except ProviderError as error:
        yield failed("account.services", error, where=where)
        return
    for channel in channels:
        place = f"channel {channel.name}"
        yield from _toll_free(place, channel)
        sid = sids.get(channel.name)
        if sid is None:
            said = "The channel has no service yet; apply creates it."
            yield Check(id="service.exists", state=State.NOT_CHECKED, message=said, where=place)
            continue
        facts = live[sid]
        if facts is None:
            yield Check(
                id="service.exists",
                state=State.PROBLEM,
                message=f"The account has no messaging service {sid}.",
                where=place,
                hint="Correct messaging_service_sid, or take it out to have a service created.",
                code="SMS401",
            )
            continue
        yield Check(id="service.exists", state=State.OK, message=f"The service {sid} exists.", where=place)
        yield _deferral(place, facts, numbers)
        yield _https(place, facts)
        yield _members(place, facts)
        yield _room(place, facts, examiner.terms.pool)
        yield from campaign_checks(place, facts, examiner.terms)


def _deferral(place: str, facts: ServiceFacts, numbers: Mapping[str, NumberFacts] | None) -> Check:
    if not isinstance(facts.settings.use_inbound_webhook_on_number, bool):
        said = "The account does not say whether the service defers to its numbers."
        return Check(id="service.deferral", state=State.UNKNOWN, message=said, where=place)
    if not facts.settings.use_inbound_webhook_on_number:
        said = "The service decides about replies; settings of single numbers have no effect."
        return Check(id="service.deferral", state=State.OK, message=said, where=place)
    hint = "smsops plan shows it as drift of use_inbound_webhook_on_number; apply turns it off."
    routes = {number: numbers[number].own_route for number in facts.pool if number in numbers} if numbers else {}
    own = [f"{number} ({route})" for number, route in sorted(routes.items()) if route]
    silent = [number for number, route in sorted(routes.items()) if not route]
    said = "The service defers to its numbers, so replies do not go where the channel says."
    if own:
        said += f" These settings win: {_some(own)}."
    if silent:
        said += f" Nothing answers on {_some(silent)}."
    return Check(id="service.deferral", state=State.PROBLEM, message=said, where=place, hint=hint)


def _https(place: str, facts: ServiceFacts) -> Check:
    settings = facts.settings
    named = {
        "webhook_url": settings.webhook_url,
        "fallback_url": settings.fallback_url,
        "status_callback_url": settings.status_callback_url,
    }
    plain = [key for key, url in named.items() if isinstance(url, str) and url.lower().startswith("http:")]
    if plain:
        return Check(
            id="service.https",
            state=State.PROBLEM,
            message=f"The service calls plain http, which anybody on the way can read: {', '.join(plain)}.",
            where=place,
            hint="smsops plan shows the https URL of the file; apply sets it.",
        )
    return Check(id="service.https", state=State.OK, message="The service calls https URLs only.", where=place)


def _members(place: str, facts: ServiceFacts) -> Check:
    if facts.pool:
        said = f"Numbers in the pool: {len(facts.pool):,}."
        return Check(id="pool.members", state=State.OK, message=said, where=place)
    return Check(
        id="pool.members",
        state=State.PROBLEM,
        message="The pool holds no number, so nothing can be sent through the service.",
        where=place,
        hint="smsops apply attaches the declared numbers.",
    )


def _room(place: str, facts: ServiceFacts, limit: int) -> Check:
    count = len(facts.pool)
    if count < limit * _NEAR:
        said = f"{count:,} of {limit:,} places in the pool are taken by numbers."
        return Check(id="pool.limit", state=State.OK, message=said, where=place)
    return Check(
        id="pool.limit",
        state=State.WARNING,
        message=f"The pool holds {count:,} numbers; its limit is {limit:,} unless the provider's support raised it.",
        where=place,
        hint="Short codes count as well. Ask support for more, or spread the channel over two services.",
    )


def _toll_free(place: str, channel: Channel) -> Iterator[Check]:
    found = sorted(filter(is_toll_free, channel.numbers))
    if len(found) > 1:
        yield Check(
            id="pool.toll-free",
            state=State.WARNING,
            message=f"The channel declares {len(found)} toll-free numbers; this may get them blocked: {_some(found)}.",
            where=place,
            hint="Keep one toll-free number in a pool.",
        )
    elif found:
        said = f"{found[0]} is the one toll-free number of the channel."
        yield Check(id="pool.toll-free", state=State.OK, message=said, where=place)


def _some(items: Sequence[str]) -> str:
    more = f" and {len(items) - _FEW:,} more" if len(items) > _FEW else ""
    return ", ".join(items[:_FEW]) + more

"""Checks of registrations: campaigns of US long codes, verifications of toll-free numbers (twilio.md 7).

What can be read is said as it is. Whether carriers took one number into a campaign is told by no API.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smsops.doctor.checks import Check, State
from smsops.errors import ProviderError
from smsops.model import Channel
from smsops.numbers import is_toll_free
from smsops.providers.examining import Examiner, Needs, Registration, ServiceFacts, Standing, Terms

_STATES = {
    Standing.APPROVED: State.OK,
    Standing.PENDING: State.WARNING,
    Standing.REFUSED: State.PROBLEM,
    Standing.UNKNOWN: State.UNKNOWN,
}


def campaign_checks(place: str, facts: ServiceFacts, terms: Terms) -> Iterator[Check]:
    """Of one service; nothing where no number of its pool needs a campaign."""
    codes = sum(needs is Needs.CAMPAIGN for needs in facts.pool.values())
    if not codes:
        return
    many = f"{codes:,} US long code{'' if codes == 1 else 's'}"
    if facts.unread:
        yield Check(
            id="campaign.status",
            state=State.UNKNOWN,
            message=f"Whether the service has an A2P campaign for its {many} cannot be told: {facts.unread}",
            where=place,
            hint="Let the API key read compliance, or look into the provider's console.",
        )
        return
    if not facts.campaigns:
        yield Check(
            id="campaign.status",
            state=State.PROBLEM,
            message=f"The service has no A2P campaign for its {many}. Without it {terms.without_campaign}.",
            where=place,
            hint="Register a campaign on the service in the provider's console.",
        )
        return
    best = facts.campaigns[0]
    yield _campaign(place, best, many)
    if best.standing is Standing.APPROVED:
        yield Check(
            id="campaign.numbers",
            state=State.UNKNOWN,
            message=f"That carriers have registered each of the {many} cannot be confirmed: no API tells.",
            where=place,
            hint=f"The provider's console lists them. It can take a day; until then {terms.without_campaign}.",
        )


def _campaign(place: str, campaign: Registration, many: str) -> Check:
    why = f" {campaign.reason.rstrip('.')}." if campaign.reason else ""
    said = {
        Standing.APPROVED: f"The A2P campaign of its {many} is approved.",
        Standing.PENDING: f"The A2P campaign of its {many} is not approved yet: {campaign.said}.",
        Standing.REFUSED: f"The A2P campaign of its {many} is not approved: {campaign.said}.{why}",
        Standing.UNKNOWN: f"Whether the A2P campaign of its {many} is approved cannot be told: {campaign.said!r}.",
    }[campaign.standing]
    hint = "" if campaign.standing is Standing.APPROVED else "The provider's console says what is missing."
    return Check(id="campaign.status", state=_STATES[campaign.standing], message=said, where=place, hint=hint)


def verification_checks(where: str, channels: Sequence[Channel], examiner: Examiner) -> Iterator[Check]:
    """Of the toll-free numbers that the channels declare; nothing is read where there are none."""
    declared = [(channel, number) for channel in channels for number in sorted(filter(is_toll_free, channel.numbers))]
    if not declared:
        return
    try:
        filed = examiner.verifications()
    except ProviderError as error:
        message = f"Whether toll-free numbers are verified cannot be told: {error.message}"
        yield Check(
            id="number.verification",
            state=State.UNKNOWN,
            message=message,
            where=where,
            hint="Let the API key read toll-free verifications, or look into the provider's console.",
        )
        return
    for channel, number in declared:
        yield _verification(f"channel {channel.name}", number, filed.get(number), examiner.terms)


def _verification(place: str, number: str, filed: Registration | None, terms: Terms) -> Check:
    hint = f"Ask for it, or mend it, in the provider's console. Without it {terms.without_verification}."
    if filed is None:
        said = f"{number} is not verified: nobody has asked for it."
        return Check(id="number.verification", state=State.PROBLEM, message=said, where=place, hint=hint)
    why = f" {filed.reason.rstrip('.')}." if filed.reason else ""
    said = {
        Standing.APPROVED: f"{number} is verified.",
        Standing.PENDING: f"{number} is not verified yet: {filed.said}.",
        Standing.REFUSED: f"{number} is not verified: {filed.said}.{why}",
        Standing.UNKNOWN: f"Whether {number} is verified cannot be told: {filed.said!r}.",
    }[filed.standing]
    if filed.standing is Standing.APPROVED:
        hint = ""
    return Check(id="number.verification", state=_STATES[filed.standing], message=said, where=place, hint=hint)

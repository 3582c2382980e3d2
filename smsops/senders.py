"""Which declared numbers a campaign may use, and why not the others: pure over what the files say.

A `simple` campaign only sends; an `advanced` one is a conversation, so what people answer must reach the webhook. What
the account and the carriers allow is not known here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import PurePosixPath

from smsops.frozen import Frozen
from smsops.model import Channel, Sender

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


def is_number(text: str) -> bool:
    """Whether a text is a phone number in E.164."""
    return _NUMBER.fullmatch(text) is not None


class Use(StrEnum):
    """The kind of campaign."""

    SIMPLE = "simple"
    """One-way: outbound is enough."""
    ADVANCED = "advanced"
    """Two-way."""


class Claim(Frozen, order=True):
    """A number of a channel file that has errors: its place is known, and nothing else is taken for granted."""

    path: str
    line: int
    number: str

    @property
    def channel(self) -> str:
        """What the channel of this file is to be called."""
        return PurePosixPath(self.path).stem


class Candidate(Frozen):
    """One declared number, judged."""

    number: str
    channel: str
    account: str
    """Empty where the file has errors."""
    label: str
    flow: str
    """The flow that answers on it; empty where none is declared."""
    path: str
    line: int
    why: Mapping[Use, str]
    """Why a campaign of this kind may not use it; empty where it may."""

    def usable(self, use: Use) -> bool:
        return not self.why[use]


def candidates(channels: Iterable[Channel], claims: Sequence[Claim]) -> tuple[Candidate, ...]:
    """Every declared number, by channel and in the order of its file. A number of two files is judged in both."""
    elsewhere: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        elsewhere[claim.number].append(claim)
    judged = [
        _judged(channel, sender, elsewhere[sender.number])
        for channel in sorted(channels, key=lambda channel: channel.name)
        for sender in channel.senders
    ]
    return (*judged, *map(_undecided, sorted(claims)))


def flow_of(channel: Channel, sender: Sender) -> str:
    """The flow that answers on a number: its own, else the channel's."""
    declared = channel.document.get("experience_flow")
    return sender.flow or (declared if isinstance(declared, str) else "")


def why_not(channel: Channel, use: Use) -> str:
    """Why the numbers of a channel cannot be used so; empty where they can."""
    if not channel.enabled:
        return "channel disabled"
    if not channel.direction.sends:
        return "inbound only"
    if use is Use.ADVANCED and not channel.direction.receives:
        return "outbound only"
    if use is Use.ADVANCED and not channel.settings.webhook_url:
        return "no webhook_url"
    return ""


def _judged(channel: Channel, sender: Sender, others: Sequence[Claim]) -> Candidate:
    disputed = f"also declared in {others[0].path}:{others[0].line}" if others else ""
    return Candidate(
        number=sender.number,
        channel=channel.name,
        account=channel.account,
        label=sender.label or "",
        flow=flow_of(channel, sender),
        path=channel.path,
        line=channel.lines.get(sender.number, 1),
        why={use: disputed or why_not(channel, use) for use in Use},
    )


def _undecided(claim: Claim) -> Candidate:
    return Candidate(
        number=claim.number,
        channel=claim.channel,
        account="",
        label="",
        flow="",
        path=claim.path,
        line=claim.line,
        why=dict.fromkeys(Use, "file has errors"),
    )

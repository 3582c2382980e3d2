"""Checks of one account: its credentials, its status, and the numbers that its channels declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from smsops.doctor.checks import Check, State, failed
from smsops.doctor.registrations import verification_checks
from smsops.doctor.services import service_checks
from smsops.errors import ProviderError
from smsops.frozen import Frozen
from smsops.model import Channel
from smsops.providers.examining import AccountFacts, Examiner, NumberFacts

_RESTS = "the credentials cannot be used"
_LEFT_OUT = {
    "account.status": "The status of the account",
    "account.numbers": "Its numbers",
    "account.services": "Its services",
}


class Patient(Frozen):
    """One account with what the files and the ledger say of it."""

    account: str
    channels: tuple[Channel, ...]
    service_sids: Mapping[str, str]
    """By channel: the SID that its file pins, or that the ledger recorded for it."""


def account_checks(patient: Patient, examiner: Examiner) -> Iterator[Check]:
    """Everything that one account tells, read by few requests. A read that fails hides no other."""
    where = f"account {patient.account}"
    try:
        named = examiner.reach()
    except ProviderError as error:
        wrong = "account.identity" if error.code == "SMS405" else "account.credentials"
        yield failed(wrong, error, where=where)
        yield from unchecked(where, _RESTS)
        return
    yield Check(id="account.credentials", state=State.OK, message="The provider takes the credentials.", where=where)
    yield _identity(where, named=named)
    yield from _standing(where, examiner)
    numbers: Mapping[str, NumberFacts] | None = None
    try:
        numbers = examiner.numbers()
    except ProviderError as error:
        yield failed("account.numbers", error, where=where)
    else:
        yield from _numbers(where, patient.channels, numbers)
    yield from verification_checks(where, patient.channels, examiner)
    yield from service_checks(where, patient.channels, patient.service_sids, examiner, numbers)


def unchecked(where: str, why: str) -> Iterator[Check]:
    """What is left out where the account cannot be read; `why` is a clause."""
    for id, what in _LEFT_OUT.items():
        verb = "was" if id == "account.status" else "were"
        yield Check(id=id, state=State.NOT_CHECKED, message=f"{what} {verb} not looked at: {why}.", where=where)


def _identity(where: str, *, named: bool) -> Check:
    if named:
        said = "They are of the account that smsops.yaml names."
        return Check(id="account.identity", state=State.OK, message=said, where=where)
    return Check(
        id="account.identity",
        state=State.UNKNOWN,
        message="That they are of the account that smsops.yaml names cannot be confirmed: there is no service yet.",
        where=where,
        hint="The first apply makes one, and stops when it belongs to another account.",
    )


def _standing(where: str, examiner: Examiner) -> Iterator[Check]:
    try:
        facts = examiner.account()
    except ProviderError as error:
        yield failed("account.status", error, where=where)
        return
    yield Check(id="account.key", state=State.OK, message=f"The credentials are {facts.key}.", where=where)
    yield _status(where, facts)


def _status(where: str, facts: AccountFacts) -> Check:
    if not facts.status:
        return Check(
            id="account.status",
            state=State.UNKNOWN,
            message="Whether the account is active, or a trial, cannot be told: these credentials may not read it.",
            where=where,
            hint="It answered, so it is not closed; the provider's console tells the rest.",
        )
    if not facts.active:
        return Check(
            id="account.status",
            state=State.PROBLEM,
            message=f"The account is {facts.status}: it sends nothing.",
            where=where,
            hint="The provider's console says why, and how to open it again.",
        )
    if facts.trial:
        return Check(
            id="account.status",
            state=State.WARNING,
            message="The account is a trial: it sends to verified recipients only, and US long codes get no campaign.",
            where=where,
            hint="Upgrade it before a channel is to reach anybody else.",
        )
    return Check(id="account.status", state=State.OK, message=f"The account is {facts.status}.", where=where)


def _numbers(where: str, channels: Sequence[Channel], owned: Mapping[str, NumberFacts]) -> Iterator[Check]:
    declared = [(channel, sender.number) for channel in channels for sender in channel.senders]
    bad = False
    for channel, number in declared:
        facts = owned.get(number)
        if facts is None or not facts.sms:
            bad = True
            yield Check(
                id="account.numbers",
                state=State.PROBLEM,
                message=f"The account does not own {number}." if facts is None else f"{number} cannot do SMS.",
                where=_line(channel, number),
                hint="Buy or port it, or correct the file." if facts is None else "Use another number.",
                code="SMS402" if facts is None else "SMS403",
            )
    if not declared:
        yield Check(id="account.numbers", state=State.NOT_CHECKED, message="No channel declares a number.", where=where)
    elif not bad:
        said = f"Declared numbers: {len(declared):,}. The account owns each, and each can do SMS."
        yield Check(id="account.numbers", state=State.OK, message=said, where=where)


def _line(channel: Channel, key: str) -> str:
    return f"{channel.path}:{channel.lines[key]}" if key in channel.lines else channel.path

"""Plans, outcomes and drift that hold one text in every field that others fill."""

from __future__ import annotations

from typing import Any

from smsops.changes import (
    AttachNumber,
    Change,
    Class,
    CreateService,
    DeleteService,
    DetachNumber,
    FieldDiff,
    Gate,
    MoveNumber,
    Risk,
    UpdateService,
)
from smsops.diagnostics import Finding, Location, Severity
from smsops.drift import Drifted
from smsops.errors import Failure, LedgerError, ProviderError
from smsops.frozen import replace
from smsops.model import AccountEvent, Channel, Direction, Sender, ServiceSettings
from smsops.outcome import Outcome, Result, Status
from smsops.planned import AccountPlan, Aim, AlreadyDone, HeldBack, Plan
from smsops.render.applied import Applied
from smsops.render.drawn import Drawn
from smsops.render.drift import Compared
from smsops.render.findings import Checked

SID = "MG" + "0" * 32


def channel(name: str, text: str) -> Channel:
    return Channel(
        name=name,
        provider="twilio",
        account=text,
        direction=Direction.INBOUND,
        settings=ServiceSettings(friendly_name=text, webhook_url=text),
        senders=(Sender(number=text, label=text),),
        path=text,
    )


def diff(text: str) -> FieldDiff:
    return FieldDiff(name="webhook_url", field=text, before=text, after=f"{text}.")


def finding(text: str, severity: Severity = Severity.ERROR) -> Finding:
    where = Location(path=text, line=3, column=2)
    return Finding(code="SMS402", message=text, location=where, severity=severity, hint=text, excerpt=text, width=4)


def changes(text: str) -> tuple[Change, ...]:
    about: dict[str, Any] = {"account": text, "channel": text}
    number: dict[str, Any] = {**about, "number": text, "number_sid": text}
    moved = MoveNumber(**number, from_service_sid=text, from_channel=text, service_sid=text, risk=Risk.HIGH)
    return (
        CreateService(**about, fields=(diff(text),)),
        UpdateService(**about, service_sid=text, fields=(diff(text),), klass=Class.DRIFT, risk=Risk.MEDIUM),
        AttachNumber(**number, service_sid=text),
        moved,
        replace(moved, from_channel=None, refused=Gate.TAKEOVER),
        DetachNumber(**number, service_sid=text, risk=Risk.HIGH, klass=Class.CONFLICT),
        DeleteService(account=text, channel=f"{text} left", service_sid=text, risk=Risk.HIGH),
    )


def drawn(text: str) -> Drawn:
    """Two accounts, so that each has a row of its own."""
    waiting = HeldBack(change=changes(text)[5], reason=Gate.PRUNE)
    done = AlreadyDone(account=text, channel=text, service_sid=text, what=text, value=text)
    account = AccountPlan(
        account=text,
        account_sid=text,
        changes=changes(text),
        held_back=(waiting,),
        already_done=(done,),
        findings=(finding(text),),
        aims=(Aim(channel=text, service_sid=text),),
    )
    other = AccountPlan(account=f"{text} 2", account_sid=text, idle=frozenset({"a", "b", "c"}))
    return Drawn(
        plan=Plan(
            accounts=(account, other),
            created_at=text,
            expires_at=text,
            partial=True,
            commit=text,
            dirty=True,
            warnings=(finding(text, Severity.WARNING),),
        ),
        channels={text: channel(text, text)},
        since=text,
        next_command=text,
    )


def asked(text: str) -> Drawn:
    """A plan whose next command is told."""
    update = UpdateService(account=text, channel=text, service_sid=text, fields=(diff(text),))
    account = AccountPlan(account=text, account_sid=text, changes=(update,))
    return Drawn(plan=Plan(accounts=(account,), created_at="", expires_at=""), next_command=text)


def refusal(text: str) -> ProviderError:
    return ProviderError(text, failure=Failure.FULL, status=412, provider_code=21714, request_id=text, hint=text)


def applied(text: str) -> Applied:
    create, update, attach, move, _, detach, delete = changes(text)
    results = (
        Result(change=create, status=Status.DONE, service_sid=text),
        Result(change=update, status=Status.FAILED, error=refusal(text)),
        Result(change=attach, status=Status.NOT_ATTEMPTED, reason=text),
        Result(change=move, status=Status.DONE, off_air_s=1.5),
        Result(change=detach, status=Status.ALREADY_DONE),
        Result(change=delete, status=Status.FAILED, error=refusal(text)),
    )
    return Applied(
        plan=drawn(text).plan,
        outcomes=(Outcome(account=text, results=results, differences=(text,)),),
        channels={text: channel(text, text)},
        error=LedgerError(text, hint=text),
    )


def compared(text: str) -> Compared:
    event = AccountEvent(at=text, resource_sid=text, event_type=text, actor=text, source=text)
    about: dict[str, Any] = {"account": text, "channel": text, "service_sid": text}
    return Compared(
        found=(
            Drifted(**about, what="service", before=text, after=None, event=event),
            Drifted(**about, what="phone_numbers", before=None, after=text),
            Drifted(**about, what="phone_numbers", before=text, after=None, event=event),
            Drifted(**about, what=text, before=text, after=f"{text}."),
        ),
        unrecorded=(text,),
        untold=(text,),
        warnings=(finding(text, Severity.WARNING),),
    )


def checked(text: str) -> Checked:
    return Checked(findings=(finding(text), finding(text, Severity.WARNING)), files=2, channels=1)

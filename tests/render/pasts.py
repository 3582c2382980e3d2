"""A small past with one text in every place that a file, git, a forge or the provider can fill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsops.audit.population import Item, Period, population
from smsops.frozen import replace
from smsops.history.recorded import Apply, Approval, Call, Diff
from smsops.history.values import (
    Chronicle,
    Commit,
    Kind,
    Past,
    Person,
    ProjectChange,
    Signature,
    Standing,
    Verdict,
    Version,
)
from smsops.render.blamed import Blamed, BlameRow
from smsops.render.listed import Listed
from smsops.render.past import Told

QUARTER = Period(since="2026-01-01T00:00:00Z", until="2026-04-01T00:00:00Z")


def commit(text: str, nth: int = 1, **facts: Any) -> Commit:
    """The nth commit of the main line, an hour after the one before it."""
    made = Commit(
        id=f"{nth:040x}",
        author=Person(name=text, email=text),
        authored_at=f"2026-02-01T{nth:02}:00:00Z",
        committer=Person(name=f"merged by {text}", email=text),
        merged_at=f"2026-02-02T{nth:02}:00:00Z",
        subject=text,
        request=text,
        signature=Signature.SSH,
        verdict=Verdict.GOOD,
        signer=text,
    )
    return replace(made, **facts)


def diffs(text: str) -> tuple[Diff, ...]:
    """A field that came, one that changed and one that went; a number that came and one that went."""
    return (
        Diff(field=text, before=None, after=text),
        Diff(field=text, before=text, after=f"{text}{text}"),
        Diff(field=text, before=text, after=None),
        Diff(field="+12065550101", before=None, after=""),
        Diff(field="+12065550102", before="", after=None),
    )


def approval(text: str) -> Approval:
    return Approval(
        plan_id=text,
        forge=text,
        number=7,
        url=text,
        requester=text,
        authors=(text, text),
        approver=text,
        approved_at="2026-02-02T09:00:00Z",
        merged_at="2026-02-02T09:30:00Z",
        merged_by=text,
        separation=text,
    )


def call(text: str) -> Call:
    return Call(
        action=text,
        channel=text,
        number=text,
        service_sid=text,
        klass=text,
        risk=text,
        diffs=diffs(text),
        status=text,
        at=text,
        request_id=text,
        told=text,
        off_air_s=0.5,
        from_channel=text,
        refused=text,
    )


def apply(text: str, **facts: Any) -> Apply:
    made = Apply(
        path=text,
        account=text,
        account_sid=text,
        server=text,
        actor=text,
        plan_id=text,
        commit=text,
        author=text,
        dirty=True,
        started_at="2026-02-03T10:00:00Z",
        finished_at="2026-02-03T10:00:05.250Z",
        ending=text,
        approval=approval(text),
        calls=(call(text), replace(call(text), status="done")),
        reasons=(text, text),
        read_back=True,
        differences=(text,),
    )
    return replace(made, **facts)


def version(text: str, nth: int = 1, kind: Kind = Kind.CHANGED, **facts: Any) -> Version:
    made = Version(
        channel=text,
        account=text,
        path=text,
        commit=commit(text, nth),
        kind=kind,
        diffs=diffs(text),
        was_channel=text,
        was_path=text,
        standing=Standing.LIVE,
        apply=apply(text),
    )
    return replace(made, **facts)


def versions(text: str) -> tuple[Version, ...]:
    """One of each kind; the first of a merge, the broken one without differences."""
    made = [version(text, nth, kind) for nth, kind in enumerate(Kind, start=1)]
    made[0] = replace(made[0], commit=commit(text, 1, brought=(commit(text, 90), commit(text, 91))))
    return tuple(
        replace(one, diffs=(), problem=text, standing=Standing.WAITING, apply=None) if one.kind is Kind.BROKEN else one
        for one in made
    )


def told(text: str) -> Told:
    return Told(versions=versions(text)[::-1], title=text, ledger=text)


def blamed(text: str) -> Blamed:
    rows = [BlameRow(field=text, value=text, version=one) for one in versions(text)]
    return Blamed(channel=text, rows=tuple(rows))


def chronicle(text: str) -> Chronicle:
    made = versions(text)
    fields: Mapping[str, str] = {text: text}
    changed = ProjectChange(path=text, commit=commit(text, 20), diffs=diffs(text), accounts=(text,), problem=text)
    return Chronicle(
        head="e" * 40,
        pasts=(Past(name=text, path=text, account=text, exists=True, versions=made, fields=fields),),
        project=(changed,),
        applies=(apply(text), apply(text, path=f"{text}2", approval=None, finished_at="", ending="", dirty=False)),
        ledger=text,
    )


def items(text: str) -> tuple[Item, ...]:
    return population(chronicle(text), QUARTER)


def logged(text: str) -> Listed:
    """The whole population."""
    found = items(text)
    return Listed(items=found, period=QUARTER, population=len(found))


def sampled(text: str) -> Listed:
    """A sample of it, with a seed that somebody typed."""
    found = items(text)
    return Listed(items=found[:3], period=QUARTER, population=len(found), size=3, seed=text)

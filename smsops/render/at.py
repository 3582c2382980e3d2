"""A channel at a date or a revision: as merged beside as applied."""

from __future__ import annotations

from collections.abc import Iterator

from smsops.history.moment import Moment, Row, Unreadable
from smsops.history.values import Standing
from smsops.render.csv import csv_table
from smsops.render.documents import document
from smsops.render.escape import code
from smsops.render.persons import moment as when
from smsops.render.plain import Paint, clean, counted, painted, table

_WORDS = {
    Standing.LIVE: "",
    Standing.IN_PART: "Only some of it had been written.",
    Standing.NOTHING_TO_APPLY: "",
    Standing.SUPERSEDED: "No apply ever brought this version about: another came before.",
    Standing.WAITING: "No apply has brought this version about.",
    Standing.UNKNOWN: "What was applied is not known here.",
}


def sentences(moment: Moment) -> Iterator[str]:
    """When it was merged, when it went live, and whether the account was seen to be so; not clean yet."""
    version, apply, check = moment.version, moment.apply, moment.check
    if version is not None:
        request = f", {version.commit.request}" if version.commit.request else ""
        who = f"by {version.commit.author} in {version.commit.id[:12]}{request}"
        yield f"As merged {when(version.commit.merged_at)} {who}."
        if _WORDS[version.standing] and moment.unreadable is None:
            yield _WORDS[version.standing]
    yield from _doubts(moment)
    if apply is None:
        yield "No record says what the account had of it."
    else:
        approver = apply.approval.approver if apply.approval else ""
        approved = f", approved by {approver}" if approver else ""
        yield f"As applied {when(apply.at)} by {apply.actor or 'nobody known'}{approved}: record {apply.path}."
    if check is not None:
        found = f"differed in {counted(len(moment.drift), 'place')}" if moment.drift else "was as recorded"
        yield f"At {when(check.at)} the account {found}, says {check.path}."


def _doubts(moment: Moment) -> Iterator[str]:
    """What stands in the way of taking the file for what an apply would bring about."""
    if (unreadable := moment.unreadable) is not None:
        yield f"The file {unreadable.path} could not be read as it was then: {unreadable.problem}"
        if (shown := unreadable.shown) is None:
            yield "No version before it can be read either."
        else:
            yield (
                f"What is shown is the last version before it that can be read, merged {when(shown.commit.merged_at)} "
                f"by {shown.commit.author} in {shown.commit.id[:12]}."
            )
    if moment.refused:
        codes = ", ".join(f"{one.code} in {one.path}" for one in moment.refused)
        yield f"What git had then does not pass the validation of today: {codes}."


def at_text(moment: Moment, *, color: bool) -> str:
    parts = ["".join(f"{clean(sentence)}\n" for sentence in sentences(moment))]
    if moment.rows:
        rows = ((row.key, _shown(row, row.merged), _shown(row, row.applied), _mark(row)) for row in moment.rows)
        parts.append(table(("KEY", "AS MERGED", "AS APPLIED", ""), rows, color=color))
    if moment.declared:
        parts.append(table(("DECLARED ONLY", "AS MERGED"), moment.declared, color=color))
    drift = [f"  ! {clean(one.field)}: {_seen(one.recorded)} → {_seen(one.live)}" for one in moment.drift]
    if drift:
        parts.append("Drift\n" + "".join(painted(line, Paint.WARNING, color=color) + "\n" for line in drift))
    return "\n".join(parts)


def at_markdown(moment: Moment, *, color: bool) -> str:
    head = "\n\n".join(code(sentence, 500) for sentence in sentences(moment))
    rows = "".join(
        f"| {code(row.key)} | {code(merged, 300)} | {code(applied, 300)} | {_mark(row)} |\n"
        for row in moment.rows
        for merged, applied in [(_shown(row, row.merged), _shown(row, row.applied))]
    )
    declared = "".join(f"| {code(key)} | {code(_value(value), 300)} |\n" for key, value in moment.declared)
    tables = [f"| key | as merged | as applied | |\n|---|---|---|---|\n{rows}"] if rows else []
    tables += [f"| declared only | as merged |\n|---|---|\n{declared}"] if declared else []
    return "\n".join([f"{head}\n", *tables])


_COLUMNS = ("key", "as_merged", "as_applied", "differs", "commit", "merged_at", "applied_at", "remark")


def at_csv(moment: Moment, *, color: bool) -> str:
    version, apply = moment.version, moment.apply
    tail = (
        version.commit.id if version else "",
        version.commit.merged_at if version else "",
        apply.at if apply else "",
        " ".join(_doubts(moment)),
    )
    rows = [(row.key, _shown(row, row.merged), _shown(row, row.applied), _mark(row)) for row in moment.rows]
    rows += [(key, value, "", "") for key, value in moment.declared]
    # A file that says nothing is told of in one row: why it does not stands in the last column.
    return csv_table(_COLUMNS, ((*row, *tail) for row in rows or [("", "", "", "")]))


def at_json(moment: Moment, *, color: bool) -> str:
    version, apply, check = moment.version, moment.apply, moment.check
    return document(
        asked=moment.asked,
        merged=None
        if version is None
        else {
            "channel": version.channel,
            "commit": version.commit.id,
            "author": str(version.commit.author),
            "merged_at": version.commit.merged_at,
            "request": version.commit.request or None,
            "standing": str(version.standing),
        },
        applied=None
        if apply is None
        else {
            "record": apply.path,
            "at": apply.at,
            "actor": apply.actor,
            "plan_id": apply.plan_id,
            "approver": apply.approval.approver if apply.approval else None,
        },
        checked=None if check is None else {"record": check.path, "at": check.at, "differences": len(moment.drift)},
        declared=dict(moment.declared),
        refused=[{"code": one.code, "path": one.path} for one in moment.refused],
        unreadable=None if moment.unreadable is None else _unreadable_to_json(moment.unreadable),
        rows=[
            {"key": row.key, "merged": row.merged, "applied": row.applied, "differs": row.differs}
            for row in moment.rows
        ],
        drift=[{"field": one.field, "recorded": one.recorded, "live": one.live} for one in moment.drift],
    )


def _unreadable_to_json(unreadable: Unreadable) -> dict[str, str | None]:
    shown = unreadable.shown
    commit = shown.commit.id if shown else None
    return {"path": unreadable.path, "problem": unreadable.problem, "shown_commit": commit}


def _mark(row: Row) -> str:
    return "differs" if row.differs else ""


def _shown(row: Row, value: str | None) -> str:
    if row.key.startswith("+"):
        return "-" if value is None else "in the pool"
    return _value(value)


def _seen(value: str | None) -> str:
    """What a check saw; of a number or a service, that it was there."""
    return "not there" if value is None else clean(value) or "(none)"


def _value(value: str | None) -> str:
    return "-" if value is None else clean(value) or "(none)"


AT = {"text": at_text, "json": at_json, "markdown": at_markdown, "csv": at_csv}

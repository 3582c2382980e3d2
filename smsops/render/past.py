"""Versions of channels as a log: for people, programs, pages and spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from smsops.frozen import Frozen
from smsops.history.recorded import Apply, Approval, Diff
from smsops.history.values import Commit, Kind, Version
from smsops.render.csv import csv_table
from smsops.render.documents import document
from smsops.render.escape import code
from smsops.render.persons import approval_words, approver_of, live_at, live_words, moment, signature_words
from smsops.render.plain import Paint, clean, counted, painted


class Told(Frozen):
    """What `history` shows."""

    versions: tuple[Version, ...]
    """The newest first."""
    title: str
    """The channel's name, or `all channels`."""
    ledger: str
    """Where the records are."""


def diff_line(diff: Diff) -> tuple[str, str, Paint]:
    """Sign, words and colour of one difference; the words are clean."""
    name, before, after = clean(diff.field), _value(diff.before), _value(diff.after)
    if diff.before is None:
        return "+", name if diff.is_number else f"{name}: {after}", Paint.ADD
    if diff.after is None:
        return "-", name if diff.is_number else f"{name}: {before}", Paint.REMOVE
    return "~", f"{name}: {before} → {after}", Paint.CHANGE


def _value(text: str | None) -> str:
    return clean(text) if text else "(none)"


def what_words(version: Version) -> str:
    """What a version did to the channel, in a few words; not clean yet."""
    match version.kind:
        case Kind.RENAMED:
            return f"renamed from {version.was_channel}"
        case Kind.MOVED:
            return f"moved from {version.was_path}"
        case Kind.BROKEN:
            return f"cannot be read: {version.problem}"
        case Kind.PROJECT:
            return f"{version.path} changed what holds for it"
        case _:
            return str(version.kind)


def facts(version: Version) -> Iterator[tuple[str, str]]:
    """Everything about a version but its differences: name and words, not clean yet."""
    commit = version.commit
    yield "author", f"{commit.author}, {moment(commit.authored_at)}"
    if commit.committer != commit.author:
        yield "committer", str(commit.committer)
    yield "subject", commit.subject
    yield "signature", signature_words(commit)
    if commit.request:
        yield "request", f"{commit.request}, says the message"
    for one in commit.brought:
        yield "brought", f"{one.id[:12]} by {one.author}, {moment(one.authored_at)}: {one.subject}"
    if version.apply is not None and (words := approval_words(version.apply.approval)):
        yield "approved", words
    yield "account", live_words(version)


def history_text(told: Told, *, color: bool) -> str:
    blocks = [_block(version, color=color) for version in told.versions]
    blocks.append(f"{counted(len(told.versions), 'version')} of {clean(told.title)}. Records: {clean(told.ledger)}.\n")
    return "\n".join(blocks)


def _block(version: Version, *, color: bool) -> str:
    head = f"{version.commit.id[:12]}  merged {moment(version.commit.merged_at)}"
    lines = [
        f"{painted(head, Paint.STRONG, color=color)}  {clean(version.channel)}: {clean(what_words(version))}",
        *(f"  {name + ':':<10} {clean(words)}" for name, words in facts(version)),
    ]
    for sign, words, paint in map(diff_line, version.diffs):
        lines.append(painted(f"    {sign} {words}", paint, color=color))
    return "\n".join(lines) + "\n"


def history_markdown(told: Told, *, color: bool) -> str:
    parts = [f"### History of {code(told.title)}\n"]
    for version in told.versions:
        head = f"{version.commit.id[:12]} merged {moment(version.commit.merged_at)}"
        parts.append(f"- {code(head)} {code(version.channel)} {code(what_words(version), 300)}")
        parts += [f"  - {name}: {code(words, 300)}" for name, words in facts(version)]
        parts += [f"  - {code(f'{sign} {words}', 500)}" for sign, words, _ in map(diff_line, version.diffs)]
    return "\n".join([*parts, f"\n{counted(len(told.versions), 'version')}."]) + "\n"


COLUMNS = (
    *("channel", "kind", "field", "before", "after", "commit", "merged_at", "author", "committer", "signature"),
    *("request", "subject", "standing", "live_at", "approver", "record", "account", "path"),
)


def rows_of(version: Version) -> Iterator[tuple[str, ...]]:
    """A row a difference, under `COLUMNS`; a version without any gives one row."""
    commit, apply = version.commit, version.apply
    tail = (
        *(commit.id, commit.merged_at, str(commit.author), str(commit.committer), str(commit.signature)),
        *(commit.request, commit.subject, str(version.standing), live_at(version), approver_of(apply)),
        *(apply.path if apply else "", version.account, version.path),
    )
    for diff in version.diffs or (Diff(field="", before=None, after=version.problem or None),):
        head = (version.channel, str(version.kind), diff.field, diff.before or "", diff.after or "")
        yield (*head, *tail)


def history_csv(told: Told, *, color: bool) -> str:
    return csv_table(COLUMNS, (row for version in told.versions for row in rows_of(version)))


def history_json(told: Told, *, color: bool) -> str:
    return document(title=told.title, ledger=told.ledger, versions=[version_to_json(one) for one in told.versions])


def version_to_json(version: Version) -> dict[str, Any]:
    """Everything about a version; the account's side is the record's path and what matters of it."""
    return {
        "channel": version.channel,
        "kind": str(version.kind),
        "account": version.account,
        "path": version.path,
        "was_channel": version.was_channel or None,
        "was_path": version.was_path or None,
        "problem": version.problem or None,
        "commit": commit_to_json(version.commit),
        "diffs": diffs_to_json(version.diffs),
        "standing": str(version.standing),
        "apply": None if version.apply is None else _apply_in_short(version.apply),
    }


def diffs_to_json(diffs: Iterable[Diff]) -> list[dict[str, str | None]]:
    return [{"field": diff.field, "before": diff.before, "after": diff.after} for diff in diffs]


def commit_to_json(commit: Commit) -> dict[str, Any]:
    return {
        "id": commit.id,
        "author": {"name": commit.author.name, "email": commit.author.email, "at": commit.authored_at},
        "committer": {"name": commit.committer.name, "email": commit.committer.email},
        "merged_at": commit.merged_at,
        "subject": commit.subject,
        "request": commit.request or None,
        "signature": str(commit.signature),
        "verdict": str(commit.verdict),
        "signer": commit.signer or None,
        "brought": [commit_to_json(one) for one in commit.brought],
    }


def _apply_in_short(apply: Apply) -> dict[str, Any]:
    return {
        "record": apply.path,
        "at": apply.at,
        "ending": apply.ending or None,
        "actor": apply.actor,
        "plan_id": apply.plan_id,
        "approval": approval_to_json(apply.approval),
    }


def approval_to_json(approval: Approval | None) -> dict[str, Any] | None:
    if approval is None:
        return None
    names = ("plan_id", "forge", "number", "url", "requester", "approver", "approved_at", "merged_at", "merged_by")
    told = {name: getattr(approval, name) for name in names}
    return {**told, "authors": list(approval.authors), "separation": approval.separation}


HISTORY = {"text": history_text, "json": history_json, "markdown": history_markdown, "csv": history_csv}

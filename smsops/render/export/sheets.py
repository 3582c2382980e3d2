"""The tables of an export, each a file of CSV and a sheet of the workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smsops.audit.population import Item
from smsops.frozen import Frozen
from smsops.history.recorded import Apply, Diff
from smsops.history.values import Version
from smsops.render.listed import approver
from smsops.render.persons import live_at

Row = tuple[str, ...]


class Sheet(Frozen):
    """One table."""

    title: str
    file: str
    """Its name as a file, without a suffix."""
    about: str
    """What a row is, in a sentence."""
    columns: Row
    notes: Row
    """What each column says."""
    rows: tuple[Row, ...]


def sheets(items: Sequence[Item]) -> tuple[Sheet, ...]:
    """Every table of the items."""
    changes = [item for item in items if not isinstance(item.subject, Apply)]
    applies = [item.subject for item in items if isinstance(item.subject, Apply)]
    return (
        _sheet(
            "Changes",
            "changes",
            "A commit of the main line and one channel, or smsops.yaml.",
            _CHANGE,
            map(_change, changes),
        ),
        _sheet(
            "Field diffs",
            "diffs",
            "One field or number that a change changed.",
            _DIFF,
            (r for i in changes for r in _diffs(i)),
        ),
        _sheet(
            "Applies",
            "applies",
            "One record of the ledger: an apply, also one that was refused.",
            _APPLY,
            map(_apply, applies),
        ),
        _sheet(
            "Calls",
            "calls",
            "One change of an apply, and what came of it.",
            _CALL,
            (row for one in applies for row in _calls(one)),
        ),
    )


def _sheet(title: str, file: str, about: str, columns: dict[str, str], rows: Iterator[Row]) -> Sheet:
    notes = tuple(columns.values())
    return Sheet(title=title, file=file, about=about, columns=tuple(columns), notes=notes, rows=tuple(rows))


_CHANGE = {
    "id": "The same on every machine; audit sample draws by it",
    "merged_at": "When the commit arrived on the main line, by its committer's clock, UTC",
    "channel": "The name from then on; empty for smsops.yaml",
    "account": "The account in smsops.yaml",
    "kind": "created, changed, renamed, moved, deleted, broken; project for smsops.yaml",
    "summary": "The first fields",
    "commit": "The commit",
    "author": "As the commit has it",
    "committer": "As the commit has it",
    "signature": "Whether and how the commit is signed; whether that is good takes a key",
    "request": "The pull or merge request, as the message claims",
    "subject": "The first line of the message",
    "standing": "What became of it in the account",
    "live_at": "When the first record says that the account had it so, UTC",
    "record": "That record",
    "approver": "Whom that record names, from the forge",
    "separation": "kept: the approver is somebody else than requester and authors",
    "was": "The former name or path",
    "path": "The file",
}


def _change(item: Item) -> Row:
    subject = item.subject
    assert not isinstance(subject, Apply)
    commit = subject.commit
    version = subject if isinstance(subject, Version) else None
    apply = version.apply if version else None
    return (
        *(item.id, item.at, item.channel, item.account, str(version.kind) if version else "project", item.summary),
        *(commit.id, str(commit.author), str(commit.committer), str(commit.signature), commit.request, commit.subject),
        *(str(version.standing) if version else "", live_at(version) if version else "", apply.path if apply else ""),
        *(approver(item), apply.approval.separation if apply and apply.approval else ""),
        *((version.was_channel or version.was_path) if version else "", subject.path),
    )


_DIFF = {
    "id": "Of the change",
    "merged_at": "UTC",
    "channel": "Empty for smsops.yaml",
    "field": "A key, a number, or an attribute of a number",
    "change": "added, removed or changed",
    "before": "Logins are masked",
    "after": "Logins are masked",
}


def _diffs(item: Item) -> Iterator[Row]:
    assert not isinstance(item.subject, Apply)
    for diff in item.subject.diffs:
        yield (item.id, item.at, item.channel, diff.field, _word(diff), diff.before or "", diff.after or "")


def _word(diff: Diff) -> str:
    return "added" if diff.before is None else "removed" if diff.after is None else "changed"


_APPLY = {
    "record": "In the ledger",
    "account": "The account in smsops.yaml",
    "account_sid": "Twilio's SID of it",
    "server": "What stood in for Twilio; empty is Twilio",
    "started_at": "UTC",
    "finished_at": "UTC; empty without an end",
    "ending": "applied, partial, interrupted, refused, stale, abandoned",
    "actor": "Who ran it, as the machine knew",
    "plan_id": "Of the plan that was carried out",
    "commit": "What was checked out, or what the plan was made from",
    "commit_author": "Its author",
    "dirty": "yes: files differed from the commit",
    "approver": "Whose review carried the plan's id, from the forge",
    "approved_at": "UTC",
    "requester": "Who asked for the change",
    "separation": "kept: the approver is somebody else than requester and authors",
    "request": "Its page",
    "calls": "How many changes",
    "done": "How many of them came about",
    "read_back": "yes: all that was written was read again",
    "differences": "What the read-back found",
    "reasons": "Why it was refused, or stale",
}


def _apply(apply: Apply) -> Row:
    approval = apply.approval
    approved = ("",) * 5
    if approval is not None:
        approved = (approval.approver, approval.approved_at, approval.requester, approval.separation, approval.url)
    done = sum(call.status in ("done", "already-done") for call in apply.calls)
    return (
        *(
            apply.path,
            apply.account,
            apply.account_sid,
            apply.server,
            apply.started_at,
            apply.finished_at,
            apply.ending,
        ),
        *(apply.actor, apply.plan_id, apply.commit, apply.author, _yes(apply.dirty)),
        *approved,
        *(
            str(len(apply.calls)),
            str(done),
            _yes(apply.read_back),
            " ".join(apply.differences),
            " ".join(apply.reasons),
        ),
    )


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


_CALL = {
    "record": "Of the apply",
    "action": "What was to be done",
    "channel": "The channel",
    "number": "Of a change of a pool",
    "fields": "Of a service: each field from what to what; logins are masked",
    "class": "intended, drift or conflict: who had moved",
    "risk": "low, medium or high",
    "status": "done, already-done, failed, not-attempted",
    "at": "When it was settled, UTC",
    "request_id": "Twilio's",
    "told": "Why it failed, or was not attempted",
    "service_sid": "The messaging service",
    "refused": "The gate that refused it",
    "from_channel": "Of a move: the channel that the number came from",
    "off_air_s": "Of a move: for how many seconds the number was in no pool",
}


def _calls(apply: Apply) -> Iterator[Row]:
    for call in apply.calls:
        fields = "; ".join(f"{diff.field}: {diff.before or '(none)'} → {diff.after or '(none)'}" for diff in call.diffs)
        off_air = "" if call.off_air_s is None else str(call.off_air_s)
        yield (
            *(apply.path, call.action, call.channel, call.number, fields, call.klass, call.risk, call.status),
            *(call.at, call.request_id, call.told, call.service_sid, call.refused),
            *(call.from_channel, off_air),
        )

"""Records: what one apply set out to do, who asked for it, what came of it, and the inventory that the next plan rests
on. Pure.

A record is a CloudEvents 1.0 envelope. It is written as `started` before the first write, naming all that is about to
be written, and again as `finished` after the last. A run that dies in between leaves `started`: the next plan then
knows what may have happened, and the next apply finishes the work and closes the record.

Each finished record carries the SHA-256 of the bytes of the one before it (`previous`), and of itself without that
member (`sha256`), so that nobody alters one unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from smsops import __version__
from smsops.changes import change_to_json, digest
from smsops.diagnostics import Finding, finding_to_json
from smsops.frozen import Frozen
from smsops.ledger.remembered import base_from_json, base_to_json
from smsops.model import Base
from smsops.outcome import Outcome, result_to_json
from smsops.planned import AccountPlan

TYPE = "smsops.apply.v1"
FORMAT = "1.0"

Record = dict[str, Any]


class State(StrEnum):
    STARTED = "started"
    FINISHED = "finished"


class Ending(StrEnum):
    """What an apply came to, in one word."""

    APPLIED = "applied"
    PARTIAL = "partial"
    """Some changes were made, some were not, or the read-back found a difference."""
    INTERRUPTED = "interrupted"
    REFUSED = "refused"
    """A gate refused the plan; nothing was written."""
    STALE = "stale"
    """The account had moved since the plan was saved; nothing was written."""
    ABANDONED = "abandoned"
    """The run died without a word; a later apply closed the record."""


class Run(Frozen):
    """Who applies what, from where."""

    plan_id: str
    actor: str = ""
    """Who runs smsops, as well as the machine knows it."""
    commit: str | None = None
    """What is checked out; of a saved plan, what it was made from."""
    author: str | None = None
    """The commit's author."""
    dirty: bool = False
    server: str | None = None
    """The host that stood in for the provider; None is the provider's own."""
    approval: Mapping[str, Any] | None = None
    """Who approved the plan, and who asked for it; None where that was not asked for."""


def started(plan: AccountPlan, base: Base, run: Run, *, key: str, at: str, previous: str | None) -> Record:
    """The record before the first write; `base` says what is about to be written (`inventory.begun`)."""
    changes = [{**change_to_json(change), "result": None} for change in plan.changes]
    return _envelope(plan, base, run, key, at, previous, {"state": State.STARTED, "changes": changes})


def finished(
    plan: AccountPlan, base: Base, run: Run, outcome: Outcome, *, key: str, at: str, until: str, previous: str | None
) -> Record:
    """The record after the read-back; `base` is what the next plan starts from."""
    facts = {
        "state": State.FINISHED,
        "ending": _ending(outcome),
        "finished_at": until,
        "changes": [{**change_to_json(r.change), "result": result_to_json(r)} for r in outcome.results],
        "verification": {"read_back": outcome.verified, "differences": list(outcome.differences)},
    }
    return sealed_record(_envelope(plan, base, run, key, at, previous, facts))


def not_begun(
    plan: AccountPlan,
    base: Base,
    run: Run,
    *,
    ending: Ending,
    reasons: Iterable[Finding],
    key: str,
    at: str,
    previous: str | None,
) -> Record:
    """The record of an apply that was refused, or whose plan was stale."""
    facts = {
        "state": State.FINISHED,
        "ending": ending,
        "finished_at": at,
        "changes": [{**change_to_json(change), "result": None} for change in plan.changes],
        "findings": [finding_to_json(finding) for finding in reasons],
    }
    return sealed_record(_envelope(plan, base, run, key, at, previous, facts))


def closed(record: Record, *, by: str, at: str) -> Record:
    """The record of a run that died, with an end: what it wrote is not known, and its doubts stay in it."""
    data = {**record["data"], "state": State.FINISHED, "ending": Ending.ABANDONED, "finished_at": at, "closed_by": by}
    return sealed_record({**record, "data": data})


def _ending(outcome: Outcome) -> Ending:
    if outcome.interrupted:
        return Ending.INTERRUPTED
    return Ending.APPLIED if outcome.complete else Ending.PARTIAL


def _envelope(
    plan: AccountPlan, base: Base, run: Run, key: str, at: str, previous: str | None, facts: Mapping[str, Any]
) -> Record:
    return {
        "specversion": "1.0",
        "id": f"{plan.account}/{key}",
        "source": "smsops",
        "type": TYPE,
        "time": at,
        "datacontenttype": "application/json",
        "data": {
            "format_version": FORMAT,
            "tool_version": __version__,
            "account": plan.account,
            "account_sid": plan.account_sid,
            "server": run.server,
            "actor": run.actor,
            "plan_id": run.plan_id,
            "source": {"commit": run.commit, "author": run.author, "dirty": run.dirty},
            **({} if run.approval is None else {"approval": dict(run.approval)}),
            "previous": previous,
            **facts,
            **base_to_json(base),
        },
    }


def rendered(record: Record) -> bytes:
    """The bytes of a record: one way to write each, so that every altered byte shows."""
    return (json.dumps(record, indent=2, sort_keys=True, ensure_ascii=True) + "\n").encode()


def parsed(content: bytes, type: str = TYPE) -> Record:
    """A record as it was written. Raises ValueError when it is not one of this type and format."""
    try:
        record = json.loads(content)
        data = record["data"]
        if record["type"] != type or data["format_version"] != FORMAT:
            raise ValueError(f"it is not a record of type {type}, format {FORMAT}")
        data["state"] = State(data["state"])
        if not isinstance(data["previous"], str | None):
            raise ValueError("its `previous` is neither text nor null")
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it lacks a part or has one of another kind: {error}") from error
    return dict(record)


def base_of(record: Record, *, account_sid: str, server: str | None) -> Base | None:
    """The base that a record leaves; None when it is about another account of that name, or another server.

    Raises ValueError when a part is missing or of another kind.
    """
    try:
        data = record["data"]
        if data["account_sid"] != account_sid or data["server"] != server:
            return None
        return base_from_json(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it lacks a part or has one of another kind: {error}") from error


def sealed_record(record: Record) -> Record:
    """A finished record with the SHA-256 of itself."""
    bare = _without_seal(record)
    return {**bare, "data": {**bare["data"], "sha256": digest(bare)}}


def is_intact(record: Record, content: bytes) -> bool:
    """Whether the bytes are those that smsops wrote."""
    if rendered(record) != content:
        return False
    return is_started(record) or record["data"].get("sha256") == digest(_without_seal(record))


def _without_seal(record: Record) -> Record:
    return {**record, "data": {name: value for name, value in record["data"].items() if name != "sha256"}}


def is_started(record: Record) -> bool:
    """Whether the run has not told its end."""
    return bool(record["data"]["state"] == State.STARTED)


def sha256_of(content: bytes) -> str:
    """What the next record says of these bytes."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def path_of(account: str, key: str) -> str:
    """Where a record lies in the ledger."""
    return f"records/{account}/{key}.json"


def account_of(path: str) -> str:
    """The account of a record's path; '' for a path that is none."""
    parts: Sequence[str] = path.split("/")
    return parts[1] if len(parts) == 3 and parts[0] == "records" and parts[2].endswith(".json") else ""

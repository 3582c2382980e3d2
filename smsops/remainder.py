"""Whether a plan is what is left of one that was begun: the approval of the whole then counts for the rest. Pure.

An apply that failed halfway, or died, leaves work. The next plan of the same commit holds what is left, and so has
another id than the one that was approved. The records of the begun apply say what the whole held, account by account;
of an account that it never came to, the whole held what is planned now. Together they must give the approved id again,
so nothing here rests on trust in a record: an altered one gives another id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smsops.changes import ORDER, change_to_json, digest
from smsops.planned import Plan

_NOT_IDENTITY = ("cause", "refused", "result")
_ACTIONS = [kind.action for kind in ORDER]


def begun_ids(plan: Plan, attempts: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[str, ...]:
    """Ids of begun plans that this plan is the rest of, the newest first.

    `attempts` are the data of records by account, the newest first: of applies of this very commit that wrote or may
    have written.
    """
    ids = dict.fromkeys(data["plan_id"] for told in attempts.values() for data in told)
    return tuple(plan_id for plan_id in ids if _is_rest(plan, plan_id, attempts))


def _is_rest(plan: Plan, plan_id: str, attempts: Mapping[str, Sequence[Mapping[str, Any]]]) -> bool:
    begun = {name: next((data for data in told if data["plan_id"] == plan_id), None) for name, told in attempts.items()}
    now = {account.account: [change_to_json(change) for change in account.changes] for account in plan.accounts}
    sids = {account.account: account.account_sid for account in plan.accounts}
    whole: dict[str, list[dict[str, Any]]] = {}
    for name, sid in sids.items():
        record = begun.get(name)
        if record is None:
            whole[name] = [_identity(change) for change in now[name]]
        elif record["account_sid"] != sid:
            return False
        else:
            whole[name] = sorted((_identity(change) for change in record["changes"]), key=_place)
            if not {_intent(change) for change in now[name]} <= {_intent(change) for change in whole[name]}:
                return False
    parts = [{"account_sid": sids[name], "changes": whole[name]} for name in sorted(whole) if whole[name]]
    return digest(parts) == plan_id


def _identity(change: Mapping[str, Any]) -> dict[str, Any]:
    """What of a change goes into a plan's id."""
    return {key: value for key, value in change.items() if key not in _NOT_IDENTITY}


def _place(change: Mapping[str, Any]) -> tuple[int, str, str, str, str]:
    """The order of a plan, as `changes.sort_key` has it."""
    last = change.get("number") or change["service_sid"] or ""
    return (_ACTIONS.index(change["action"]), change["account"], change["channel"], last, change["class"])


def _intent(change: Mapping[str, Any]) -> str:
    """What a change is for, whatever became of the service that it waited for."""
    fields = [[diff["field"], diff["after"], diff.get("sealed", {}).get("after")] for diff in change.get("fields", ())]
    return digest(
        [
            change["action"],
            change["account"],
            change["channel"],
            change.get("number"),
            change.get("from_service_sid"),
            fields,
        ]
    )


def attempts_of(records: Iterator[Mapping[str, Any]], commit: str) -> Iterator[Mapping[str, Any]]:
    """Of an account's records, those of applies of a commit that wrote or may have written."""
    for record in records:
        data = record["data"]
        if data["source"]["commit"] == commit and data.get("ending") not in ("refused", "stale"):
            yield data

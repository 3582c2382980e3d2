"""A plan as a file: what was reviewed is what is applied, on any machine, or it is not applied at all. Pure.

The file is the plan's document (contract 4.1) with what an apply needs besides: the aim of each channel, what was let
through, the server. It ends in a digest over everything, expiry included, and it can be written in one way only, so
that a single altered byte shows. `restored` reads it back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from smsops.changes import Gate, digest
from smsops.diagnostics import Finding
from smsops.frozen import Frozen
from smsops.ledger.remembered import kept_to_json
from smsops.planned import AccountPlan, Aim, Plan, plan_to_json


class ShardMark(Frozen):
    """Which part of a plan a file holds, and what every other part must have been made from, too."""

    index: int
    """From 1."""
    of: int
    partial: bool
    """Whether the whole looks at some channels only."""
    configuration: str
    """Digest of what the files ask for."""
    assignment: str
    """Digest of who plans what."""
    most_removals: Mapping[str, int]
    """By account that is split among shards, how much the whole plan may remove of it."""


class SavedPlan(Frozen):
    """A plan as it is saved, with what it was made under."""

    plan: Plan
    allowed: frozenset[Gate] = frozenset()
    servers: Mapping[str, str | None]
    """By account, the host that stood in for the provider; None is the provider's own."""
    shard: ShardMark | None = None
    """None: the plan is whole."""


def saved_text(saved: SavedPlan) -> str:
    """The file's text."""
    document = plan_to_json(saved.plan)
    document["saved"] = {
        "allowed": sorted(saved.allowed),
        "warnings": [_finding_index(saved.plan, finding) for finding in saved.plan.warnings],
        "accounts": [_account_to_json(account, saved.servers[account.account]) for account in saved.plan.accounts],
        **({} if saved.shard is None else {"shard": _mark_to_json(saved.shard)}),
    }
    return written({**document, "digest": digest(document)})


def written(document: object) -> str:
    """The one way to write a saved plan."""
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _mark_to_json(mark: ShardMark) -> dict[str, Any]:
    return {
        "index": mark.index,
        "of": mark.of,
        "partial": mark.partial,
        "configuration": mark.configuration,
        "assignment": mark.assignment,
        "most_removals": dict(sorted(mark.most_removals.items())),
    }


def _finding_index(plan: Plan, finding: Finding) -> int:
    return plan.findings.index(finding)


def _account_to_json(account: AccountPlan, server: str | None) -> dict[str, Any]:
    return {
        "name": account.account,
        "server": server,
        "partial": account.partial,
        "idle": sorted(account.idle),
        "unmanaged": {"services": account.unmanaged_services, "numbers": account.unmanaged_numbers},
        "vanished": sorted(account.vanished),
        "left": sorted(account.left),
        "aims": [_aim_to_json(aim) for aim in account.aims],
    }


def _aim_to_json(aim: Aim) -> dict[str, Any]:
    return {
        "channel": aim.channel,
        "service_sid": aim.service_sid,
        "fields": {name: kept_to_json(value) for name, value in sorted(aim.fields.items())},
        "numbers": sorted(aim.numbers),
        "guarded": sorted(aim.guarded),
        "was": aim.was,
    }

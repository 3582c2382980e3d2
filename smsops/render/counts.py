"""The table of counts that a page begins with: one row for all, and one an account as far as they fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smsops.planned import AccountPlan, Plan
from smsops.render.plain import counted

COLUMNS = ("create", "update", "attach", "move", "detach", "delete", "unchanged", "held_back", "refused")
_REMOVING = ("detach", "delete", "move")
ROWS = 12
"""Accounts that a page of bounded size counts by themselves."""


def rows(plan: Plan) -> list[tuple[str, dict[str, int]]]:
    """Counts by account, where there are several: those that lose most first, then those that change most."""
    if len(plan.accounts) < 2:
        return []
    found = [(account.account, _of(plan, account)) for account in plan.accounts]
    return sorted(found, key=_order)


def _of(plan: Plan, account: AccountPlan) -> dict[str, int]:
    return Plan(accounts=(account,), created_at=plan.created_at, expires_at=plan.expires_at).summary()


def _order(row: tuple[str, dict[str, int]]) -> tuple[int, int, str]:
    name, counts = row
    changes = sum(count for column, count in counts.items() if column != "unchanged")
    return (-sum(counts[column] for column in _REMOVING), -changes, name)


def table_lines(plan: Plan, names: Sequence[str]) -> Iterator[str]:
    """A table in Markdown; `names` are the accounts of `rows`, ready to be shown, as many as are to have a row."""
    yield "| | " + " | ".join(column.replace("_", " ") for column in COLUMNS) + " |"
    yield "|---|" + "---:|" * len(COLUMNS)
    yield _line("all", plan.summary())
    listed = rows(plan)
    yield from (_line(name, counts) for name, (_, counts) in zip(names, listed, strict=False))
    if len(listed) > len(names):
        yield ""
        yield f"{counted(len(listed) - len(names), 'more account')} counted in the first row only."


def _line(name: str, counts: dict[str, int]) -> str:
    return f"| {name} | " + " | ".join(f"{counts[column]:,}" for column in COLUMNS) + " |"

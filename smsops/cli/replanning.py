"""A saved plan against the account as it is now: what it touches is read again, and nothing else is decided anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from smsops.apply import Standing
from smsops.changes import Gate
from smsops.cli.accounts import connected
from smsops.cli.carrying import note
from smsops.cli.ledgers import Book
from smsops.cli.planning import Ready, read_account, side_by_side
from smsops.cli.project import Opened
from smsops.cli.saving import UnusablePlan
from smsops.cli.terminal import Terminal
from smsops.diagnostics import Finding, Location
from smsops.freshness import freshness, wanted_again
from smsops.frozen import replace
from smsops.ledger.records import Ending
from smsops.planned import AccountPlan, Plan
from smsops.project import Account
from smsops.providers import PROVIDERS
from smsops.providers.base import Patience


def _undone_since(account: Account, at: str) -> Finding:
    """A plan is good for one apply: what it did and others undid since is theirs to have undone."""
    return Finding(
        code="SMS511",
        message=f"The plan was applied to account {account.name} at {at}, and something that it did was undone since.",
        hint="Plan again, and have the new plan reviewed.",
        location=Location(path="smsops.yaml"),
    )


@contextmanager
def replanned(
    plan: Plan,
    allowed: frozenset[Gate],
    project: Opened,
    book: Book,
    terminal: Terminal,
    patience: Patience,
    *,
    concurrency: int,
) -> Iterator[tuple[Ready, ...]]:
    """Every account of a saved plan, ready to be carried out.

    Raises UnusablePlan, after the attempt was recorded, when anything that a change rests on has moved.
    """
    stale: list[Finding] = []
    names = [account.account for account in plan.accounts]
    with connected(project, names, sandbox=book.sandbox, concurrency=concurrency, patience=patience) as connections:

        def one(planned: AccountPlan) -> Ready:
            account = project.project.accounts[planned.account]
            base = book.base(account)
            if not planned.changes:
                reader = PROVIDERS[account.provider].open_reader(connections[account.name])
                return Ready(account=account, base=base, reader=reader, plan=planned, standing=Standing(saved=True))
            reader, live = read_account(account, connections[account.name], wanted_again(planned, base))
            found = freshness(planned, live=live, base=base, allowed=allowed)
            stale.extend(found.stale)
            at = book.ledger.applied_at(account.name, plan.plan_id)
            if at is not None and found.done != frozenset(planned.changes):
                stale.append(_undone_since(account, at))
            elif found.done != frozenset(planned.changes) and not book.ledger.attempted(account.name, plan.plan_id):
                stale.extend(found.made)
            standing = Standing(done=found.done, services=found.services, saved=True)
            return Ready(account=account, base=base, reader=reader, plan=planned, standing=standing)

        ready = side_by_side(plan.accounts, one, terminal)
        if stale:
            ordered = tuple(sorted(stale, key=lambda finding: finding.sort_key))
            note(plan, project, ordered, Ending.STALE, book, terminal)
            raise UnusablePlan(
                "The account has moved since the plan was saved, so nothing was written.",
                code="SMS511",
                findings=ordered,
            )
        yield tuple(replace(one, plan=replace(one.plan, api_calls=one.reader.api_calls)) for one in ready)

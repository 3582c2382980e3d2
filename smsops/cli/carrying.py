"""Carrying a plan out, account after account, under the locks; the part that both kinds of apply share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from smsops.apply import apply
from smsops.cli.ledgers import Book, actor
from smsops.cli.planning import Ready, now
from smsops.cli.project import Opened
from smsops.cli.signals import Stop
from smsops.cli.terminal import Terminal
from smsops.diagnostics import Finding
from smsops.errors import LedgerError, SmsopsError
from smsops.frozen import Frozen, replace
from smsops.ledger.records import Ending
from smsops.locks.hold import Lease, held
from smsops.outcome import Outcome, not_attempted
from smsops.planned import Plan
from smsops.providers import PROVIDERS
from smsops.render.applied import Applied


class Brake(Frozen, kw_only=False):
    """Implements `apply.Halt`: somebody stopped the run, or another took the lock away."""

    stop: Stop
    lease: Lease

    def reason(self) -> str:
        if self.stop.is_set():
            return "The run was interrupted."
        return "The lock was lost: another apply may be at work." if self.lease.lost() else ""

    @property
    def interrupted(self) -> bool:
        return self.stop.is_set()

    def left(self) -> float:
        return self.stop.left() if self.stop.is_set() else math.inf

    def sleep(self, seconds: float) -> None:
        self.stop.sleep(seconds)


@contextmanager
def locked(project: Opened, book: Book, names: Iterable[str], timeout_s: float, terminal: Terminal) -> Iterator[Lease]:
    """Hold the locks of accounts from before the plan is drawn, and look at the ledger anew under them.

    Raises LockHeld and LedgerError.
    """
    folder = book.lock_folder(project.root)
    if book.repository is None:
        ignored(project)
    terminal.progress("Taking the lock.")
    with held(
        sorted(names),
        folder=folder,
        repository=book.repository,
        remote=book.remote,
        actor=actor(book.repository),
        timeout_s=timeout_s,
        clock=lambda: datetime.now(UTC),
    ) as lease:
        if book.remote is not None:
            book.refresh()
        yield lease


def ignored(project: Opened) -> None:
    """Make the project's `.smsops/`, which git ignores from inside. Raises LedgerError."""
    folder = project.root / ".smsops"
    try:
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise LedgerError(
            f"The project's state folder .smsops/ cannot be written: {error.strerror or error}.",
            hint="Make the project's folder writable.",
        ) from error


def carry_out(
    plan: Plan,
    ready: Sequence[Ready],
    *,
    project: Opened,
    book: Book,
    brake: Brake,
    concurrency: int,
    terminal: Terminal,
) -> Applied:
    """Account after account. After an interruption, or trouble with a record, the others are not attempted."""
    outcomes: list[Outcome] = []
    failed: SmsopsError | None = None
    for one in ready:
        if reason := brake.reason():
            outcomes.append(replace(not_attempted(one.plan, reason), interrupted=brake.interrupted))
        elif failed:
            outcomes.append(not_attempted(one.plan, "The apply stopped at an account before this one."))
        else:
            try:
                outcomes.append(_account(plan, one, book, brake, concurrency, terminal.progress))
                failed = outcomes[-1].unrecorded
            except SmsopsError as error:
                outcomes.append(not_attempted(one.plan, "The apply of this account could not begin."))
                failed = error
    return Applied(
        plan=plan, outcomes=tuple(outcomes), channels=project.by_name, error=failed, sandbox=terminal.options.sandbox
    )


def _account(
    plan: Plan, one: Ready, book: Book, brake: Brake, concurrency: int, progress: Callable[[str], None]
) -> Outcome:
    return apply(
        one.plan,
        run=book.run_of(plan, one.account, plan.plan_id),
        base=one.base,
        reader=one.reader,
        writer=PROVIDERS[one.account.provider].open_writer(one.reader),
        ledger=book.ledger,
        concurrency=concurrency,
        progress=progress,
        halt=brake,
        now=now,
        standing=one.standing,
    )


def note(
    plan: Plan, project: Opened, reasons: Sequence[Finding], ending: Ending, book: Book, terminal: Terminal
) -> None:
    """Record an apply that was refused or stale, for each account with changes; trouble with that is only told."""
    for one in plan.accounts:
        if one.changes:
            account = project.project.accounts[one.account]
            try:
                run = book.run_of(plan, account, plan.plan_id)
                book.ledger.note(one, book.base(account), run, ending=ending, reasons=reasons, at=now())
            except LedgerError as error:
                terminal.talk(f"warning: That this apply was {ending} is not recorded: {error.message}")

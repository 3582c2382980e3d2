"""`smsops apply`: plan, show, ask, carry out, read back; or carry out a plan that was saved and reviewed."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from smsops.changes import Gate
from smsops.cli import group
from smsops.cli.approving import as_finding, require_approval, wanted_id
from smsops.cli.carrying import Brake, carry_out, locked, note
from smsops.cli.ledgers import Book, opened_book
from smsops.cli.options import option
from smsops.cli.pins import write_sids
from smsops.cli.plan import verdict, wish_options
from smsops.cli.planning import Ready, now, planned
from smsops.cli.project import Opened, opened, opened_for_credentials
from smsops.cli.replanning import replanned
from smsops.cli.saving import check, opened_plan, plan_file, read_plan
from smsops.cli.signals import Stop, stopped_in_order
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED, REMOTE
from smsops.cli.wishes import Wish
from smsops.errors import ExitCode, SmsopsError, UsageError
from smsops.frozen import Frozen, replace
from smsops.ledger.records import Ending
from smsops.planned import Plan
from smsops.render.applied import Applied, summary_text
from smsops.render.drawn import Drawn
from smsops.render.plain import counted
from smsops.render.tables import APPLIED
from smsops.render.text import plan_text

_HELP = """Make the accounts what the files say: plan, show, ask, carry out, read back.

Naming channels makes the plan partial. PLAN_FILE carries out a plan of plan --out, exactly and without asking."""
_STOPPING = "Stopping after the requests in flight. Press Ctrl-C again to end at once."
_REVIEWED = "Review the plan, then add --yes."


class Unconfirmed(SmsopsError):
    """Nobody said yes."""

    exit_code = ExitCode.REFUSED
    code = "SMS506"


class Unreported(SmsopsError):
    """The results cannot be printed where they belong; their summary is in the message."""

    def __init__(self, applied: Applied, error: SmsopsError) -> None:
        super().__init__(f"{error.message} {summary_text(applied)}", hint=error.hint, code=error.code)
        self.exit_code = applied.exit_code or error.exit_code


class _Manner(Frozen):
    """How to apply, whatever is applied."""

    concurrency: int
    lock_timeout: float
    yes: bool
    write_sids: bool
    approved: str | None = None
    """The id of the plan that was approved."""


@group.command(
    "apply",
    renderers=APPLIED,
    help=_HELP,
    examples=("smsops apply", "smsops apply plan.json"),
    exits=OPENED
    | REMOTE
    | {
        ExitCode.ERROR: "unexpected or remote error; nothing was written, or the result cannot be printed",
        ExitCode.INVALID: "files invalid, an unknown channel, or an account that lacks what they ask for",
        ExitCode.REFUSED: "refused by a gate, not confirmed, or not approved; nothing was written",
        ExitCode.STALE: "the saved plan is stale, expired, damaged, or for another account; nothing was written",
        ExitCode.LOCKED: "another apply of the account is at work",
        ExitCode.PARTIAL: "partly applied: some changes made, some not; the record says which",
        ExitCode.USAGE: "wrong usage, no project, or PLAN_FILE cannot be read",
        ExitCode.INTERRUPTED: "interrupted; a record is written if anything was applied",
    },
)
@wish_options("[PLAN_FILE | CHANNEL]...")
@option("--yes", is_flag=True, help="Apply without asking.")
@option(
    "--lock-timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=0.0,
    help="How long to wait for another apply; without it, not at all.",
)
@option("--write-sids", is_flag=True, help="Put the SIDs of the services into the channel files.")
@option("--approved", metavar="ID", help="Apply PLAN_FILE only if this is its id and, in CI, a review approves it.")
def command(
    terminal: Terminal,
    channels: tuple[str, ...],
    allow: tuple[str, ...],
    concurrency: int,
    yes: bool,
    lock_timeout: float,
    write_sids: bool,
    approved: str | None,
) -> int:
    manner = _Manner(
        concurrency=concurrency,
        lock_timeout=lock_timeout,
        yes=yes,
        write_sids=write_sids,
        approved=wanted_id(approved),
    )
    file = plan_file(channels)
    if file is None:
        if manner.approved is not None:
            raise UsageError("--approved belongs to a saved plan.", hint="smsops plan --out FILE saves one.")
        wish = Wish(channels=channels, allow=frozenset(map(Gate, allow)), concurrency=concurrency)
        return _apply_files(wish, manner, terminal)
    if allow:
        raise UsageError("--allow belongs to plan --out: a saved plan is carried out as it was reviewed.")
    return _apply_saved(file, manner, terminal)


def _apply_files(wish: Wish, manner: _Manner, terminal: Terminal) -> int:
    project = opened(terminal)
    project.require(wish.channels)
    book = opened_book(project, sandbox=terminal.options.sandbox, strict=True)
    stop = Stop()
    with (
        locked(project, book, _concerned(project, book, wish), manner.lock_timeout, terminal) as lease,
        planned(project, wish, terminal, book, stop) as drawn,
    ):
        plan = drawn.plan
        terminal.show(plan_text, Drawn(plan=plan, channels=project.by_name))
        if (code := verdict(plan)) is ExitCode.OK:
            _confirm(plan, terminal, yes=manner.yes)
        elif code is ExitCode.REFUSED:
            note(plan, project, plan.findings, Ending.REFUSED, book, terminal)
        return _finish(plan, drawn.ready, code, project, book, Brake(stop, lease), manner, terminal)


def _concerned(project: Opened, book: Book, wish: Wish) -> set[str]:
    """Accounts that the run may write to: those of the named channels, or all that have channels or records."""
    named = set(wish.channels)
    found = {channel.account for channel in project.channels if not named or channel.name in named}
    return found if named else found | (set(book.accounts()) & project.project.accounts.keys())


def _apply_saved(file: Path, manner: _Manner, terminal: Terminal) -> int:
    saved = read_plan(file)
    project = opened_for_credentials(terminal)
    book = opened_book(project, sandbox=terminal.options.sandbox, strict=True)
    check(saved, project, book, at=now())
    plan = opened_plan(saved.plan, project.channels)
    stop = Stop()
    with ExitStack() as stack:
        names = [account.account for account in plan.accounts]
        lease = stack.enter_context(locked(project, book, names, manner.lock_timeout, terminal))
        terminal.show(plan_text, Drawn(plan=plan, channels=project.by_name))
        code = verdict(plan)
        if manner.approved is not None and code is ExitCode.OK:
            _require_approval(plan, manner.approved, project, book, terminal)
        ready: tuple[Ready, ...] = ()
        if code is ExitCode.REFUSED:
            note(plan, project, plan.findings, Ending.REFUSED, book, terminal)
        if code is ExitCode.OK:
            ready = stack.enter_context(
                replanned(plan, saved.allowed, project, book, terminal, stop, concurrency=manner.concurrency)
            )
        return _finish(plan, ready, code, project, book, Brake(stop, lease), manner, terminal)


def _require_approval(plan: Plan, approved: str, project: Opened, book: Book, terminal: Terminal) -> None:
    """Raises what keeps the plan from passing, after that was recorded."""
    try:
        require_approval(plan, approved, project, book, terminal)
    except SmsopsError as error:
        note(plan, project, [as_finding(error)], Ending.REFUSED, book, terminal)
        raise


def _finish(
    plan: Plan,
    ready: tuple[Ready, ...],
    code: ExitCode,
    project: Opened,
    book: Book,
    brake: Brake,
    manner: _Manner,
    terminal: Terminal,
) -> int:
    with stopped_in_order(brake.stop, notice="" if terminal.options.quiet else _STOPPING):
        applied = Applied(plan=plan, verdict=code)
        if code is ExitCode.OK:
            applied = carry_out(
                plan,
                ready,
                project=project,
                book=book,
                brake=brake,
                concurrency=manner.concurrency,
                terminal=terminal,
            )
            if manner.write_sids:
                write_sids(applied, project, terminal)
                applied = replace(applied, pinned=True)
        _report(applied, terminal)
    return applied.exit_code


def _confirm(plan: Plan, terminal: Terminal, *, yes: bool) -> None:
    """Raises Unconfirmed unless a person or `--yes` agreed, or there is nothing to agree to."""
    if yes or not plan.changes:
        return
    names = sorted({change.account for change in plan.changes})
    which = f"account{'' if len(names) == 1 else 's'} {', '.join(names)}"
    these = "this" if len(plan.changes) == 1 else "these"
    answer = terminal.confirm(f"Apply {these} {counted(len(plan.changes), 'change')} to {which}?")
    if answer is None:
        raise Unconfirmed("Nobody is there to confirm the plan, so nothing was written.", hint=_REVIEWED)
    if not answer:
        raise Unconfirmed("The plan was not confirmed, so nothing was written.")


def _report(applied: Applied, terminal: Terminal) -> None:
    """Raises Unreported."""
    try:
        terminal.emit(APPLIED, applied)
    except SmsopsError as error:
        raise Unreported(applied, error) from error

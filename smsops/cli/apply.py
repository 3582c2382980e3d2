"""`smsops apply`: plan, show, ask, carry out, read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from smsops.apply import apply
from smsops.changes import Gate
from smsops.cli import group
from smsops.cli.lock import locked
from smsops.cli.options import option
from smsops.cli.plan import verdict, wish_options
from smsops.cli.planning import Ready, Wish, now, planned
from smsops.cli.project import Opened, opened
from smsops.cli.signals import Stop, stopped_in_order
from smsops.cli.terminal import Terminal
from smsops.errors import ExitCode, SmsopsError
from smsops.outcome import Outcome, not_attempted
from smsops.planned import Plan
from smsops.providers import PROVIDERS
from smsops.render.applied import APPLIED, Applied, summary_text
from smsops.render.drawn import Drawn
from smsops.render.plain import counted
from smsops.render.text import PLAN

_HELP = """Make the accounts what the files say: plan, show, ask, carry out, read back.

Naming channels makes the plan partial."""
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


@group.command("apply", renderers=APPLIED, help=_HELP)
@wish_options
@option("--yes", is_flag=True, help="Apply without asking.")
def command(terminal: Terminal, channels: tuple[str, ...], allow: tuple[str, ...], concurrency: int, yes: bool) -> int:
    project = opened(terminal)
    wish = Wish(channels=channels, allow=frozenset(map(Gate, allow)), concurrency=concurrency)
    stop = Stop()
    with locked(project.root), planned(project, wish, terminal) as (plan, ready):
        terminal.show(PLAN["text"], Drawn(plan=plan, channels=project.by_name))
        if (code := verdict(plan)) is ExitCode.OK:
            _confirm(plan, terminal, yes=yes)
        with stopped_in_order(stop, notice="" if terminal.options.quiet else _STOPPING):
            if code is ExitCode.OK:
                applied = _carry_out(plan, ready, project, wish, terminal, stop)
            else:
                applied = Applied(plan=plan, verdict=code)
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


def _carry_out(
    plan: Plan, ready: Sequence[Ready], project: Opened, wish: Wish, terminal: Terminal, stop: Stop
) -> Applied:
    """Account after account. After an interruption, or trouble with a record, the others are not attempted."""
    outcomes: list[Outcome] = []
    failed: SmsopsError | None = None
    for one in ready:
        if stop.is_set():
            outcomes.append(replace(not_attempted(one.plan, "The run was interrupted."), interrupted=True))
        elif failed:
            outcomes.append(not_attempted(one.plan, "The apply stopped at an account before this one."))
        else:
            try:
                outcomes.append(_account(plan, one, wish, terminal, stop))
                failed = outcomes[-1].unrecorded
            except SmsopsError as error:
                outcomes.append(not_attempted(one.plan, "The apply of this account could not begin."))
                failed = error
    sandbox = terminal.options.sandbox
    return Applied(plan=plan, outcomes=tuple(outcomes), channels=project.by_name, error=failed, sandbox=sandbox)


def _account(plan: Plan, one: Ready, wish: Wish, terminal: Terminal, stop: Stop) -> Outcome:
    return apply(
        one.plan,
        plan_id=plan.plan_id,
        desired=one.desired,
        base=one.base,
        reader=one.reader,
        writer=PROVIDERS[one.account.provider].open_writer(one.reader),
        ledger=one.ledger,
        concurrency=wish.concurrency,
        progress=terminal.progress,
        stopping=stop.is_set,
        now=now,
    )


def _report(applied: Applied, terminal: Terminal) -> None:
    """Raises Unreported."""
    try:
        terminal.emit(APPLIED, applied)
    except SmsopsError as error:
        raise Unreported(applied, error) from error

"""`smsops apply`: plan, show, ask, carry out, read back."""

from __future__ import annotations

from collections.abc import Sequence

from smsops.apply import Outcome, apply
from smsops.changes import Gate
from smsops.cli import group
from smsops.cli.options import option
from smsops.cli.plan import verdict, wish_options
from smsops.cli.planning import Ready, Wish, ledger_of, now, planned
from smsops.cli.project import Opened, opened
from smsops.cli.terminal import Terminal
from smsops.errors import ExitCode, SmsopsError
from smsops.planned import Plan
from smsops.providers import PROVIDERS
from smsops.render.applied import APPLIED, Applied
from smsops.render.drawn import Drawn
from smsops.render.plain import counted
from smsops.render.text import PLAN

_HELP = """Make the accounts what the files say: plan, show, ask, carry out, read back.

Naming channels makes the plan partial."""
_REVIEWED = "Review the plan, then add --yes."


class Unconfirmed(SmsopsError):
    """Nobody said yes."""

    exit_code = ExitCode.REFUSED
    code = "SMS506"


@group.command(
    "apply", renderers=APPLIED, help="Make the accounts what the files say: plan, show, ask, carry out, read back."
)
@wish_options
@option("--yes", is_flag=True, help="Apply without asking.")
def command(terminal: Terminal, channels: tuple[str, ...], allow: tuple[str, ...], concurrency: int, yes: bool) -> int:
    project = opened(terminal)
    wish = Wish(channels=channels, allow=frozenset(map(Gate, allow)), concurrency=concurrency)
    with planned(project, wish, terminal) as (plan, ready):
        terminal.show(PLAN["text"], Drawn(plan=plan, channels=project.by_name))
        if (code := verdict(plan)) is not ExitCode.OK:
            applied = Applied(plan=plan, verdict=code)
        else:
            _confirm(plan, terminal, yes=yes)
            applied = _carry_out(plan, ready, project, wish, terminal)
    terminal.emit(APPLIED, applied)
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


def _carry_out(plan: Plan, ready: Sequence[Ready], project: Opened, wish: Wish, terminal: Terminal) -> Applied:
    """Account after account, in this thread: an interruption reaches the one at work, which then stops cleanly."""
    outcomes: list[Outcome] = []
    failed: SmsopsError | None = None
    for one in ready:
        try:
            outcomes.append(_account(plan, one, project, wish, terminal))
        except SmsopsError as error:
            if not outcomes:
                raise
            failed = error
        if failed or outcomes[-1].interrupted or outcomes[-1].unrecorded:
            break
    failed = failed or next((outcome.unrecorded for outcome in outcomes if outcome.unrecorded), None)
    sandbox = terminal.options.sandbox
    return Applied(plan=plan, outcomes=tuple(outcomes), channels=project.by_name, error=failed, sandbox=sandbox)


def _account(plan: Plan, one: Ready, project: Opened, wish: Wish, terminal: Terminal) -> Outcome:
    return apply(
        one.plan,
        plan_id=plan.plan_id,
        desired=one.desired,
        base=one.base,
        reader=one.reader,
        writer=PROVIDERS[one.account.provider].open_writer(one.reader),
        ledger=ledger_of(project, terminal),
        concurrency=wish.concurrency,
        progress=terminal.progress,
        now=now,
    )

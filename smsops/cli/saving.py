"""Plans as files on disk: written by `plan --out`, read by `apply PLAN_FILE` and `show PLAN_FILE`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from smsops.changes import Change, CreateService, FieldDiff, Gate, UpdateService
from smsops.cli.ledgers import Book
from smsops.cli.planning import Planned
from smsops.cli.project import Opened, require_no_channel_file
from smsops.cli.terminal import write_file
from smsops.diagnostics import Finding
from smsops.errors import ExitCode, SmsopsError, UsageError
from smsops.frozen import replace
from smsops.masking import Kept, Sealed, sealed
from smsops.model import Channel
from smsops.planned import Plan
from smsops.restored import read_saved
from smsops.saved import SavedPlan, saved_text

MOST_BYTES = 1 << 28
"""A saved plan of 100,000 channels takes about a third of it."""


class UnusablePlan(SmsopsError):
    """A saved plan that is not to be carried out; nothing was written."""

    exit_code = ExitCode.STALE

    def __init__(self, message: str, *, code: str, hint: str = "", findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message, hint=hint or "Plan again, and have the new plan reviewed.", code=code)
        self.findings = findings


def plan_file(words: Iterable[str]) -> Path | None:
    """The file of a saved plan among the arguments of a command; None when they are channels.

    A name with a dot or a slash is no channel's. Raises UsageError when a file comes with anything else.
    """
    named = list(words)
    files = [word for word in named if "." in word or "/" in word]
    if not files:
        return None
    for word in files:
        require_no_channel_file(word)
    if len(named) > 1:
        raise UsageError("A saved plan is applied alone, without channels or another plan.")
    return Path(files[0])


def as_plan_file(path: Path) -> str:
    """The path as `plan_file` knows it for one."""
    return str(path) if plan_file([str(path)]) else f"./{path}"


def write_plan(path: Path, drawn: Planned, allow: frozenset[Gate], project: Opened, book: Book) -> None:
    """Raises SmsopsError when the file cannot be written."""
    servers = {name: book.server(account) for name, account in project.project.accounts.items()}
    write_file(path, saved_text(SavedPlan(plan=drawn.plan, allowed=allow, servers=servers, shard=drawn.shard)))


def read_plan(path: Path) -> SavedPlan:
    """The plan that a file holds, also when it is stale or expired. Raises UnusablePlan and UsageError."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        hint = "smsops plan --out FILE saves one."
        raise UsageError(f"The plan {str(path)!r} cannot be read: {error.strerror}.", hint=hint) from error
    try:
        if len(content) > MOST_BYTES:
            raise ValueError("it is too large")
        return read_saved(content)
    except ValueError as error:
        raise UnusablePlan(f"{str(path)!r} is not a plan as smsops saved it: {error}.", code="SMS513") from error


def check(saved: SavedPlan, project: Opened, book: Book, *, at: str) -> None:
    """Raises UnusablePlan when the plan has expired, is for another account or server, or is a part of one."""
    require_whole(saved)
    if at[:19] >= saved.plan.expires_at[:19]:
        raise UnusablePlan(f"The plan expired at {saved.plan.expires_at}.", code="SMS512")
    for planned in saved.plan.accounts:
        account = project.project.accounts.get(planned.account)
        if account is None:
            raise UnusablePlan(
                f"The plan is for account {planned.account}, which smsops.yaml does not have.", code="SMS514"
            )
        if account.account_sid != planned.account_sid:
            raise UnusablePlan(
                f"The plan is for account {planned.account} with SID {planned.account_sid}; smsops.yaml says "
                f"{account.account_sid}.",
                code="SMS514",
            )
        made_for, now_for = saved.servers[planned.account], book.server(account)
        if made_for != now_for:
            raise UnusablePlan(
                f"The plan for account {planned.account} was made for {made_for or 'the provider'}, and would go to "
                f"{now_for or 'the provider'}.",
                code="SMS514",
            )


def require_whole(saved: SavedPlan) -> None:
    """Raises UnusablePlan for a shard: its gates have not seen the whole, so nobody approves or applies it."""
    if saved.shard is not None:
        raise UnusablePlan(
            f"It is shard {saved.shard.index} of {saved.shard.of}, and no whole plan.",
            hint="Make them one: smsops plan merge FILE... --out plan.json",
            code="SMS516",
        )


def opened_plan(plan: Plan, channels: Iterable[Channel]) -> Plan:
    """The plan with values that hold a login taken from the channel files again: the plan file has only their digest.

    Raises UnusablePlan when a file holds another value by now.
    """
    by_name = {channel.name: channel for channel in channels}
    accounts = tuple(
        replace(account, changes=tuple(_opened(change, by_name.get(change.channel)) for change in account.changes))
        for account in plan.accounts
    )
    return replace(plan, accounts=accounts)


def _opened(change: Change, channel: Channel | None) -> Change:
    if not isinstance(change, CreateService | UpdateService):
        return change
    return replace(change, fields=tuple(_field(diff, change, channel) for diff in change.fields))


def _field(diff: FieldDiff, change: Change, channel: Channel | None) -> FieldDiff:
    if not isinstance(diff.after, Sealed):
        return diff
    value: Kept = getattr(channel.settings, diff.name) if channel else None
    if sealed(value) != diff.after:
        raise UnusablePlan(
            f"{diff.field} of {change.channel} holds a login, so the plan has only its digest, and the channel file "
            "does not hold that value any more.",
            code="SMS511",
        )
    return replace(diff, after=value)

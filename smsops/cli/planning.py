"""From files to a judged plan of every account: base, reads, plan, gates; the accounts side by side."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from smsops import git
from smsops.binding import wanted
from smsops.changes import Gate
from smsops.cli.accounts import connected, ledger_folder, server_of
from smsops.cli.project import Opened
from smsops.cli.terminal import Terminal
from smsops.errors import Failure, ProviderError
from smsops.gates import judge
from smsops.ledger.folder import FolderLedger
from smsops.model import EMPTY_BASE, Base, DesiredState
from smsops.plan import plan
from smsops.planned import AccountPlan, Plan
from smsops.project import Account
from smsops.providers import PROVIDERS
from smsops.providers.base import Connection, Reader
from smsops.render.plain import counted

EXPIRES_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a run is asked for."""

    channels: tuple[str, ...]
    """Names of the channels to plan; none means all."""
    allow: frozenset[Gate]
    concurrency: int
    """The most requests at a time, for each account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """One account, planned, with what apply needs to carry the plan out."""

    account: Account
    desired: DesiredState
    base: Base
    ledger: FolderLedger
    reader: Reader
    plan: AccountPlan


def now() -> str:
    """UTC in ISO 8601, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def ledger_of(project: Opened, account: Account, *, sandbox: bool) -> FolderLedger:
    """The records of an account; what another server recorded never guides a run against the provider."""
    return FolderLedger(ledger_folder(project.root, sandbox=sandbox, server=server_of(account)))


@contextmanager
def planned(project: Opened, wish: Wish, terminal: Terminal) -> Iterator[tuple[Plan, tuple[Ready, ...]]]:
    """Plan every account that the run concerns. The sandbox, when it is used, runs until the block ends.

    Raises UnknownChannel, SecretError, LedgerError, and ProviderError of the first account that failed.
    """
    project.require(wish.channels)
    sandbox = terminal.options.sandbox
    accounts = dict(sorted(project.project.accounts.items()))
    ledgers = {name: ledger_of(project, account, sandbox=sandbox) for name, account in accounts.items()}
    bases = {name: ledgers[name].base(name, account.account_sid) for name, account in accounts.items()}
    _warn_of_forgotten(ledgers, terminal)
    wishes = _desired(project, wish, bases)
    names = [desired.account for desired in wishes]
    with connected(project, names, sandbox=sandbox, concurrency=wish.concurrency) as connections:
        ready = _side_by_side(project, wish, wishes, bases, ledgers, connections, terminal)
        yield _whole(project, wish, ready), ready


def _warn_of_forgotten(ledgers: Mapping[str, FolderLedger], terminal: Terminal) -> None:
    """Say which accounts smsops worked on and no longer looks at: their channels left git without a trace."""
    recorded = {name for ledger in ledgers.values() for name in ledger.accounts()}
    for name in sorted(recorded - ledgers.keys()):
        terminal.talk(
            f"warning: The ledger has records of account {name}, which smsops.yaml does not have. Nothing in that "
            "account is planned. Put it back into smsops.yaml, also without channels, or remove its records."
        )


def _desired(project: Opened, wish: Wish, bases: Mapping[str, Base]) -> list[DesiredState]:
    """The desired state of each account that is to be read: it has channels, or records of channels that left."""
    selected = frozenset(wish.channels) or None
    states = []
    for name, account in sorted(project.project.accounts.items()):
        channels = tuple(channel for channel in project.channels if channel.account == name)
        state = DesiredState(account=name, account_sid=account.account_sid, channels=channels, selected=selected)
        if state.planned or (selected is None and bases[name] != EMPTY_BASE):
            states.append(state)
    return states


def _side_by_side(
    project: Opened,
    wish: Wish,
    wishes: Sequence[DesiredState],
    bases: Mapping[str, Base],
    ledgers: Mapping[str, FolderLedger],
    connections: Mapping[str, Connection],
    terminal: Terminal,
) -> tuple[Ready, ...]:
    def one(desired: DesiredState) -> Ready:
        name = desired.account
        terminal.progress(f"Reading account {desired.account}.")
        ready = _account(project, wish, desired, bases[name], ledgers[name], connections[name])
        terminal.progress(f"Read account {desired.account} with {counted(ready.plan.api_calls, 'request')}.")
        return ready

    pool = ThreadPoolExecutor(max_workers=max(1, len(wishes)))
    try:
        reading = [pool.submit(one, desired) for desired in wishes]
        failed = [error for future in reading if isinstance(error := future.exception(), ProviderError)]
        if failed:
            raise _all_of(failed)
        return tuple(future.result() for future in reading)
    finally:
        # After an interruption nobody waits for the other accounts: they are only being read.
        pool.shutdown(wait=False, cancel_futures=True)


def _all_of(failed: Sequence[ProviderError]) -> ProviderError:
    """One error that names every account that failed; its code and exit code are those of the first."""
    first = failed[0]
    first.message = " ".join(error.message for error in failed)
    return first


def _account(
    project: Opened, wish: Wish, desired: DesiredState, base: Base, ledger: FolderLedger, connection: Connection
) -> Ready:
    account = project.project.accounts[desired.account]
    try:
        reader = PROVIDERS[account.provider].open_reader(connection)
        live = reader.read(wanted(desired, base))
    except ProviderError as error:
        error.message = f"Account {account.name}: {error.message}"
        if error.failure is Failure.AUTH:
            error.hint = f"Check {shlex.join(account.secret.target)} ({account.secret.kind}). {error.hint}"
        raise
    drawn = plan(desired=desired, live=live, base=base)
    judged = judge(drawn, desired=desired, base=base, policy=project.project.policy, allow=wish.allow)
    return Ready(account=account, desired=desired, base=base, ledger=ledger, reader=reader, plan=judged)


def _whole(project: Opened, wish: Wish, ready: Sequence[Ready]) -> Plan:
    created = datetime.now(UTC).replace(microsecond=0)
    head = git.source(project.root)
    return Plan(
        accounts=tuple(one.plan for one in ready),
        created_at=_stamp(created),
        expires_at=_stamp(created + EXPIRES_AFTER),
        partial=bool(wish.channels),
        commit=head.commit,
        dirty=head.dirty,
    )


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")

"""From files to a judged plan of every account: base, reads, plan, gates; the accounts side by side."""

from __future__ import annotations

import gc
import shlex
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from smsops import git
from smsops.apply import Standing
from smsops.binding import wanted
from smsops.changes import Class, Gate
from smsops.cli.accounts import connected
from smsops.cli.ahead import Ahead
from smsops.cli.ledgers import Book
from smsops.cli.project import Opened
from smsops.cli.selecting import desired_states, share_of
from smsops.cli.terminal import Terminal
from smsops.cli.wishes import Wish
from smsops.errors import Failure, ProviderError
from smsops.frozen import Frozen, replace
from smsops.gates import judge
from smsops.model import Base, DesiredState, LiveState, Wanted
from smsops.plan import plan
from smsops.planned import AccountPlan, Plan
from smsops.project import Account
from smsops.providers import PROVIDERS
from smsops.providers.base import Connection, Endless, Patience, Reader
from smsops.render.plain import counted
from smsops.saved import ShardMark
from smsops.sharding import Piece

ENDLESS = Endless()
EXPIRES_AFTER = timedelta(hours=24)


class Ready(Frozen):
    """One account, planned, with what apply needs to carry the plan out."""

    account: Account
    base: Base
    reader: Reader
    plan: AccountPlan
    desired: DesiredState | None = None
    """What the plan was made for; None for a plan that was saved."""
    live: LiveState | None = None
    """What the account said then."""
    standing: Standing = Standing()


class Planned(Frozen):
    """What came of planning."""

    plan: Plan
    ready: tuple[Ready, ...]
    """One for each account, in the order of their names."""
    shard: ShardMark | None = None
    """Which part of a plan it is; None is all."""


def now() -> str:
    """UTC in ISO 8601, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@contextmanager
def planned(
    project: Opened,
    wish: Wish,
    terminal: Terminal,
    book: Book,
    patience: Patience = ENDLESS,
    ahead: Ahead | None = None,
) -> Iterator[Planned]:
    """Plan every account that the run concerns. The sandbox, when it is used, runs until the block ends.

    Raises UnknownChannel, UsageError, SecretError, LedgerError, and ProviderError of the first account that failed.
    """
    accounts = dict(sorted(project.project.accounts.items()))
    bases = {name: book.base(account) for name, account in accounts.items()}
    _warn_of_forgotten(set(book.accounts()) - accounts.keys(), terminal)
    # Asked before the accounts are: the answer is there long before theirs.
    source = git.source(project.root)
    pieces, mark = share_of(project, wish, desired_states(project, wish, bases), bases)
    pieces = tuple(sorted(pieces, key=lambda piece: piece.account))
    names = [piece.account for piece in pieces]
    with connected(
        project, names, sandbox=book.sandbox, concurrency=wish.concurrency, patience=patience
    ) as connections:

        def one(piece: Piece) -> Ready:
            connection = connections[piece.account]
            if ahead is not None:
                connection = replace(connection, head_start=ahead.of(piece.account))
            return _account(project, wish, piece, bases[piece.account], connection)

        ready = side_by_side(pieces, one, terminal)
        partial = wish.partial or wish.shard is not None
        yield Planned(plan=_whole(source, ready, book, partial=partial), ready=ready, shard=mark)


def _warn_of_forgotten(names: Set[str], terminal: Terminal) -> None:
    """Say which accounts smsops worked on and no longer looks at: their channels left git without a trace."""
    for name in sorted(names):
        terminal.talk(
            f"warning: The ledger has records of account {name}, which smsops.yaml does not have. Nothing in that "
            "account is planned. Put it back into smsops.yaml, also without channels."
        )


class _OfAccount(Protocol):
    @property
    def account(self) -> str: ...


T = TypeVar("T", bound=_OfAccount)


def side_by_side(wishes: Sequence[T], one: Callable[[T], Ready], terminal: Terminal) -> tuple[Ready, ...]:
    """Every account read and judged by `one`. Raises ProviderError that names every account that failed."""

    def told(wish: T) -> Ready:
        terminal.progress(f"Reading account {wish.account}.")
        ready = one(wish)
        terminal.progress(f"Read account {wish.account} with {counted(ready.reader.api_calls, 'request')}.")
        return ready

    pool = ThreadPoolExecutor(max_workers=max(1, len(wishes)))
    try:
        reading = [pool.submit(told, desired) for desired in wishes]
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


def _account(project: Opened, wish: Wish, piece: Piece, base: Base, connection: Connection) -> Ready:
    desired = piece.desired
    # The limit weighs a whole account; of a split one it is weighed when the shards are merged.
    allow = wish.allow | ({Gate.LIMIT} if piece.split else set())
    account = project.project.accounts[desired.account]
    wants = wanted(desired, base)
    reader, live = read_account(account, connection, wants)
    gc.freeze()  # what was read is needed to the end: the collector need not walk through it again and again
    drawn = plan(desired=desired, live=live, base=base)
    if connection.head_start is not None and any(change.klass is not Class.INTENDED for change in drawn.changes):
        # The answers may be older than the base: an apply that ended between the two would look like drift.
        with _told_of(account):
            live = replace(reader.read(wants), api_calls=reader.api_calls)
        drawn = plan(desired=desired, live=live, base=base)
    judged = judge(drawn, desired=desired, base=base, policy=project.project.policy, allow=allow)
    return Ready(account=account, base=base, reader=reader, plan=judged, desired=desired, live=live)


def read_account(account: Account, connection: Connection, wants: Sequence[Wanted]) -> tuple[Reader, LiveState]:
    """What the account says now. Raises ProviderError that names the account, and its secret when that is refused."""
    with _told_of(account):
        reader = PROVIDERS[account.provider].open_reader(connection)
        return reader, reader.read(wants)


@contextmanager
def _told_of(account: Account) -> Iterator[None]:
    try:
        yield
    except ProviderError as error:
        error.message = f"Account {account.name}: {error.message}"
        if error.failure is Failure.AUTH:
            error.hint = f"Check {shlex.join(account.secret.target)} ({account.secret.kind}). {error.hint}"
        raise


def _whole(source: git.Source, ready: Sequence[Ready], book: Book, *, partial: bool) -> Plan:
    created = datetime.now(UTC).replace(microsecond=0)
    return Plan(
        accounts=tuple(one.plan for one in ready),
        created_at=stamp(created),
        expires_at=stamp(created + EXPIRES_AFTER),
        partial=partial,
        commit=source.commit,
        dirty=source.dirty,
        warnings=tuple(book.warnings),
    )


def stamp(at: datetime) -> str:
    """UTC in ISO 8601, to the second."""
    return at.isoformat().replace("+00:00", "Z")

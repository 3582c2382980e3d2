"""Carry out a plan: open the record, write in order, read back, close the record.

**Order.** `changes.ORDER`, one kind after the other. Inside a kind, services go side by side and each service's own
changes one after the other; a move also holds the service that it takes from, since simultaneous writes to one
service collide (20162).

**Stop rules.** A failed change stops its channel, not the others. Refused credentials or a wrong account stop
everything. What was not attempted is named.

**The first create** in an account that showed no service goes alone, until one has succeeded: only its answer tells
whose account the credentials open (twilio.md 5), and one wrong service is the most that may happen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from smsops.changes import ORDER, Change, CreateService, DeleteService, MoveNumber
from smsops.errors import ExitCode, Failure, LedgerError, ProviderError
from smsops.frozen import Frozen, replace
from smsops.ledger.inventory import Upshot, next_base
from smsops.ledger.ledger import Ledger
from smsops.ledger.records import Run
from smsops.model import Base
from smsops.outcome import Outcome, Result, Status
from smsops.planned import AccountPlan
from smsops.providers.base import Endless, Patience, Progress, Reader, Writer
from smsops.verify import differences

_POLL_S = 0.2
"""How often a walk looks whether it must end, while requests are in flight."""


class Halt(Patience, Protocol):
    """Whether the run must come to its end, and how long it may still take for that."""

    def reason(self) -> str:
        """Why nothing new may start; '' while all is well."""

    @property
    def interrupted(self) -> bool:
        """Whether somebody told the run to stop."""


class Unstopped(Endless):
    """The halt of a run that nobody stops and that holds no lock."""

    interrupted = False

    def reason(self) -> str:
        return ""


class Standing(Frozen):
    """How far the account has already come with a saved plan."""

    done: frozenset[Change] = frozenset()
    services: Mapping[str, str] = {}
    """Service SID by channel, for creates that are done."""
    saved: bool = False
    """Whether the plan is a saved one at all."""


NOT_BEGUN = Standing()


def apply(
    plan: AccountPlan,
    *,
    run: Run,
    base: Base,
    reader: Reader,
    writer: Writer,
    ledger: Ledger,
    concurrency: int,
    progress: Progress,
    halt: Halt,
    now: Callable[[], str],
    standing: Standing = NOT_BEGUN,
) -> Outcome:
    """Carry out a judged plan without refusals. `now` gives UTC times in ISO 8601, to the microsecond.

    Once there is a reason to halt, requests in flight finish as long as there is time, nothing new starts, and the
    record is closed all the same. Raises LedgerError when the record cannot be opened; nothing was written then.
    """
    due = [change for change in plan.changes if change not in standing.done]
    entry = ledger.begin(plan, base, run, at=now()) if due else None
    work = _Work(plan, writer, reader, concurrency, progress, halt, now, standing)
    results = work.run()
    verified = not halt.reason()
    found = differences(_written(results), reader=reader, concurrency=concurrency) if verified else ()
    upshot = Upshot(
        services=dict(work.services),
        undone=frozenset(result.change for result in results if not result.settled),
        unsure=frozenset(result.change for result in results if result.error and result.error.wrote),
        saved=standing.saved,
    )
    after = next_base(base=base, plan=plan, upshot=upshot)
    outcome = Outcome(
        account=plan.account, results=results, differences=found, verified=verified, interrupted=halt.interrupted
    )
    try:
        if entry or after != base or ledger.unfinished(plan.account):
            ledger.finish(entry, plan, after, run, outcome, until=now())
    except LedgerError as error:
        return replace(outcome, unrecorded=error)
    return outcome


def _written(results: Sequence[Result]) -> tuple[tuple[Change, str], ...]:
    return tuple((r.change, r.service_sid) for r in results if r.status is Status.DONE and r.service_sid)


@dataclass(slots=True)
class _Work:
    """One walk over a plan. Results, services and stops are shared by the threads, under one lock."""

    plan: AccountPlan
    writer: Writer
    reader: Reader
    concurrency: int
    progress: Progress
    halt: Halt
    now: Callable[[], str]
    standing: Standing
    services: dict[str, str] = field(init=False)
    """Channel to service SID; creates add theirs."""
    _results: dict[int, Result] = field(default_factory=dict)
    _under_way: set[int] = field(default_factory=set)
    _stopped: dict[str, str] = field(default_factory=dict)
    """Channel to the reason why its later changes are not attempted."""
    _halted: str = ""
    """The reason why nothing more is attempted at all."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _busy: dict[str, threading.Lock] = field(init=False)

    def __post_init__(self) -> None:
        self.services = {**dict(self.plan.bound), **self.standing.services}
        self._busy = {sid: threading.Lock() for change in self.plan.changes for sid in _touches(change)}

    def run(self) -> tuple[Result, ...]:
        unknown_account = not self.services and not self.plan.unmanaged_services
        pool = ThreadPoolExecutor(max_workers=max(1, self.concurrency))
        try:
            for kind in ORDER:
                groups = self._groups(kind)
                while kind is CreateService and unknown_account and groups:
                    self._side_by_side(pool, [groups.pop(0)])
                    unknown_account = not self.services
                self._side_by_side(pool, groups)
        finally:
            # What could not end in time is left behind: its change counts as one whose effect is not known.
            pool.shutdown(wait=self.halt.left() > 0, cancel_futures=True)
        with self._lock:
            return tuple(
                self._results.get(index) or self._left_behind(index) for index in range(len(self.plan.changes))
            )

    def _left_behind(self, index: int) -> Result:
        change = self.plan.changes[index]
        if index not in self._under_way:
            return Result(change=change, status=Status.NOT_ATTEMPTED, reason=self._halted or self.halt.reason())
        error = ProviderError(
            f"{change.action} of {change.channel} was still under way when the run had to end.",
            failure=Failure.LOST,
            hint="Run apply again: it finds out what came of it, and finishes the work.",
        )
        return Result(change=change, status=Status.FAILED, error=error, service_sid=self._service_of(change))

    def _groups(self, kind: type) -> list[list[int]]:
        """Indices of the changes of one kind, a list for each channel: a channel is one service."""
        groups: dict[str, list[int]] = {}
        for index, change in enumerate(self.plan.changes):
            if isinstance(change, kind):
                groups.setdefault(change.channel, []).append(index)
        return list(groups.values())

    def _side_by_side(self, pool: ThreadPoolExecutor, groups: list[list[int]]) -> None:
        """Until all are through, or the time is up."""
        waiting: set[Future[None]] = {pool.submit(self._in_turn, group) for group in groups}
        while waiting and self.halt.left() > 0:
            through, waiting = wait(waiting, timeout=min(self.halt.left(), _POLL_S), return_when=FIRST_EXCEPTION)
            for future in through:
                future.result()

    def _in_turn(self, indices: list[int]) -> None:
        for index in indices:
            change = self.plan.changes[index]
            result = self._one(index, change)
            with self._lock:
                self._results[index] = result
                count = len(self._results)
            self.progress(
                f"{count} of {len(self.plan.changes)} changes: {change.channel}: {change.action} {result.status}"
            )

    def _one(self, index: int, change: Change) -> Result:
        if change in self.standing.done:
            return Result(change=change, status=Status.ALREADY_DONE, service_sid=self._service_of(change))
        with self._exclusive(change):
            if reason := self.halt.reason():
                self._stop_all(reason)
            if reason := self._halted or self._stopped.get(change.channel, ""):
                return Result(change=change, status=Status.NOT_ATTEMPTED, reason=reason)
            with self._lock:
                self._under_way.add(index)
            try:
                return self._execute(change)
            except ProviderError as error:
                self._stop(change, error)
                return Result(
                    change=change,
                    status=Status.FAILED,
                    service_sid=self._service_of(change),
                    request_id=error.request_id,
                    error=error,
                    at=self.now(),
                )

    def _execute(self, change: Change) -> Result:
        if isinstance(change, DeleteService):
            self._make_sure_that_it_is_empty(change)
        receipt = self.writer.execute(change, service_sid=self._service_of(change))
        if isinstance(change, CreateService) and receipt.service_sid:
            with self._lock:
                self.services[change.channel] = receipt.service_sid
        return Result(
            change=change,
            status=Status.DONE,
            service_sid=receipt.service_sid,
            request_id=receipt.request_id,
            at=self.now(),
            off_air_s=receipt.off_air_s,
        )

    def _service_of(self, change: Change) -> str | None:
        if isinstance(change, CreateService):
            return None
        return change.service_sid or self.services.get(change.channel)

    def _make_sure_that_it_is_empty(self, change: DeleteService) -> None:
        """Deleting a service would free its numbers, and take its other senders along, unseen."""
        live = self.reader.read_back(
            change.service_sid, settings=False, pool=True, settled=lambda seen: seen is None or not seen.pool
        )
        held = sorted(live.pool or ()) if live else []
        held += self.reader.other_senders(change.service_sid)
        if held:
            raise ProviderError(
                f"{change.service_sid} still holds {', '.join(held)}, and is not deleted.",
                failure=Failure.BUSY,
                hint="Take them out, or leave the service as it is.",
            )

    def _stop(self, change: Change, error: ProviderError) -> None:
        with self._lock:
            self._stopped.setdefault(change.channel, f"An earlier change of {change.channel} failed.")
        if error.exit_code is ExitCode.AUTH:
            self._stop_all(error.message)

    def _stop_all(self, reason: str) -> None:
        with self._lock:
            self._halted = self._halted or reason

    @contextmanager
    def _exclusive(self, change: Change) -> Iterator[None]:
        """Hold every service that the change writes to; sorted, so that two moves cannot wait for each other."""
        with ExitStack() as held:
            for sid in sorted(_touches(change)):
                held.enter_context(self._busy[sid])
            yield


def _touches(change: Change) -> set[str]:
    """Services that exist already and that the change writes to; a new one is known to its own channel only."""
    if isinstance(change, CreateService):
        return set()
    own = {change.service_sid} if change.service_sid else set()
    return own | {change.from_service_sid} if isinstance(change, MoveNumber) else own

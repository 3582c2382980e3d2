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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from smsops.changes import ORDER, Change, CreateService, DeleteService, MoveNumber
from smsops.errors import ExitCode, Failure, LedgerError, ProviderError
from smsops.ledger import records
from smsops.ledger.base import Ledger
from smsops.model import Base, DesiredState
from smsops.outcome import Outcome, Result, Status, result_to_json
from smsops.planned import AccountPlan
from smsops.providers.base import Progress, Reader, Writer
from smsops.verify import differences


def apply(
    plan: AccountPlan,
    *,
    plan_id: str,
    desired: DesiredState,
    base: Base,
    reader: Reader,
    writer: Writer,
    ledger: Ledger,
    concurrency: int,
    progress: Progress,
    stopping: Callable[[], bool],
    now: Callable[[], str],
) -> Outcome:
    """Carry out a judged plan without refusals. `now` gives UTC times in ISO 8601, to the microsecond.

    Once `stopping` says yes, requests in flight finish, nothing new starts, and the record is closed all the same.
    Raises LedgerError when the record cannot be opened; nothing was written then.
    """
    at = now()
    key = ledger.key(plan.account, at, plan_id)
    if plan.changes:
        ledger.write(plan.account, key, records.started(plan, base, plan_id=plan_id, at=at))
    work = _Work(plan, writer, reader, concurrency, progress, stopping)
    results = work.run()
    found = () if stopping() else differences(_written(results), reader=reader, concurrency=concurrency)
    after = records.next_base(
        desired=desired,
        base=base,
        plan=plan,
        services=work.services,
        undone=tuple(result.change for result in results if result.status is not Status.DONE),
        lost=_lost(results),
    )
    unrecorded = None
    if plan.changes or after != base:
        told = [result_to_json(result) for result in results]
        try:
            ledger.write(plan.account, key, records.finished(plan, after, plan_id=plan_id, at=now(), results=told))
        except LedgerError as error:
            unrecorded = error
    return Outcome(
        account=plan.account,
        results=results,
        differences=found,
        interrupted=stopping(),
        unrecorded=unrecorded,
    )


def _written(results: Sequence[Result]) -> tuple[tuple[Change, str], ...]:
    return tuple((r.change, r.service_sid) for r in results if r.status is Status.DONE and r.service_sid)


def _lost(results: Sequence[Result]) -> frozenset[str]:
    """Channels whose create may have taken effect without our learning the SID."""
    return frozenset(
        r.change.channel
        for r in results
        if isinstance(r.change, CreateService) and r.error and r.error.failure is Failure.LOST
    )


@dataclass(slots=True)
class _Work:
    """One walk over a plan. Results, services and stops are shared by the threads, under one lock."""

    plan: AccountPlan
    writer: Writer
    reader: Reader
    concurrency: int
    progress: Progress
    stopping: Callable[[], bool]
    services: dict[str, str] = field(init=False)
    """Channel to service SID; creates add theirs."""
    _results: dict[int, Result] = field(default_factory=dict)
    _stopped: dict[str, str] = field(default_factory=dict)
    """Channel to the reason why its later changes are not attempted."""
    _halted: str = ""
    """The reason why nothing more is attempted at all."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _busy: dict[str, threading.Lock] = field(init=False)

    def __post_init__(self) -> None:
        self.services = dict(self.plan.bound)
        self._busy = {sid: threading.Lock() for change in self.plan.changes for sid in _touches(change)}

    def run(self) -> tuple[Result, ...]:
        unknown_account = not self.plan.bound and not self.plan.unmanaged_services
        with ThreadPoolExecutor(max_workers=max(1, self.concurrency)) as pool:
            for kind in ORDER:
                groups = self._groups(kind)
                while kind is CreateService and unknown_account and groups:
                    self._side_by_side(pool, [groups.pop(0)])
                    unknown_account = not self.services
                self._side_by_side(pool, groups)
        return tuple(self._results[index] for index in range(len(self.plan.changes)))

    def _groups(self, kind: type) -> list[list[int]]:
        """Indices of the changes of one kind, a list for each channel: a channel is one service."""
        groups: dict[str, list[int]] = {}
        for index, change in enumerate(self.plan.changes):
            if isinstance(change, kind):
                groups.setdefault(change.channel, []).append(index)
        return list(groups.values())

    def _side_by_side(self, pool: ThreadPoolExecutor, groups: list[list[int]]) -> None:
        for future in [pool.submit(self._in_turn, group) for group in groups]:
            future.result()

    def _in_turn(self, indices: list[int]) -> None:
        for index in indices:
            change = self.plan.changes[index]
            result = self._one(change)
            with self._lock:
                self._results[index] = result
                count = len(self._results)
            self.progress(
                f"{count} of {len(self.plan.changes)} changes: {change.channel}: {change.action} {result.status}"
            )

    def _one(self, change: Change) -> Result:
        with self._exclusive(change):
            if self.stopping():
                self._halt("The run was interrupted.")
            if reason := self._halted or self._stopped.get(change.channel, ""):
                return Result(change=change, status=Status.NOT_ATTEMPTED, reason=reason)
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
                )

    def _execute(self, change: Change) -> Result:
        if isinstance(change, DeleteService):
            self._make_sure_that_it_is_empty(change)
        receipt = self.writer.execute(change, service_sid=self._service_of(change))
        if isinstance(change, CreateService) and receipt.service_sid:
            with self._lock:
                self.services[change.channel] = receipt.service_sid
        return Result(change=change, status=Status.DONE, service_sid=receipt.service_sid, request_id=receipt.request_id)

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
            self._halt(error.message)

    def _halt(self, reason: str) -> None:
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

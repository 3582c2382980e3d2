"""The records of a project: the base that the last one leaves, a new one begun and ended, a dead run's one closed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from smsops.diagnostics import Finding
from smsops.errors import LedgerError
from smsops.frozen import Frozen
from smsops.ledger import records
from smsops.ledger.inventory import begun
from smsops.ledger.records import Ending, Record, Run
from smsops.ledger.shelf import Shelf
from smsops.model import EMPTY_BASE, Base
from smsops.outcome import Outcome
from smsops.planned import AccountPlan


class Entry(Frozen):
    """A record under way."""

    key: str
    at: str
    previous: str | None


class Ledger:
    """Every method raises LedgerError when a record cannot be read or written."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def accounts(self) -> tuple[str, ...]:
        """Names of the accounts that have records."""
        return tuple(sorted({account for path in self.shelf.paths() if (account := records.account_of(path))}))

    def base(self, account: str, account_sid: str, server: str | None) -> Base:
        """What the last record says of an account; empty before the first.

        A record of another account that once bore the name, or of another server, does not count.
        """
        for path in self._newest_first(account):
            try:
                found = records.base_of(self._record(path), account_sid=account_sid, server=server)
            except ValueError as error:
                raise self._unreadable(path, error) from error
            if found is not None:
                return found
        return EMPTY_BASE

    def applied_at(self, account: str, plan_id: str) -> str | None:
        """When a plan was wholly applied to an account; None where no record says so."""
        ended = (data for data in self._attempts(account, plan_id) if data.get("ending") == Ending.APPLIED)
        return next((str(data["finished_at"]) for data in ended), None)

    def attempted(self, account: str, plan_id: str) -> bool:
        """Whether a plan was begun to be applied to an account, whatever came of it; one that was refused was not."""
        refused = (Ending.STALE, Ending.REFUSED)
        return any(data.get("ending") not in refused for data in self._attempts(account, plan_id))

    def _attempts(self, account: str, plan_id: str) -> Iterator[Mapping[str, Any]]:
        """What the records of a plan hold, newest first."""
        mark = f"-{_brief(plan_id)}.json"
        for path in self._newest_first(account):
            if path.endswith(mark) and (data := self._record(path)["data"])["plan_id"] == plan_id:
                yield data

    def newest_first(self, account: str) -> Iterator[Record]:
        """The account's records."""
        return (self._record(path) for path in self._newest_first(account))

    def unfinished(self, account: str) -> tuple[str, ...]:
        """Paths of records whose run never told its end, oldest first: those after the last finished one."""
        found: list[str] = []
        for path in self._newest_first(account):
            if not records.is_started(self._record(path)):
                break
            found.append(path)
        return tuple(reversed(found))

    def begin(self, plan: AccountPlan, base: Base, run: Run, *, at: str) -> Entry:
        """Write the record before the first write to the account, and end those of runs that died."""
        entry = self._entry(plan.account, run, at)
        record = records.started(plan, begun(base, plan), run, key=entry.key, at=at, previous=entry.previous)
        self._write(plan.account, entry.key, record, "started")
        return entry

    def finish(
        self,
        entry: Entry | None,
        plan: AccountPlan,
        base: Base,
        run: Run,
        outcome: Outcome,
        *,
        until: str,
    ) -> None:
        """Write the record after the read-back; without an entry it is begun and ended at once."""
        entry = entry or self._entry(plan.account, run, until)
        record = records.finished(
            plan, base, run, outcome, key=entry.key, at=entry.at, until=until, previous=entry.previous
        )
        self._write(plan.account, entry.key, record, record["data"]["ending"])

    def note(
        self, plan: AccountPlan, base: Base, run: Run, *, ending: Ending, reasons: Iterable[Finding], at: str
    ) -> None:
        """Record an apply that wrote nothing: it was refused, or its plan was stale."""
        entry = self._entry(plan.account, run, at)
        record = records.not_begun(
            plan, base, run, ending=ending, reasons=reasons, key=entry.key, at=at, previous=entry.previous
        )
        self._write(plan.account, entry.key, record, ending)

    def _entry(self, account: str, run: Run, at: str) -> Entry:
        key = self._key(account, at, run.plan_id)
        for path in self.unfinished(account):
            record = records.closed(self._record(path), by=key, at=at)
            self.shelf.write(path, records.rendered(record), f"{account}: a run that died, closed")
        return Entry(key=key, at=at, previous=self._last(account))

    def _key(self, account: str, at: str, plan_id: str) -> str:
        """Greater than every key before it, whatever the clock says."""
        moment = int(re.sub(r"\D", "", at))
        for path in self._newest_first(account)[:1]:
            stamp = path.rpartition("/")[2].partition("-")[0]
            moment = max(moment, int(re.sub(r"\D", "", stamp) or 0) + 1)
        digits = f"{moment:020}"
        return f"{digits[:8]}T{digits[8:]}Z-{_brief(plan_id)}"

    def _last(self, account: str) -> str | None:
        """The SHA-256 of the account's last finished record."""
        for path in self._newest_first(account):
            content = self.shelf.read(path)
            if not records.is_started(self._parsed(path, content)):
                return records.sha256_of(content)
        return None

    def _newest_first(self, account: str) -> Sequence[str]:
        return [path for path in reversed(self.shelf.paths()) if records.account_of(path) == account]

    def _write(self, account: str, key: str, record: Record, word: str) -> None:
        path = records.path_of(account, key)
        self.shelf.write(path, records.rendered(record), f"{account}: {word} ({record['data']['plan_id'][:19]})")

    def _record(self, path: str) -> Record:
        return self._parsed(path, self.shelf.read(path))

    def _parsed(self, path: str, content: bytes) -> Record:
        try:
            return records.parsed(content)
        except ValueError as error:
            raise self._unreadable(path, error) from error

    def _unreadable(self, path: str, error: ValueError) -> LedgerError:
        return LedgerError(
            f"The record {path} in {self.shelf.describe()} cannot be read: {error}.",
            hint="Restore it. Without it smsops would not know what it applied before.",
        )


def _brief(plan_id: str) -> str:
    """What of a plan's id is in a record's name."""
    return plan_id.removeprefix("sha256:")[:12]

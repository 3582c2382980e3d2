"""One request on its way through the rooms: who asks, what, and the open transaction it is answered in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from smsops.frozen import Frozen, replace
from smsops.sandbox.accounts import Identity
from smsops.sandbox.paging import Listing, Page, Window, fetch
from smsops.sandbox.store import Store
from smsops.sandbox.switches import Switches
from smsops.sandbox.wire import Answer, Request, method_not_allowed, not_found


class Call(Frozen):
    """A request with all that its answer depends on."""

    request: Request
    identity: Identity
    store: Store
    rows: sqlite3.Connection
    """Inside a transaction for writes, and for reads that wear down a lag."""
    switches: Switches
    base_url: str

    def by_method(self, operations: Mapping[str, Callable[[], Answer]]) -> Answer:
        """The answer of the operation that goes with the method. Raises Refusal 405/20004 for another."""
        operation = operations.get(self.request.method)
        if operation is None:
            raise method_not_allowed()
        return operation()

    def page(self, listing: Listing, window: Window) -> Page:
        """One page of services or pool members, without those that lag (twilio.md 13 item 23)."""
        if not self.switches.lag:
            return fetch(self.rows, listing, window)
        page = fetch(self.rows, replace(listing, where=f"{listing.where} AND hidden = 0"), window)
        self.rows.execute(
            f"UPDATE {listing.table} SET hidden = hidden - 1 WHERE {listing.where} AND hidden > 0",
            listing.values,
        )
        return page

    def lagging(self, table: str, row: sqlite3.Row) -> Answer | None:
        """404/20404 while the row is not visible yet, one read less each time; None once it is."""
        if not self.switches.lag or not row["hidden"]:
            return None
        self.rows.execute(f"UPDATE {table} SET hidden = hidden - 1 WHERE seq = ?", (row["seq"],))
        return not_found(self.request.path).answer()

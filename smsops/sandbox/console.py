"""The Console of the sandbox: edits that happen behind an engine's back, and facts that only Twilio can set.

For tests and drills. Nothing here passes through HTTP, is logged as a request, or checks what the API would check. The
event log tells of these edits as it does of others, as a user's.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from smsops.sandbox import compliance, events, senders, services
from smsops.sandbox.senders import POOLS
from smsops.sandbox.store import Store
from smsops.sandbox.switches import Switches


class Console:
    """Direct edits and looks; LookupError names what does not exist."""

    def __init__(self, store: Store, switches: Callable[[], Switches]) -> None:
        self._store = store
        self._switches = switches

    def create_service(self, account_sid: str, friendly_name: str, **fields: object) -> str:
        """A new messaging service with fields as in answers (`inbound_request_url=…`); its SID."""
        with self._store.write() as rows:
            sid = self._store.new_sid("MG")
            settings = {**services.defaults(friendly_name, self._switches()), **services.known(fields)}
            services.insert(rows, sid=sid, account_sid=account_sid, fields=settings, now=self._store.now(), hidden=0)
            events.console_log(self._store, rows).created(account_sid, sid)
        return sid

    def update_service(self, sid: str, **fields: object) -> None:
        with self._store.write() as rows:
            events.console_log(self._store, rows).updated(_service(rows, sid), services.known(fields))
            services.update(rows, sid, fields, self._store.now())

    def delete_service(self, sid: str) -> None:
        with self._store.write() as rows:
            events.console_log(self._store, rows).deleted(_service(rows, sid))
            senders.delete_service(rows, sid, self._switches())

    def service(self, sid: str) -> dict[str, Any] | None:
        """The service as the API would answer, with links relative to nothing; None when there is none."""
        with self._store.read() as rows:
            row = rows.execute("SELECT * FROM services WHERE sid = ?", (sid,)).fetchone()
            return None if row is None else services.to_json(row, "", self._switches())

    def services(self, account_sid: str) -> tuple[str, ...]:
        """SIDs of the account's services, oldest first."""
        with self._store.read() as rows:
            found = rows.execute("SELECT sid FROM services WHERE account_sid = ? ORDER BY seq", (account_sid,))
            return tuple(row["sid"] for row in found)

    def pool(self, service_sid: str) -> dict[str, str]:
        """E.164 to number SID, in the order in which they joined."""
        with self._store.read() as rows:
            query = "SELECT value, sid FROM members WHERE service_sid = ? AND kind = 'PhoneNumbers' ORDER BY seq"
            return {row["value"]: row["sid"] for row in rows.execute(query, (service_sid,))}

    def attach(self, service_sid: str, *numbers: str) -> None:
        """Put numbers (E.164) into a pool, out of whichever pool they are in."""
        with self._store.write() as rows:
            account = _service(rows, service_sid)["account_sid"]
            log = events.console_log(self._store, rows)
            for number in numbers:
                owned = _number(rows, account, number)
                holder = senders.holder(rows, owned["sid"])
                if holder == service_sid:
                    continue
                if holder is not None:
                    rows.execute("DELETE FROM members WHERE sid = ?", (owned["sid"],))
                    log.left(account, holder, number)
                log.joined(account, service_sid, number)
                senders.join(rows, POOLS["PhoneNumbers"], owned, service_sid, now=self._store.now(), hidden=0)

    def detach(self, service_sid: str, *numbers: str) -> None:
        """Take numbers (E.164) out of a pool, without a carrier deregistration."""
        with self._store.write() as rows:
            for number in numbers:
                statement = "DELETE FROM members WHERE service_sid = ? AND value = ? RETURNING account_sid"
                gone = rows.execute(statement, (service_sid, number)).fetchone()
                if gone is None:
                    raise LookupError(f"{number} is not in the pool of {service_sid}.")
                events.console_log(self._store, rows).left(gone["account_sid"], service_sid, number)

    def own_number(
        self, account_sid: str, number: str, *, capabilities: Iterable[str] | None = None, region: str = "us1"
    ) -> str:
        """A number for the account, without a purchase; `capabilities` of MMS, SMS, Voice. Its SID."""
        with self._store.write() as rows:
            return senders.own_number(
                rows,
                self._switches(),
                account_sid=account_sid,
                number=number,
                now=self._store.now(),
                capabilities=capabilities,
                region=region,
            )

    def own_short_code(self, account_sid: str, short_code: str) -> str:
        with self._store.write() as rows:
            now = self._store.now()
            return senders.own_sender(
                rows, "ShortCodes", account_sid=account_sid, value=short_code, kind="short-code", now=now
            )

    def own_channel_sender(self, account_sid: str, sender: str, sender_type: str) -> str:
        """A sender of another channel, such as `whatsapp:+12065550101` of type `WhatsApp`."""
        with self._store.write() as rows:
            now = self._store.now()
            return senders.own_sender(
                rows, "ChannelSenders", account_sid=account_sid, value=sender, kind=sender_type, now=now
            )

    def configure_number(self, account_sid: str, number: str, **fields: object) -> None:
        """Set a number's own fields as in answers (`sms_url=…`)."""
        with self._store.write() as rows:
            row = _number(rows, account_sid, number)
            merged = json.dumps({**json.loads(row["fields"]), **fields})
            rows.execute("UPDATE owned SET fields = ? WHERE sid = ?", (merged, row["sid"]))

    def converse(self, account_sid: str, number: str) -> None:
        """Let Conversations take the number's inbound texts (address auto-creation)."""
        with self._store.write() as rows:
            sid = _number(rows, account_sid, number)["sid"]
            rows.execute("INSERT OR IGNORE INTO conversations VALUES (?)", (sid,))

    def set_account(
        self, account_sid: str, *, status: str = "active", type: str = "Full", owner_sid: str | None = None
    ) -> None:
        """Status (active, suspended, closed), type (Trial, Full) and, for a subaccount, the parent."""
        with self._store.write() as rows:
            changed = rows.execute(
                "UPDATE accounts SET status = ?, type = ?, owner_sid = ifnull(?, owner_sid) WHERE sid = ?",
                (status, type, owner_sid, account_sid),
            )
            if not changed.rowcount:
                raise LookupError(f"The sandbox has no account {account_sid}.")

    def file_campaign(self, service_sid: str, status: str) -> None:
        """The A2P campaign of a service; VERIFIED makes `us_app_to_person_registered` true."""
        with self._store.write() as rows:
            compliance.file_campaign(rows, _service(rows, service_sid), status, self._store.now())

    def file_verification(self, account_sid: str, number: str, status: str) -> None:
        """The verification of a toll-free number."""
        with self._store.write() as rows:
            compliance.file_verification(rows, _number(rows, account_sid, number), status, self._store.now())


def _service(rows: sqlite3.Connection, sid: str) -> sqlite3.Row:
    row: sqlite3.Row | None = rows.execute("SELECT * FROM services WHERE sid = ?", (sid,)).fetchone()
    if row is None:
        raise LookupError(f"The sandbox has no messaging service {sid}.")
    return row


def _number(rows: sqlite3.Connection, account_sid: str, number: str) -> sqlite3.Row:
    row: sqlite3.Row | None = rows.execute(
        "SELECT * FROM owned WHERE account_sid = ? AND value = ? AND kind = 'PhoneNumbers'", (account_sid, number)
    ).fetchone()
    if row is None:
        raise LookupError(f"{account_sid} does not own {number}.")
    return row

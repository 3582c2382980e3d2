"""What apply asks of a ledger."""

from __future__ import annotations

from typing import Any, Protocol

from smsops.model import Base


class Ledger(Protocol):
    """All records of a project. Losing it makes smsops more careful, never wrong."""

    def base(self, account: str, account_sid: str) -> Base:
        """What the last record says of an account; empty before the first. A record of another account that once bore
        the name does not count. Raises LedgerError.
        """

    def key(self, account: str, at: str, plan_id: str) -> str:
        """The key of a new record: greater than every key before it, whatever the clock says. Raises LedgerError."""

    def write(self, account: str, key: str, record: dict[str, Any]) -> None:
        """Keep a record under `key`; the same key again replaces it. Durable on return. Raises LedgerError."""

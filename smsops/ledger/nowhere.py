"""No ledger at all: outside a git repository nothing is remembered, which makes smsops more careful (contract 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from smsops.errors import LedgerError
from smsops.ledger.shelf import Addition


class Nowhere:
    """Implements `ledger.shelf.Shelf`: keeps nothing."""

    def refresh(self) -> None:
        """There is nothing to look at."""

    def paths(self) -> tuple[str, ...]:
        return ()

    def checks(self) -> tuple[str, ...]:
        return ()

    def read_all(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        return iter(())

    def read(self, path: str) -> bytes:
        raise LedgerError(f"There is no ledger, and so no record {path}.")

    def write(self, path: str, content: bytes, message: str) -> None:
        """Forget it."""

    def add(self, make: Callable[[], Addition | None]) -> str:
        """Nothing is kept."""
        return ""

    def describe(self) -> str:
        return "no ledger"

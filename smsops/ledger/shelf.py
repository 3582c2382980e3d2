"""Where the files of the ledger lie. What is in them is the business of `records` and `checks`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from smsops.frozen import Frozen


class Addition(Frozen):
    """A file that continues what is on the shelf."""

    path: str
    content: bytes
    message: str


class Shelf(Protocol):
    """Files by path: `records/<account>/<key>.json` for applies, `checks/<account>/<key>.json` for comparisons."""

    def refresh(self) -> None:
        """Look again at what is there, the remote included. When that fails, what is here can still be read.

        Raises LedgerError.
        """

    def paths(self) -> tuple[str, ...]:
        """Sorted paths of all records, as of the last refresh or write. Raises LedgerError."""

    def checks(self) -> tuple[str, ...]:
        """Sorted paths of all kept comparisons of an account with the ledger, likewise."""

    def read(self, path: str) -> bytes:
        """Raises LedgerError."""

    def read_all(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Many files, in the order of the paths, each with its path. Raises LedgerError."""

    def write(self, path: str, content: bytes, message: str) -> None:
        """Keep a record; the same path again replaces it. Durable on return.

        Raises LedgerError, and Unpushed when it is kept here and could not be pushed.
        """

    def add(self, make: Callable[[], Addition | None]) -> str:
        """Keep a file that continues what is there, and return its path; '' when `make` wants nothing kept.

        `make` reads the shelf, and is asked again whenever another was faster: no two files continue the same one.
        What cannot be kept for everyone is not kept at all. Raises LedgerError, and Unpushed when the remote refuses.
        """

    def describe(self) -> str:
        """Where it is, for messages: `branch smsops-ledger`, `.smsops/ledger`."""

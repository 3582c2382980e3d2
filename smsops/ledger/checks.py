"""Kept checks: that an account was as recorded at a time, or what was not.

A check is an envelope like a record, and a chain of its own: each tells the SHA-256 of the account's check before it,
and of itself. It is kept when it says something new, or once a day, so that the ledger stays small.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from smsops import __version__
from smsops.errors import LedgerError
from smsops.ledger.records import FORMAT, Record, State, parsed, rendered, sealed_record, sha256_of
from smsops.ledger.remembered import kept_to_json
from smsops.ledger.shelf import Addition, Shelf
from smsops.masking import Kept

TYPE = "smsops.check.v1"
EVERY = timedelta(hours=23)
"""A check that says the same as the last is kept again after this; a daily schedule may start a little early."""


class Difference(Protocol):
    """What is not as recorded (`drift.Drifted`)."""

    @property
    def channel(self) -> str: ...
    @property
    def service_sid(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def before(self) -> Kept: ...
    @property
    def after(self) -> Kept: ...


def check_record(
    *,
    account: str,
    account_sid: str,
    server: str | None,
    actor: str,
    found: Iterable[Difference],
    at: str,
    previous: str | None,
) -> Record:
    """One comparison; `at` is UTC in ISO 8601."""
    return sealed_record(
        {
            "specversion": "1.0",
            "id": f"{account}/check/{at}",
            "source": "smsops",
            "type": TYPE,
            "time": at,
            "datacontenttype": "application/json",
            "data": {
                "format_version": FORMAT,
                "tool_version": __version__,
                "account": account,
                "account_sid": account_sid,
                "server": server,
                "actor": actor,
                "state": State.FINISHED,
                "finished_at": at,
                "previous": previous,
                "found": found_to_json(found),
            },
        }
    )


def found_to_json(found: Iterable[Difference]) -> list[dict[str, Any]]:
    """Differences as a check keeps them; what holds a login is masked, with a digest."""
    return [
        {
            "channel": one.channel,
            "service_sid": one.service_sid,
            "field": one.what,
            "recorded": kept_to_json(one.before),
            "live": kept_to_json(one.after),
        }
        for one in found
    ]


def parsed_check(content: bytes) -> Record:
    """A check as it was written. Raises ValueError when it is not one of this format."""
    return parsed(content, TYPE)


def keep(
    shelf: Shelf,
    *,
    account: str,
    account_sid: str,
    server: str | None,
    actor: str,
    found: Sequence[Difference],
    at: str,
) -> str:
    """Put a check on the shelf where that is worth it; its path, or '' where it is not. Raises LedgerError.

    Each check continues the last one that anybody kept, also where two runs keep one at the same time.
    """

    def made() -> Addition | None:
        return _addition(
            shelf, account=account, account_sid=account_sid, server=server, actor=actor, found=found, at=at
        )

    return shelf.add(made)


def _addition(
    shelf: Shelf,
    *,
    account: str,
    account_sid: str,
    server: str | None,
    actor: str,
    found: Sequence[Difference],
    at: str,
) -> Addition | None:
    """The check behind the last one of the account; None where it says nothing new."""
    before = next((path for path in reversed(shelf.checks()) if path.split("/")[1] == account), "")
    content = shelf.read(before) if before else None
    last = None if content is None else _parsed(before, content)
    same = last is not None and (last["data"].get("account_sid"), last["data"].get("server")) == (account_sid, server)
    if same and not is_worth_keeping(last, found, at=at):
        return None
    record = check_record(
        account=account,
        account_sid=account_sid,
        server=server,
        actor=actor,
        found=found,
        at=at,
        previous=None if content is None else sha256_of(content),
    )
    path = path_of(account, at, after=before)
    differences = "1 difference" if len(found) == 1 else f"{len(found)} differences"
    return Addition(path=path, content=rendered(record), message=f"{account}: checked, {differences}")


def _parsed(path: str, content: bytes) -> Record:
    try:
        return parsed_check(content)
    except ValueError as error:
        hint = "Restore it: each check continues the one before it."
        raise LedgerError(f"The check {path} cannot be read: {error}.", hint=hint) from error


def is_worth_keeping(last: Record | None, found: Iterable[Difference], *, at: str) -> bool:
    """Whether a check says anything that the account's last one does not, or that one is old."""
    if last is None or last["data"].get("found") != found_to_json(found):
        return True
    try:
        age = datetime.fromisoformat(at) - datetime.fromisoformat(last["data"]["finished_at"])
    except (KeyError, TypeError, ValueError):  # nobody can tell how old it is
        return True
    return abs(age) >= EVERY


def is_check(path: str) -> bool:
    """Whether a file of the ledger is a check."""
    return path.startswith("checks/") and path.endswith(".json") and path.count("/") == 2


def path_of(account: str, at: str, *, after: str = "") -> str:
    """Where a check lies in the ledger: behind the one before it, whatever the clock says."""
    digits = max(_digits(at), f"{int(_digits(after)) + 1:020}" if after else "")
    return f"checks/{account}/{digits[:8]}T{digits[8:]}Z.json"


def _digits(text: str) -> str:
    """The digits of a time, or of the time in a path, down to the microsecond."""
    return re.sub(r"[^0-9]", "", text.rpartition("/")[2]).ljust(20, "0")[:20]

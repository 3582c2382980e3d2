"""A kept check as a value: what one comparison of an account with the ledger found. Pure."""

from __future__ import annotations

from smsops.history.applies import kept_text
from smsops.history.recorded import Check, Drift
from smsops.ledger.checks import parsed_check


def check_of(path: str, content: bytes) -> Check:
    """The value of a check's bytes. Raises ValueError when they are not one of this format."""
    data = parsed_check(content)["data"]
    try:
        return Check(
            path=path,
            account=str(data["account"]),
            account_sid=str(data["account_sid"]),
            server=str(data["server"] or ""),
            actor=str(data["actor"]),
            at=str(data["finished_at"]),
            found=tuple(
                Drift(
                    channel=str(one["channel"]),
                    service_sid=str(one["service_sid"]),
                    field=str(one["field"]),
                    recorded=None if one["recorded"] is None else kept_text(one["recorded"]),
                    live=None if one["live"] is None else kept_text(one["live"]),
                )
                for one in data["found"]
            ),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it lacks a part or has one of another kind: {error}") from error

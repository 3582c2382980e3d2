"""What the ledger keeps, as values: applies with their calls and approvals, and checks of an account. As in `values`,
texts hold no secret and are not clean for a terminal; times are UTC in ISO 8601.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from smsops.frozen import Frozen


class Diff(NamedTuple):
    """Before and after of one key of a file, as text; None: the key was not there.

    `field` is a key such as `webhook_url`, `owner.team`, a number such as `+12065550101` (its value is the empty text),
    or an attribute of a number such as `+12065550101 label`; of smsops.yaml, `accounts.us.account_sid`.
    """

    field: str
    before: str | None
    after: str | None

    @property
    def is_number(self) -> bool:
        """Whether a number was added or removed."""
        return self.field.startswith("+") and " " not in self.field


class Approval(Frozen):
    """Who approved a plan, as its record has it from the forge."""

    plan_id: str
    forge: str
    number: int
    url: str
    requester: str
    authors: tuple[str, ...]
    approver: str
    """'' where the apply was refused for want of one."""
    approved_at: str
    merged_at: str
    merged_by: str
    separation: str
    """`kept`, `broken` or `unknown`: whether the approver is somebody else than requester and authors."""


class Call(Frozen):
    """One change of an apply, with what came of it."""

    action: str
    """`service.update`, `number.attach`, …"""
    channel: str
    number: str
    """'' for a change of a service."""
    service_sid: str
    klass: str
    """`intended`, `drift` or `conflict`."""
    risk: str
    diffs: tuple[Diff, ...]
    status: str
    """`done`, `already-done`, `failed`, `not-attempted`; '' where that is not known."""
    at: str = ""
    request_id: str = ""
    told: str = ""
    """Why it failed or was not attempted."""
    off_air_s: float | None = None
    from_channel: str = ""
    """Of a move."""
    refused: str = ""
    """The gate that refused it."""


class Entry(Frozen):
    """What a record says of one channel: as it was in the account when the apply had ended."""

    service_sid: str
    fields: Mapping[str, str]
    """By key of the channel file, as text (`friendly_name`, `messaging.use_case`)."""
    numbers: tuple[str, ...]


class Apply(Frozen):
    """One record of the ledger."""

    path: str
    """In the ledger: `records/us/….json`."""
    account: str
    account_sid: str
    server: str
    """The host that stood in for the provider; '' is the provider's own."""
    actor: str
    plan_id: str
    commit: str
    """'' where the run knew none."""
    author: str
    dirty: bool
    started_at: str
    finished_at: str
    """'' while it has no end."""
    ending: str
    """`applied`, `partial`, `interrupted`, `refused`, `stale`, `abandoned`; '' without an end."""
    approval: Approval | None
    calls: tuple[Call, ...]
    reasons: tuple[str, ...] = ()
    """Why it was refused, or stale: sentences."""
    read_back: bool = False
    """Whether everything that was written was read again."""
    differences: tuple[str, ...] = ()
    """Sentences: what the read-back found."""
    inventory: Mapping[str, Entry] = {}
    """By channel."""
    tool_version: str = ""

    @property
    def key(self) -> str:
        """Its name within the account, without a suffix."""
        return self.path.rpartition("/")[2].removesuffix(".json")

    @property
    def at(self) -> str:
        """When it ended, or else began."""
        return self.finished_at or self.started_at

    @property
    def wrote(self) -> bool:
        """Whether it may have changed the account."""
        return self.ending not in ("refused", "stale")


class Drift(Frozen):
    """One difference between the account and the ledger, as a check found it."""

    channel: str
    service_sid: str
    field: str
    """A key of the channel file; `phone_numbers` for a number, which is in `recorded` or `live`; `service` for one that
    is gone."""
    recorded: str | None
    live: str | None


class Check(Frozen):
    """One comparison of an account with the ledger, kept by `smsops drift --record`."""

    path: str
    """In the ledger: `checks/us/….json`."""
    account: str
    account_sid: str
    server: str
    actor: str
    at: str
    found: tuple[Drift, ...]
    """Empty: the account was as recorded."""

"""The values that smsops compares: what git says, what the account says, what the last record says.

Everything here is frozen and knows nothing of files, of Twilio or of the terminal. Desired and live settings
are the same class, so "differs" is `!=`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, StrEnum
from typing import Final

from smsops.frozen import Frozen, field_names
from smsops.masking import Kept


class Unmanaged(Enum):
    """The type of `UNMANAGED`: a field that no channel sets, neither compared nor changed."""

    UNMANAGED = "unmanaged"


UNMANAGED: Final = Unmanaged.UNMANAGED


class Direction(StrEnum):
    """Which way messages go (contract 2.3)."""

    OUTBOUND = "outbound"
    INBOUND_AND_OUTBOUND = "inbound-and-outbound"
    INBOUND = "inbound"

    @property
    def receives(self) -> bool:
        return self is not Direction.OUTBOUND

    @property
    def sends(self) -> bool:
        return self is not Direction.INBOUND


class ServiceSettings(Frozen):
    """The managed fields of a messaging service; an empty string means that nothing is called."""

    friendly_name: str
    webhook_url: str | Unmanaged = ""
    webhook_method: str | Unmanaged = "POST"
    fallback_url: str | Unmanaged = ""
    fallback_method: str | Unmanaged = "POST"
    status_callback_url: str | Unmanaged = ""
    use_inbound_webhook_on_number: bool | Unmanaged = False
    """True: the number's own settings win over the service's (deferral, twilio.md 3.1)."""
    use_case: str | Unmanaged = UNMANAGED
    validity_period: int | Unmanaged = UNMANAGED
    """Seconds that a message may wait in the provider's queue."""
    sticky_sender: bool | Unmanaged = UNMANAGED
    smart_encoding: bool | Unmanaged = UNMANAGED
    mms_converter: bool | Unmanaged = UNMANAGED
    area_code_geomatch: bool | Unmanaged = UNMANAGED


SETTINGS: Final = field_names(ServiceSettings)
"""The names of all settings, in the order in which a plan tells of them."""

MESSAGING_FIELDS: Final = (
    "use_case",
    "validity_period",
    "sticky_sender",
    "smart_encoding",
    "mms_converter",
    "area_code_geomatch",
)
"""Settings that live under `messaging` in a channel file."""


def field_key(name: str) -> str:
    """The channel file's key for a setting, such as `messaging.validity_period`."""
    return f"messaging.{name}" if name in MESSAGING_FIELDS else name


class Sender(Frozen):
    """One declared phone number of a channel."""

    number: str
    """E.164."""
    label: str | None = None
    flow: str | None = None
    """The experience flow that answers on this number; a linked number is guarded like a protected one."""
    protected: bool = False

    @property
    def guarded(self) -> bool:
        """Whether leaving its pool needs `--allow protected`."""
        return self.protected or self.flow is not None


class Channel(Frozen):
    """One channel file, with defaults and short forms resolved."""

    name: str
    provider: str
    account: str
    direction: Direction
    settings: ServiceSettings
    senders: tuple[Sender, ...]
    service_sid: str | None = None
    """The pinned SID; None where the file has none."""
    enabled: bool = True
    path: str = ""
    """Relative to the project, with forward slashes."""
    lines: Mapping[str, int] = {}
    """First line of each key (`webhook_url`, `messaging.use_case`) and of each number (`+1206…`), from 1."""
    document: Mapping[str, object] = {}
    """The file as it was written, for `show`; declared-only keys (owner, tags, …) live only here."""

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset([sender.number for sender in self.senders])

    @property
    def receives(self) -> bool:
        """Whether replies reach the webhook: a disabled channel behaves as outbound (contract 2.2)."""
        return self.enabled and self.direction.receives


class DesiredState(Frozen):
    """What git says of one account."""

    account: str
    account_sid: str
    channels: tuple[Channel, ...]
    """Every channel of the account, also when only some are planned."""
    selected: frozenset[str] | None = None
    """Names of the channels to plan; None means all."""
    also_left: bool = False
    """Whether a plan of some channels looks at what left git, too; a plan of all always does."""

    @property
    def looks_at_left(self) -> bool:
        return self.selected is None or self.also_left

    @property
    def planned(self) -> tuple[Channel, ...]:
        chosen = self.channels if self.selected is None else [c for c in self.channels if c.name in self.selected]
        return tuple(sorted(chosen, key=lambda channel: channel.name))


class LiveService(Frozen):
    """A messaging service as the account has it now."""

    sid: str
    settings: ServiceSettings
    pool: Mapping[str, str] | None = None
    """E.164 to number SID; None when the pool was not read because nothing depends on it."""


class OwnedNumber(Frozen):
    """A phone number that the account owns."""

    sid: str
    sms: bool


class LiveState(Frozen):
    """What one account says now: all its services, and the pools and numbers that the plan rests on."""

    account_sid: str
    services: Mapping[str, LiveService]
    numbers: Mapping[str, OwnedNumber] | None = None
    """The inventory by E.164; None when it was not read because no number is to be attached."""
    api_calls: int = 0


class AccountEvent(Frozen):
    """One entry of the provider's own event log: who changed what, as far as it tells."""

    at: str
    """UTC in ISO 8601."""
    resource_sid: str
    event_type: str
    """Such as `messaging-service.updated`."""
    actor: str
    """Who did it, in the provider's words: a user, an account, an API key; '' when it does not say."""
    source: str
    """Through what: `web`, `api`, …; '' when it does not say."""
    properties: Mapping[str, tuple[str, str]] = {}
    """Before and after, as text, by the provider's name of each changed property."""


class Wanted(Frozen):
    """What a plan needs to know of one channel; a reader reads for these and no more."""

    service_sid: str | None = None
    """The SID that the file or the base names; None when there is none yet."""
    friendly_name: str = ""
    """The name of a create that was begun and never confirmed: services that bear it are looked at; '' is none."""
    numbers: frozenset[str] = frozenset()


class BaseChannel(Frozen):
    """What the last record says of one channel."""

    service_sid: str
    fields: Mapping[str, Kept] = {}
    """Managed settings as they were applied, by their name in `ServiceSettings`; one that is absent is not known."""
    pool: frozenset[str] = frozenset()
    """Numbers that smsops put or confirmed in the pool."""
    guarded: frozenset[str] = frozenset()
    """Those of them that were protected or linked to a flow."""
    held_back: frozenset[str] = frozenset()
    """Numbers found in the pool, never declared, and left there: still waiting for `--allow prune`."""


class Departed(Frozen):
    """A service that smsops applied and that no channel is bound to any more; it waits to be deleted."""

    channel: str
    """The channel that it was for."""
    entry: BaseChannel


class Doubts(Frozen):
    """What an apply may have written that never told what came of it: no sign that somebody else moved anything."""

    fields: Mapping[tuple[str, str], frozenset[Kept]] = {}
    """By service SID and setting: values that it was about to write."""
    numbers: frozenset[str] = frozenset()
    """Numbers that it was about to attach, move or detach."""
    guarded: frozenset[str] = frozenset()
    """Those of them that were protected or linked to a flow."""


class Base(Frozen):
    """What the ledger remembers of one account; empty before the first apply."""

    channels: Mapping[str, BaseChannel] = {}
    departed: Mapping[str, Departed] = {}
    """By service SID."""
    creating: Mapping[str, str] = {}
    """Channels whose create was begun and never confirmed, with the friendly name that it was begun with."""
    doubts: Doubts = Doubts()

    @property
    def services(self) -> dict[str, BaseChannel]:
        """What the base says of each service, whichever channel it was for."""
        said = {sid: one.entry for sid, one in self.departed.items()}
        said.update((entry.service_sid, entry) for entry in self.channels.values())
        return said

    @property
    def sids(self) -> Iterator[str]:
        """Of each service that the base says something of."""
        yield from self.departed
        for entry in self.channels.values():
            yield entry.service_sid

    @property
    def guarded(self) -> frozenset[str]:
        """Numbers that were protected or linked to a flow when smsops last applied them."""
        return self.doubts.guarded.union(*(entry.guarded for entry in self.services.values()))


EMPTY_BASE: Final = Base()

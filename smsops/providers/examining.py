"""What `doctor` asks of a provider beyond a plan's reading: the facts that decide whether messages arrive.

A provider that offers none of it is still whole; doctor then says that it did not check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from smsops.frozen import Frozen
from smsops.model import ServiceSettings


class Standing(StrEnum):
    """How far a registration has come."""

    APPROVED = "approved"
    PENDING = "pending"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The provider says a word that is not known here."""


class Registration(Frozen):
    """A campaign of a service, or the verification of a number."""

    standing: Standing
    said: str
    """The provider's own word."""
    reason: str = ""
    """Why it was refused, where the provider tells."""


class Needs(StrEnum):
    """What must be approved before a number may send."""

    CAMPAIGN = "campaign"
    """Of its service: a US long code."""
    VERIFICATION = "verification"
    """Of its own: a toll-free number."""
    NOTHING = "nothing"


class AccountFacts(Frozen):
    """The account itself, as far as the credentials may read it."""

    key: str
    """What kind of credentials these are and what they may do, in a clause; nothing was written to find out."""
    status: str = ""
    """The provider's word; '' when the credentials may not read it."""
    active: bool = True
    trial: bool = False


class NumberFacts(Frozen):
    """A number that the account owns."""

    sms: bool
    own_route: str
    """What answers on the number when its service defers to it, in a clause; '' is nothing."""


class ServiceFacts(Frozen):
    """One service with its pool."""

    settings: ServiceSettings
    pool: Mapping[str, Needs]
    """Numbers by E.164."""
    campaigns: tuple[Registration, ...] = ()
    """Read only where a number of the pool needs one."""
    unread: str = ""
    """Why the campaigns could not be read."""


class Terms(Frozen):
    """What the provider allows, and how it tells that it does not."""

    pool: int
    """The most senders of one pool, unless its support raised it."""
    without_campaign: str
    """What becomes of messages of a number without the campaign that it needs."""
    without_verification: str


class Examiner(Protocol):
    """Looks at an account. It can only read. Every method raises ProviderError."""

    terms: Terms

    def reach(self) -> bool:
        """One harmless read that every kind of credentials may do; whether its answer named the configured account.

        False: there is nothing in the account that would name it. Raises WRONG_ACCOUNT when it is another one.
        """

    def account(self) -> AccountFacts: ...

    def numbers(self) -> Mapping[str, NumberFacts]:
        """Every number of the account, by E.164."""

    def services(self, sids: Sequence[str]) -> Mapping[str, ServiceFacts | None]:
        """The named services, side by side; None for one that does not exist."""

    def verifications(self) -> Mapping[str, Registration]:
        """Verifications by number; the best of several."""


class Event(StrEnum):
    """What a webhook is called for."""

    INBOUND = "inbound"
    STATUS = "status"


class Occasion(Frozen):
    """The call of a webhook that is to be made up."""

    url: str
    method: str
    event: Event
    account_sid: str
    number: str
    """A number of the channel: where a message would come in or go out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """A request as the provider would send it, about a message that never was."""

    url: str
    """Without a fragment."""
    method: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""

"""What adopting an account comes to, as values: files to write, services that are left out, and what stays beside."""

from __future__ import annotations

from smsops.frozen import Frozen
from smsops.masking import Kept, masked
from smsops.model import LiveService


class Of(Frozen):
    """The service that something is said of."""

    account: str
    sid: str
    name: str
    """Its friendly name; a login in it is hidden."""

    @property
    def sort_key(self) -> tuple[str, str, str]:
        return (self.account, self.name, self.sid)


class Moved(Frozen):
    """One thing that an existing file says otherwise by now."""

    what: str
    """The channel file's key; `phone_numbers` for a number."""
    before: Kept
    after: Kept


class Draft(Frozen):
    """One channel file as it will be."""

    of: Of
    path: str
    """Relative to the project, with forward slashes."""
    after: bytes
    before: bytes | None = None
    """What the file holds now; None for a new one."""
    moved: tuple[Moved, ...] = ()
    """What differs, of an existing file."""


class LeftOut(Frozen):
    """A service of which nothing is written."""

    of: Of
    reason: str


class Beside(Frozen):
    """What a service keeps and its file does not say, since smsops neither compares nor changes it."""

    of: Of
    what: str


class Same(Frozen):
    """A service whose file says already what it is."""

    of: Of
    path: str


Drawn = Draft | LeftOut | Beside | Same
"""What becomes of a service."""


class Handover(Frozen):
    """What Terraform gives up, and what does not fit."""

    removals: tuple[str, ...]
    """Commands, the pool members before their service."""
    kept: tuple[str, ...]
    """Addresses of senders of adopted services that Terraform goes on managing."""
    missing: tuple[str, ...]
    """What the state has and the account has not, in words."""
    unclear: tuple[str, ...]


def of(account: str, service: LiveService) -> Of:
    return Of(account=account, sid=service.sid, name=str(masked(service.settings.friendly_name)))

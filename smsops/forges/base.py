"""What a forge can do for smsops, and how it fails. A forge is where changes are reviewed: GitHub, GitLab."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from smsops.approval import ChangeRequest, Review
from smsops.errors import ExitCode, SmsopsError
from smsops.frozen import Frozen


class ForgeError(SmsopsError):
    """The forge cannot be reached, refuses, or answers what cannot be understood. The token is in no message.

    `status` is the HTTP status; None: no answer.
    """

    code = "SMS518"

    def __init__(self, message: str, *, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        if status in (401, 403):
            self.exit_code = ExitCode.AUTH


class NotAllowed(ForgeError):
    """The token is good, and may not do this: that of a fork only reads."""

    exit_code = ExitCode.AUTH


class Lost(ForgeError):
    """The answer to a write was lost: it may have had its effect, and is not repeated blindly."""


class Action(StrEnum):
    """What became of the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Posted(Frozen):
    """The one comment, after it was posted."""

    url: str
    action: Action


class Forge(Protocol):
    """One repository on one forge. Every method raises ForgeError."""

    @property
    def name(self) -> str: ...

    def comment(self, marker: str, body: Callable[[str | None], str]) -> Posted:
        """Keep one comment on the change request under review: our earlier one that begins with the marker is updated.

        `body` makes the text from that of the earlier comment, None where there is none. Raises NotAllowed, and
        UsageError where the environment names no change request.
        """
        ...

    def change_request(self, commit: str) -> ChangeRequest | None:
        """The merged request that brought a commit to its branch; None when none did."""
        ...

    def approvals(self, request: ChangeRequest) -> tuple[Review, ...]:
        """What people said of it."""
        ...


def moment(text: str) -> datetime:
    """A time as forges write it, ISO 8601 with an offset. Raises ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without an offset")
    return at.astimezone(UTC)

"""What the world does to a run: one tree of exceptions, and the exit codes (contract 3.1).

What a user can mend in a file is never raised; it is a `Finding`.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    OK = 0
    ERROR = 1
    CHANGES = 2
    INVALID = 3
    AUTH = 4
    REFUSED = 5
    STALE = 6
    LOCKED = 7
    PARTIAL = 8
    USAGE = 64
    INTERRUPTED = 130


class SmsopsError(Exception):
    """The root: a message for people, a hint, a stable code for `explain`, and an exit code."""

    exit_code = ExitCode.ERROR
    code = "SMS406"

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class ProjectError(SmsopsError):
    """There is no project here, or it cannot be opened at all."""

    exit_code = ExitCode.USAGE
    code = "SMS101"


class UsageError(SmsopsError):
    """The command line is wrong in a way that only shows once it runs."""

    exit_code = ExitCode.USAGE
    code = "SMS102"


class SecretError(SmsopsError):
    """A secret reference cannot be resolved; the message names the reference, never a value."""

    exit_code = ExitCode.AUTH
    code = "SMS409"


class LedgerError(SmsopsError):
    """A record exists and cannot be read or written."""

    code = "SMS601"


class Unpushed(LedgerError):
    """The remote took no push. A record is kept in this clone, and the next write pushes it; a check is not kept."""

    code = "SMS602"


class LockHeld(SmsopsError):
    """Another apply of this project is at work."""

    exit_code = ExitCode.LOCKED
    code = "SMS509"


class Failure(StrEnum):
    """The shared vocabulary of failures: what a provider's refusal means to the engine."""

    AUTH = "auth"
    """Credentials refused or lacking a permission."""
    WRONG_ACCOUNT = "wrong-account"
    """The credentials belong to another account than the configured one."""
    NOT_FOUND = "not-found"
    ELSEWHERE = "elsewhere"
    """The number is in another service's pool."""
    BUSY = "busy"
    """Another update or a carrier registration is in progress, for longer than the bound."""
    FULL = "full"
    """The pool or the account is at its limit."""
    INVALID = "invalid"
    """The provider refuses the values."""
    UNAVAILABLE = "unavailable"
    """No answer, or only 429, 5xx and lost connections, for longer than the bound. A repeat is safe."""
    LOST = "lost"
    """The request may or may not have taken effect, and must not be repeated blindly."""
    GARBLED = "garbled"
    """An answer that cannot be understood."""
    FORBIDDEN_REQUEST = "forbidden-request"
    """smsops itself refused to send the request: not in the allowed set, or it would leave the configured host."""


_CODE_OF_FAILURE = {
    Failure.AUTH: "SMS404",
    Failure.WRONG_ACCOUNT: "SMS405",
    Failure.UNAVAILABLE: "SMS407",
    Failure.GARBLED: "SMS408",
    Failure.FORBIDDEN_REQUEST: "SMS410",
    Failure.LOST: "SMS508",
}


class ProviderError(SmsopsError):
    """A request to the provider failed.

    `status` is the HTTP status (None: no answer), `provider_code` the provider's own error number (None: none given),
    `request_id` what its support asks for. `wrote` is true when something was or may have been changed all the same: a
    create whose answer was lost, an update that may have arrived, a move that had to put the number back.
    """

    def __init__(
        self,
        message: str,
        *,
        failure: Failure,
        status: int | None = None,
        provider_code: int | None = None,
        request_id: str | None = None,
        hint: str = "",
        wrote: bool = False,
    ) -> None:
        super().__init__(message, hint=hint, code=_CODE_OF_FAILURE.get(failure, "SMS406"))
        self.failure = failure
        self.status = status
        self.provider_code = provider_code
        self.request_id = request_id
        self.wrote = wrote or failure is Failure.LOST
        if failure in (Failure.AUTH, Failure.WRONG_ACCOUNT):
            self.exit_code = ExitCode.AUTH

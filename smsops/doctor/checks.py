"""A check as a value: its id, its state, one sentence, where, and what to do; and the ids that there are.

What is certain and what is not are told apart: a PROBLEM is so, and UNKNOWN means that nobody can tell from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from smsops.errors import ExitCode, SmsopsError
from smsops.frozen import Frozen


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """It works, and somebody should know this."""
    PROBLEM = "problem"
    UNKNOWN = "unknown"
    """It was looked at, and cannot be told."""
    NOT_CHECKED = "not-checked"


IDS: Mapping[str, str] = {
    "git.repository": "The project is in a git repository",
    "git.history": "The history is whole, not that of a shallow clone",
    "git.remote": "There is a remote that keeps the ledger",
    "git.ledger": "The ledger can be read, here and at the remote",
    "git.identity": "Who the records' commits are made by",
    "files.valid": "The files are valid",
    "files.schemas": "The project's copies of the schemas are those of this smsops",
    "account.secret": "The secret can be resolved",
    "account.credentials": "The provider takes the credentials",
    "account.identity": "They are of the account that smsops.yaml names",
    "account.key": "What kind of credentials they are",
    "account.status": "The account is active, and no trial",
    "account.numbers": "The account owns every declared number, and each can do SMS",
    "account.services": "What the services of the channels rest on",
    "service.exists": "The channel's service exists",
    "service.deferral": "Replies go where the channel says, and not where a number says",
    "service.https": "The service calls https URLs only",
    "pool.members": "The pool holds a number",
    "pool.limit": "The pool has room left",
    "pool.toll-free": "The pool holds no more than one toll-free number",
    "campaign.status": "The A2P campaign of US long codes is approved",
    "campaign.numbers": "Carriers have registered each US long code",
    "number.verification": "Toll-free numbers are verified",
    "webhook.place": "The host of a URL leads to the public internet, and answers",
    "webhook.certificate": "Its certificate is valid, and not about to expire",
    "webhook.accepts": "It accepts a request that is signed as the provider signs",
    "webhook.refuses": "It refuses a request that somebody else signed",
}
"""Every check by its id, which never changes its meaning. The part before the dot is the group."""

_CREDENTIALS = ("SMS404", "SMS405", "SMS409")
_FILES = ("SMS401", "SMS402", "SMS403")
"""What a file names and the account does not have: a plan ends in the same exit code (contract 9)."""


class Check(Frozen):
    """What came of one check at one place."""

    id: str
    state: State
    message: str
    where: str = ""
    """An account, a channel, a URL; '' is the project."""
    hint: str = ""
    code: str = ""
    """A code of the registry that says more."""

    def __post_init__(self) -> None:
        if self.id not in IDS:
            raise ValueError(f"{self.id!r} is no check")

    @property
    def group(self) -> str:
        return self.id.partition(".")[0]


def failed(id: str, error: SmsopsError, *, where: str = "") -> Check:
    """A check whose own read failed."""
    return Check(id=id, state=State.PROBLEM, message=error.message, where=where, hint=error.hint, code=error.code)


def exit_code(checks: Iterable[Check]) -> ExitCode:
    """The first that holds: files are wrong, credentials are a problem, anything is, nothing is."""
    problems = [check for check in checks if check.state is State.PROBLEM]
    if any(check.id == "files.valid" or check.code in _FILES for check in problems):
        return ExitCode.INVALID
    if any(check.code in _CREDENTIALS for check in problems):
        return ExitCode.AUTH
    return ExitCode.ERROR if problems else ExitCode.OK

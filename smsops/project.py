"""What `smsops.yaml` says: accounts with their credentials by reference, and the policy. Values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from smsops.frozen import Frozen


class SecretKind(StrEnum):
    ENV = "env"
    FILE = "file"
    COMMAND = "command"


class SecretRef(Frozen):
    """Where a secret is, never the secret itself: `{env: NAME}`, `{file: PATH}` or `{command: [prog, arg]}`."""

    kind: SecretKind
    target: tuple[str, ...]
    """The variable's name, the path, or the program with its arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One provider account; channels name it by `name`."""

    name: str
    provider: str
    account_sid: str
    secret: SecretRef
    """Of the auth token, or of the API key when `api_key_sid` is set."""
    api_key_sid: str | None = None
    environment: str | None = None
    region: str | None = None
    edge: str | None = None
    api_base_url: str | None = None
    declared: Callable[[], int] = field(default=lambda: 1, compare=False)
    """Gives the line of `smsops.yaml` that declares it; few runs tell it, and to find it takes a parser."""

    @property
    def line(self) -> int:
        return self.declared()


class MaxRemovals(Frozen):
    """Detaches and deletes that one plan may hold for one account; the larger of the two counts (contract 9)."""

    count: int = 3
    percent: int = 10


class AuditPolicy(Frozen):
    """What `audit verify` takes for wrong, and not only for worth knowing."""

    require_approval: bool = False
    """Whether every change must be approved by somebody else."""
    require_signature: bool = False
    """Whether every commit must have a good signature."""
    drift_days: int = 7
    """How long drift may stay open."""
    pending_days: int = 7
    """How long a merged change may wait for its apply."""


class Policy(Frozen):
    webhook_hosts: tuple[str, ...] | Mapping[str, tuple[str, ...]] | None = None
    """Allowed host patterns, for all or by environment; None allows every public host."""
    max_removals: MaxRemovals = MaxRemovals()
    drift: str = "revert"
    require_owner: bool = False
    audit: AuditPolicy = AuditPolicy()


class Project(Frozen):
    """`smsops.yaml` with its defaults resolved."""

    root: str
    """Absolute folder of the project; paths in findings are relative to it."""
    path: str = "smsops.yaml"
    channels: str = "channels"
    accounts: Mapping[str, Account] = {}
    policy: Policy = Policy()
    ledger_branch: str = "smsops-ledger"

"""`smsops.yaml` becomes a `Project`: accounts, credentials by reference, policy."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from smsops.files.document import Document
from smsops.files.forms import FORMS
from smsops.project import Account, AuditPolicy, MaxRemovals, Policy, Project, SecretKind, SecretRef

DEFAULT_CHANNELS = "channels"
DEFAULT_BRANCH = "smsops-ledger"


def build_project(document: Document, *, root: str) -> Project:
    """The project of a document that has no errors."""
    value: Mapping[str, Any] = document.value  # type: ignore[assignment]  # the schema says that it is a mapping
    accounts = {name: _account(name, entry, document) for name, entry in value["accounts"].items()}
    return Project(
        root=root,
        path=document.path,
        channels=value.get("channels", DEFAULT_CHANNELS),
        accounts=accounts,
        policy=_policy(value.get("policy", {})),
        ledger_branch=value.get("ledger", {}).get("branch", DEFAULT_BRANCH),
    )


def readable_project(document: Document, *, root: str) -> Project | None:
    """What can be read of a document that has errors, for the past, which needs little of it.

    Accounts that have errors are left out. None where not even the branch of the ledger is known for certain.
    """
    value = document.value
    if not isinstance(value, dict):
        return None
    accounts, ledger = value.get("accounts"), value.get("ledger", {})
    branch = ledger.get("branch", DEFAULT_BRANCH) if isinstance(ledger, dict) else None
    if not isinstance(branch, str):
        return None
    found = {}
    for name, entry in accounts.items() if isinstance(accounts, dict) else ():
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            found[name] = _account(name, entry, document)
    folder = channels_folder(document)
    return Project(root=root, path=document.path, channels=folder, accounts=found, ledger_branch=branch)


def channels_folder(document: Document) -> str:
    """The folder of channel files, also when something else in `smsops.yaml` is wrong."""
    value = document.value
    folder = value.get("channels") if isinstance(value, dict) else None
    return folder if isinstance(folder, str) and folder else DEFAULT_CHANNELS


def _account(name: str, entry: Mapping[str, Any], document: Document) -> Account:
    form = FORMS[entry["provider"]]
    secret = next((key for key in form.secrets if key in entry), form.secrets[-1])
    return Account(
        name=name,
        provider=entry["provider"],
        account_sid=entry[form.identity],
        secret=_reference(entry[secret]),
        api_key_sid=entry.get("api_key_sid"),
        environment=entry.get("environment"),
        region=entry.get("region"),
        edge=entry.get("edge"),
        api_base_url=entry.get(form.server),
        declared=lambda: document.place(("accounts", name), key=True).line,
    )


def _reference(entry: Mapping[str, Any]) -> SecretRef:
    ((kind, target),) = entry.items()
    return SecretRef(kind=SecretKind(kind), target=(target,) if isinstance(target, str) else tuple(target))


def _policy(entry: Mapping[str, Any]) -> Policy:
    removals = entry.get("max_removals", {})
    default = MaxRemovals()
    return Policy(
        webhook_hosts=_hosts(entry.get("webhook_hosts")),
        max_removals=MaxRemovals(
            count=int(removals.get("count", default.count)),
            percent=int(removals.get("percent", default.percent)),
        ),
        drift=entry.get("drift", "revert"),
        require_owner=entry.get("require_owner", False),
        audit=_audit(entry.get("audit", {})),
    )


def _audit(entry: Mapping[str, Any]) -> AuditPolicy:
    default = AuditPolicy()
    return AuditPolicy(
        require_approval=entry.get("require_approval", default.require_approval),
        require_signature=entry.get("require_signature", default.require_signature),
        drift_days=int(entry.get("drift_days", default.drift_days)),
        pending_days=int(entry.get("pending_days", default.pending_days)),
    )


def _hosts(entry: Any) -> tuple[str, ...] | Mapping[str, tuple[str, ...]] | None:
    if entry is None:
        return None
    if isinstance(entry, list):
        return tuple(entry)
    return {environment: tuple(hosts) for environment, hosts in entry.items()}

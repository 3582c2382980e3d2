"""Opening accounts: secrets become connections, or the sandbox is started and every account is one of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from smsops.errors import ProviderError, SecretError, SmsopsError
from smsops.providers.base import Connection, Patience
from smsops.secrets import resolve
from smsops.secrets.base import Secret

if TYPE_CHECKING:
    from smsops.cli.project import Opened
    from smsops.model import Channel
    from smsops.project import Account
    from smsops.sandbox.accounts import Credentials
    from smsops.sandbox.server import Sandbox

BASE_URL = "SMSOPS_API_BASE_URL"
"""Sends every account to another server; the provider checks that credentials may go there."""


@contextmanager
def running_sandbox(root: Path, *, port: int = 0) -> Iterator[Sandbox]:
    """The sandbox of a project, its state in `.smsops/sandbox.db`. Raises SmsopsError when it cannot start."""
    from smsops.sandbox.server import Sandbox  # only here: a run against the provider needs no server and no SQLite

    with ExitStack() as stack:
        try:
            running = stack.enter_context(Sandbox(_state_folder(root) / "sandbox.db", port=port))
        except OSError as error:
            raise SmsopsError(
                f"The sandbox cannot start: {error.strerror or error}.",
                hint="Choose another --port, or make .smsops/ in the project writable.",
                code="SMS407",
            ) from error
        yield running


def _state_folder(root: Path) -> Path:
    """The project's `.smsops/`, made when it is not there, and ignored by git from inside."""
    folder = root / ".smsops"
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return folder


def server_of(account: Account) -> str | None:
    """The server that the account's requests go to, by its URL; None is the provider's own."""
    return os.environ.get(BASE_URL) or account.api_base_url


def furnish(sandbox: Sandbox, project: Opened, names: Sequence[str]) -> dict[str, Credentials]:
    """Give the sandbox every account, with the numbers that its channels declare and the services that they pin."""
    credentials = {}
    for name in names:
        account = project.project.accounts[name]
        channels = _channels_of(project, name)
        credentials[name] = sandbox.ensure_account(
            account.account_sid,
            api_key_sid=account.api_key_sid,
            numbers=sorted({number for channel in channels for number in channel.numbers}),
            service_sids=sorted({channel.service_sid for channel in channels if channel.service_sid}),
        )
    return credentials


@contextmanager
def connected(
    project: Opened, names: Sequence[str], *, sandbox: bool, concurrency: int, patience: Patience
) -> Iterator[Mapping[str, Connection]]:
    """A connection for each named account.

    Raises SecretError with every secret that is missing.
    """
    if not sandbox:
        yield _real(project, names, concurrency, patience)
        return
    with running_sandbox(project.root) as running:
        furnished = furnish(running, project, names)
        connections = {
            name: Connection(
                account_sid=project.project.accounts[name].account_sid,
                username=credentials.username,
                password=Secret(credentials.password),
                base_url=running.base_url,
                concurrency=concurrency,
                patience=patience,
            )
            for name, credentials in furnished.items()
        }
        try:
            yield connections
        except ProviderError as error:
            if running.damage is None:
                raise
            raise running.damage from error  # the client speaks of Twilio, and what is broken is a file here


def _channels_of(project: Opened, account: str) -> list[Channel]:
    return [channel for channel in project.channels if channel.account == account]


def _real(project: Opened, names: Sequence[str], concurrency: int, patience: Patience) -> dict[str, Connection]:
    secrets = _secrets(project, names)
    return {name: connection_of(project.project.accounts[name], secrets[name], concurrency, patience) for name in names}


def connection_of(account: Account, secret: Secret, concurrency: int, patience: Patience) -> Connection:
    """How to reach the account with its secret."""
    return Connection(
        account_sid=account.account_sid,
        username=account.api_key_sid or account.account_sid,
        password=secret,
        base_url=server_of(account),
        region=account.region,
        edge=account.edge,
        concurrency=concurrency,
        patience=patience,
    )


def _secrets(project: Opened, names: Sequence[str]) -> dict[str, Secret]:
    found: dict[str, Secret] = {}
    missing: list[tuple[str, SecretError]] = []
    for name in names:
        try:
            found[name] = resolve(project.project.accounts[name].secret, root=project.project.root, environ=os.environ)
        except SecretError as error:
            missing.append((name, error))
    if missing:
        told = " ".join(f"Account {name}: {error.message}" for name, error in missing)
        hint = missing[0][1].hint if len(missing) == 1 else "Provide each of them, or use --sandbox, which needs none."
        raise SecretError(told, hint=hint) from missing[0][1]
    return found

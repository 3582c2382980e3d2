"""A plan of everything begins to read the accounts while the channel files are still being read.

Only where that is no surprise: the plan is one of all channels, so that it needs each pool that it asks for; the secret
is in the environment, so that nothing is run or opened for it twice; and nothing but GET requests is sent. When the
files turn out to be invalid, the run ends as it does without this, and the answers are not looked at. The ledger is
read later than the account was asked, so `planning` asks again before it calls anything drift.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from smsops.errors import SecretError
from smsops.threads import begin_ahead

if TYPE_CHECKING:
    from smsops.cli.terminal import Terminal
    from smsops.cli.wishes import Wish
    from smsops.files.document import Document
    from smsops.project import Account, Project
    from smsops.providers.base import HeadStart


_INTERVAL_S = 0.0005
"""How long threads wait for one another, a tenth of what is usual."""


class Ahead:
    """Hears of channel files one after the other, and begins to read their accounts."""

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._begun: dict[str, HeadStart | None] = {}

    def __call__(self, project: Project, channel: Document) -> None:
        said = channel.value if isinstance(channel.value, dict) else {}
        name, sid = said.get("account"), said.get("messaging_service_sid")
        account = project.accounts.get(name) if isinstance(name, str) else None
        if account is None or not isinstance(sid, str):
            return
        if account.name not in self._begun:
            self._begun[account.name] = self._begin(account, project)
        if begun := self._begun[account.name]:
            begun.expect(sid)

    def of(self, account: str) -> HeadStart | None:
        """What has begun of an account."""
        return self._begun.get(account)

    def close(self) -> None:
        for begun in self._begun.values():
            if begun is not None:
                begun.close()

    def _begin(self, account: Account, project: Project) -> HeadStart | None:
        from smsops.cli.accounts import connection_of  # only here: help needs no accounts
        from smsops.project import SecretKind
        from smsops.providers import PROVIDERS
        from smsops.providers.base import Endless
        from smsops.secrets import resolve

        begin = PROVIDERS[account.provider].begin
        if begin is None or account.secret.kind is not SecretKind.ENV:
            return None
        try:
            secret = resolve(account.secret, root=project.root, environ=os.environ)
        except SecretError:  # told where the plan needs it
            return None
        return begin(connection_of(account, secret, self._concurrency, Endless()))


def _prepare() -> None:
    # Only here: the thread imports them beside what else is being imported, and begins with what nobody else does.
    import ssl  # noqa: F401

    from smsops.providers import PROVIDERS

    for provider in PROVIDERS.values():
        if provider.prepare is not None:
            provider.prepare()


@contextmanager
def head_start(wish: Wish, terminal: Terminal) -> Iterator[Ahead | None]:
    """For as long as the block runs; None where the plan may need less than all files say."""
    if wish.partial or wish.shard is not None or terminal.options.sandbox:
        yield None
        return
    if terminal.early.ahead is not None:
        yield terminal.early.ahead
        return
    with at_work(wish.concurrency) as ahead:
        yield ahead


@contextmanager
def at_work(concurrency: int) -> Iterator[Ahead]:
    """For as long as the block runs."""
    if not os.environ.get("SMSOPS_API_BASE_URL", "").startswith("http:"):
        begin_ahead(_prepare)
    ahead = Ahead(concurrency)
    interval = sys.getswitchinterval()
    # Reading and planning never wait, so each answer would wait for them as long as threads wait for one another.
    sys.setswitchinterval(_INTERVAL_S)
    try:
        yield ahead
    finally:
        sys.setswitchinterval(interval)
        ahead.close()

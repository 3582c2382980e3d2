"""`smsops providers`: what a channel can choose."""

from __future__ import annotations

from smsops import providers
from smsops.cli import group
from smsops.cli.terminal import Terminal
from smsops.render.reference import PROVIDERS, Listed


@group.command(
    "providers",
    renderers=PROVIDERS,
    help="List the providers that a channel can choose.",
    examples=("smsops providers", "smsops providers -o json"),
    exits={},
)
def command(terminal: Terminal) -> None:
    known = providers.PROVIDERS.values()
    terminal.emit(PROVIDERS, [Listed(name=p.name, title=p.title, summary=p.summary) for p in known])

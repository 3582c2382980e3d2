"""`smsops instructions`: a provider's set-up steps, with the URLs of a channel filled in."""

from __future__ import annotations

import click

from smsops.cli import group
from smsops.cli.options import option
from smsops.cli.project import opened
from smsops.cli.terminal import Terminal
from smsops.errors import UsageError
from smsops.providers import PROVIDERS
from smsops.render.reference import STEPS, Steps


@group.command("instructions", renderers=STEPS, help="Print the set-up steps of a provider.")
@click.argument("provider", type=click.Choice(list(PROVIDERS)))
@option("--channel", metavar="NAME", help="Fill in the URLs and SIDs of this channel.")
def command(terminal: Terminal, provider: str, channel: str | None) -> None:
    if channel is None:
        text = PROVIDERS[provider].instructions(None, None)
    else:
        project = opened(terminal)
        found = project.channel(channel)
        if found.provider != provider:
            raise UsageError(f"Channel {channel} is of provider {found.provider}.", hint="Name that provider instead.")
        text = PROVIDERS[provider].instructions(found, project.project.accounts[found.account])
    terminal.emit(STEPS, Steps(provider=provider, channel=channel, text=text))

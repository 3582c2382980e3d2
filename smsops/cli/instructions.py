"""`smsops instructions`: a provider's set-up steps, with the URLs of a channel filled in."""

from __future__ import annotations

import click

from smsops.cli import group
from smsops.cli.options import option
from smsops.cli.project import opened
from smsops.cli.terminal import Terminal
from smsops.errors import ExitCode, UsageError
from smsops.providers import PROVIDERS
from smsops.render.steps import STEPS, Steps

_HELP = """Print the set-up steps of a provider, those that apply does ticked.

With --channel the steps are those of this channel: its direction, whether its service is pinned, and what its numbers
need decide which there are, and its URLs, numbers and SIDs are filled in. No secret is printed."""


@group.command(
    "instructions",
    renderers=STEPS,
    help=_HELP,
    examples=("smsops instructions twilio", "smsops instructions twilio --channel support -o markdown"),
    exits={
        ExitCode.INVALID: "files invalid, or no such channel (--channel)",
        ExitCode.USAGE: "wrong usage, or no project (--channel)",
    },
)
@click.argument("provider", type=click.Choice(list(PROVIDERS)))
@option("--channel", metavar="NAME", help="Fill in the URLs and SIDs of this channel.")
def command(terminal: Terminal, provider: str, channel: str | None) -> int:
    chosen = PROVIDERS[provider]
    if channel is None:
        steps = chosen.instructions(None, None)
    else:
        project = opened(terminal)
        found = project.channel(channel)
        if found.provider != provider:
            raise UsageError(f"Channel {channel} is of provider {found.provider}.", hint="Name that provider instead.")
        steps = chosen.instructions(found, project.project.accounts[found.account])
    terminal.emit(STEPS, Steps(provider=provider, title=chosen.title, channel=channel, steps=steps))
    return ExitCode.OK

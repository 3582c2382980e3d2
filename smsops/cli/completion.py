"""`smsops completion`: the script that a shell loads to complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from smsops.cli import COMPLETION, group
from smsops.cli.terminal import Terminal
from smsops.render.reference import SCRIPT, Script

_HELP = """Print the completion script of a shell.

\b
bash: add to ~/.bashrc:  eval "$(smsops completion bash)"
zsh:  add to ~/.zshrc:   eval "$(smsops completion zsh)"
fish: smsops completion fish > ~/.config/fish/completions/smsops.fish"""


@group.command(
    "completion", renderers=SCRIPT, help=_HELP, examples=("smsops completion bash", "smsops completion fish"), exits={}
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(terminal: Terminal, shell: str) -> None:
    completer = get_completion_class(shell)
    assert completer is not None
    script = completer(group.root(), {}, "smsops", COMPLETION).source()
    terminal.emit(SCRIPT, Script(shell=shell, text=script + "\n"))

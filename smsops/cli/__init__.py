"""The command line's entry point and its table of commands.

Importing this module costs next to nothing: the root help and the version are printed from the tables below, before
click or anything else is imported. Everything else goes through `boundary.run`.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

COMMANDS = {
    "init": ("smsops.cli.init", "Write a project, and the pipelines that are asked for."),
    "new": ("smsops.cli.new", "Write a channel file: a form on a terminal, else a skeleton."),
    "validate": ("smsops.cli.validate", "Check the files: no network, no credentials."),
    "fmt": ("smsops.cli.fmt", "Bring channel files into the canonical layout."),
    "set": ("smsops.cli.set", "Set one value in a channel file; every other byte stays."),
    "plan": ("smsops.cli.plan", "Show what would change; this only reads."),
    "apply": ("smsops.cli.apply", "Make the accounts what the files say."),
    "comment": ("smsops.cli.comment", "Put a saved plan into the one comment of its pull request."),
    "matrix": ("smsops.cli.matrix", "Print the jobs that share one plan among machines."),
    "drift": ("smsops.cli.drift", "Show what changed in the accounts outside git, and who did it."),
    "rehearse": ("smsops.cli.rehearse", "Carry the plan out on a copy of the account that nobody else sees."),
    "adopt": ("smsops.cli.adopt", "Write channel files for what is live, or nothing."),
    "history": ("smsops.cli.history", "Show every version of a channel, and when it went live."),
    "blame": ("smsops.cli.blame", "Show who set each field and each number of a channel."),
    "doctor": ("smsops.cli.doctor", "Check git, files, credentials, numbers, registrations and webhooks."),
    "audit": ("smsops.cli.audit", "List, sample, check and export what was changed and applied."),
    "list": ("smsops.cli.list", "List the channels."),
    "show": ("smsops.cli.show", "Show one channel, today or at a date, or a saved plan."),
    "senders": ("smsops.cli.senders", "List the numbers that a campaign may use, and why not the others."),
    "providers": ("smsops.cli.providers", "List the providers that a channel can choose."),
    "instructions": ("smsops.cli.instructions", "Print the set-up steps of a provider."),
    "schema": ("smsops.cli.schema", "Print a JSON Schema, for editors and checks."),
    "explain": ("smsops.cli.explain", "Explain a code, an error number of Twilio, or a number's routing."),
    "sandbox": ("smsops.cli.sandbox", "Serve or reset the embedded Twilio."),
    "completion": ("smsops.cli.completion", "Print the completion script of a shell."),
}
"""Name of each command: the module that holds it (as `command`), and the help in one line."""

GLOBAL_OPTIONS = (
    ("-C, --chdir DIR", "Run as if started in DIR."),
    ("--config FILE", "Use FILE instead of the smsops.yaml found from here upward."),
    ("--sandbox", "Use the embedded Twilio: no credentials, no cost."),
    ("-o, --output FORMAT[=FILE]", "Print as text, json, markdown, html, csv, github, gitlab, sarif or junit."),
    ("--color WHEN", "Colour the text: auto, always or never. NO_COLOR wins."),
    ("-q", "Print neither progress nor warnings."),
    ("-v", "Print progress also when stderr is not a terminal."),
    ("--no-input", "Never ask."),
)
"""Options of every command, as the help lists them; `options.py` builds them."""

COMPLETION = "_SMSOPS_COMPLETE"
"""The variable by which a completing shell calls."""
INTERRUPTED = 130
HELP_NAMES = ("-h", "--help")
_ABOUT = "SMS channels as code: YAML in git, a plan to review, an apply that loses nothing."
_LAST_WORDS = """Every option can also be set by the environment: SMSOPS_OUTPUT=json is -o json.
smsops COMMAND --help tells more."""


def main() -> int:
    """Run the command line of this process; the exit code (contract 3.1)."""
    _open_closed_streams()
    argv = sys.argv[1:]
    if COMPLETION in os.environ:
        from smsops.cli.completing import quick_answer

        if answer := quick_answer(os.environ):
            return _printed(answer)
        from smsops.cli.group import answer_shell

        return answer_shell()
    if not argv or (len(argv) == 1 and argv[0] in HELP_NAMES):
        return _printed(root_help())
    if argv == ["--version"]:
        return _printed(version_line())
    try:
        from smsops.cli.early import begun_early
        from smsops.cli.signals import ended_at_once, settled

        with ended_at_once(), begun_early(argv, os.environ) as early:
            from smsops.cli.boundary import run

            code = run(argv, early)
            settled(code)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)  # there is nothing to tell yet, and nothing to wait for
    # The system takes back what is left; to look through all of it for circles takes longer than most runs' output.
    atexit.register(gc.freeze)
    atexit.register(_left_behind, code, early.ahead is not None)
    if code == INTERRUPTED:
        # Everything is said and written; reads that still wait for an answer must not hold the process up.
        os._exit(code)
    return code


def root_help() -> str:
    """The help of `smsops` itself."""
    commands = [(name, summary) for name, (_, summary) in COMMANDS.items()]
    options = [*GLOBAL_OPTIONS, ("--version", "Print the version."), ("-h, --help", "Print this help.")]
    size = max(len(left) for left, _ in [*commands, *options])
    return "\n".join(
        [
            "Usage: smsops [OPTIONS] COMMAND [ARGS]...",
            "",
            _ABOUT,
            "",
            "Commands:",
            *(f"  {left:<{size}}  {right}" for left, right in commands),
            "",
            "Options, before or after the command:",
            *(f"  {left:<{size}}  {right}" for left, right in options),
            "",
            _LAST_WORDS,
            "",
        ]
    )


def version_line() -> str:
    """`smsops 0.1.0`."""
    from smsops import __version__

    return f"smsops {__version__}\n"


def _left_behind(code: int, has_begun: bool) -> None:
    """End the process at once where something that was begun ahead may still be at work: everything is said and
    written, and OpenSSL takes its tables away as the process ends, which a thread in the middle of them answers with a
    crash. What was read is given back by the system faster, too.
    """
    from smsops.threads import work_is_ahead

    if has_begun or work_is_ahead():
        os._exit(code)


def _printed(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        from smsops.cli.boundary import unprintable

        return unprintable(error)
    return 0


def _open_closed_streams() -> None:
    """A stream that the caller closed (`>&-`) leads nowhere from now on, and no file takes its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def mute(descriptor: int) -> None:
    """Send what is left of a stream nowhere: nobody takes it any more, and the interpreter would complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)

"""What takes longest begins before the command line itself is imported: git tells the past, the certificate authorities
are loaded, and the files are read, so that the pools of their channels are asked for.

Only where the words leave no doubt of what is asked: what the run then does with them is no other than ever, and what
went wrong here it meets again and tells. It takes over what has begun, and all of it ends with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from smsops.cli.completing import EVERY, OPTIONS

if TYPE_CHECKING:
    from smsops.cli.ahead import Ahead
    from smsops.files.load import Loaded
    from smsops.history.begun import Begun

FLAGS = {"plan": ("-q", "-v", "--no-input", "--detailed-exitcode"), "history": ("-q", "-v", "--no-input")}
"""Of each command that begins early, the options without a value that change nothing of what it reads."""
VALUED = {"plan": ("-o", "--output", "--color", "--out", "--concurrency"), "history": ("-o", "--output", "--color")}
"""The same of those with a value."""


class Early(NamedTuple):
    """What has begun."""

    past: Begun | None = None
    ahead: Ahead | None = None
    loaded: Loaded | None = None
    """What `ahead` has heard of."""
    interrupted: bool = False
    """Whether somebody pressed Ctrl-C meanwhile; the run tells it."""


NOTHING = Early()


@contextmanager
def begun_early(argv: Sequence[str], environ: Mapping[str, str]) -> Iterator[Early]:
    """Begin what the command line is sure to need, for as long as the block runs."""
    with ExitStack() as stack:
        early = NOTHING
        try:
            early = _begun(argv, environ, stack)
        except KeyboardInterrupt:
            early = Early(interrupted=True)
        except Exception:
            pass
        yield early


def _begun(argv: Sequence[str], environ: Mapping[str, str], stack: ExitStack) -> Early:
    options = plain(argv, environ)
    if options is None:
        return NOTHING
    if argv[0] == "plan":
        from smsops.cli.ahead import at_work  # only here and below: other commands need none of this
        from smsops.files.load import load_project

        ahead = stack.enter_context(at_work(int(options.get("--concurrency", "32"))))
        return Early(ahead=ahead, loaded=load_project(Path.cwd(), heard=ahead))
    from smsops.files.root import find_root
    from smsops.git import Repository
    from smsops.history.begun import begun

    return Early(past=stack.enter_context(begun(Repository(find_root(Path.cwd())))))


def plain(argv: Sequence[str], environ: Mapping[str, str]) -> dict[str, str] | None:
    """The options of a command line whose meaning is plain without click; None of any other one."""
    command, *words = argv
    if command not in FLAGS or not variables(command).isdisjoint(environ):
        return None
    options: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if word in VALUES and word in VALUED[command] and word not in options:
            options[word] = next(rest, "")
            if not VALUES[word](options[word]):
                return None
        elif word not in FLAGS[command] and (word.startswith("-") or command == "plan"):
            return None
    return options


def variables(command: str) -> frozenset[str]:
    """Those that set an option of a command."""
    options = (*OPTIONS.get(command, "").split(), *EVERY.split(), "quiet", "verbose")
    return frozenset("SMSOPS_" + option.upper().replace("-", "_") for option in options)


def _is_file(name: str) -> bool:
    return name != "" and not name.startswith("-") and not name.lower().endswith((".yaml", ".yml"))


def _is_concurrency(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) <= 256


VALUES: Mapping[str, Callable[[str], bool]] = {
    "-o": ("text", "json", "markdown").__contains__,
    "--output": ("text", "json", "markdown").__contains__,
    "--color": ("auto", "always", "never").__contains__,
    "--out": _is_file,
    "--concurrency": _is_concurrency,
}
"""By option, whether a value is one that no command that has the option refuses."""

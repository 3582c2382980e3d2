"""Git begins to read the past while Python still imports what listens to it: both take long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from smsops.cli.terminal import Terminal
from smsops.errors import SmsopsError
from smsops.files.root import find_root
from smsops.git import Repository
from smsops.history.begun import Begun, begun


@contextmanager
def begun_ahead(terminal: Terminal) -> Iterator[Begun | None]:
    """None where there is nothing to read: whoever goes on without it finds out why, and says so."""
    if terminal.early.past is not None:
        yield terminal.early.past
        return
    config = terminal.options.config
    with ExitStack() as stack:
        try:
            root = config.absolute().parent if config else find_root(Path.cwd())
            ahead = stack.enter_context(begun(Repository(root)))
        except (SmsopsError, OSError):
            ahead = None
        yield ahead

"""Work that begins ahead of what is known to be needed, in threads that no end of a run waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable

_AHEAD = "smsops-ahead"


def begin_ahead(work: Callable[[], None]) -> None:
    """Do `work` in a thread of its own; nobody waits for it."""
    threading.Thread(target=work, name=_AHEAD, daemon=True).start()


def work_is_ahead() -> bool:
    """Whether such work is still being done."""
    return any(thread.name == _AHEAD for thread in threading.enumerate())

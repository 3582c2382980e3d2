"""What SIGINT and SIGTERM do: end a run at once while it reads, or let work that was begun come to an orderly end."""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

GRACE_S = 3.0
"""How long requests under way, with their repeats, may go on after a stop; the record and the locks need the rest of
five seconds.
"""


_LOOK_S = 0.5


class Stop:
    """Whether the run is to stop, for all its threads; the patience of its requests (`providers.base.Patience`).

    Not a `threading.Event`: a signal may arrive while the main thread holds the event's own lock, and setting it from
    the handler would then wait for ever. Here setting is the release of a lock, which needs no other.
    """

    def __init__(self) -> None:
        self._held = threading.Lock()
        self._held.acquire()
        self._set = False
        self._at = 0.0

    def set(self) -> None:
        if not self._set:
            self._at = time.monotonic()
        self._set = True
        with contextlib.suppress(RuntimeError):  # it was set before
            self._held.release()

    def is_set(self) -> bool:
        return self._set

    def left(self) -> float:
        """Seconds that the run may still take: without bound until it is told to stop."""
        return max(0.0, self._at + GRACE_S - time.monotonic()) if self._set else math.inf

    def sleep(self, seconds: float) -> None:
        """Wait so long; after a stop no longer than is left, since what is under way has to come to its end."""
        end = time.monotonic() + seconds
        if self.wait(seconds):
            time.sleep(max(0.0, min(end - time.monotonic(), self.left())))

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is set, or for so many seconds; whether it is set."""
        while not self._set:
            # Looked at anew again and again: a signal that comes just before the lock is waited for wakes nobody.
            if self._held.acquire(timeout=_LOOK_S if seconds is None else max(0.0, seconds)):
                with contextlib.suppress(RuntimeError):
                    self._held.release()
            if seconds is not None:
                break
        return self._set


@contextmanager
def ended_at_once() -> Iterator[None]:
    """SIGTERM ends the run as Ctrl-C does: by KeyboardInterrupt."""
    with _handling({signal.SIGTERM: signal.default_int_handler}):
        yield


@contextmanager
def stopped_in_order(stop: Stop, *, notice: str = "") -> Iterator[None]:
    """The first SIGINT or SIGTERM sets `stop` and prints the notice; a second one ends the process at once.

    It is the system that ends it then: an exception would still wait for the threads at work.
    """

    def begin(*_: object) -> None:
        stop.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            # Not SIG_DFL yet: one that has arrived already would be lost, or raise in the middle of anything.
            signal.signal(number, _end_now)
        if notice:
            # Past the stream: the interrupted code may be in the middle of writing to it.
            with contextlib.suppress(OSError):
                os.write(sys.stderr.fileno(), f"{notice}\n".encode())

    with _handling({signal.SIGINT: begin, signal.SIGTERM: begin}):
        yield


def _end_now(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def settled(code: int) -> None:
    """From now on a signal cannot change what the run came to: the process ends at once, with its code.

    When the interpreter goes down it takes handlers away, so that signals are ignored for the moment that is left.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(code))
        atexit.register(signal.signal, number, signal.SIG_IGN)


@contextmanager
def _handling(handlers: Mapping[signal.Signals, Callable[[int, FrameType | None], Any]]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

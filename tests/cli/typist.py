"""A person at a terminal: a pseudo-terminal for stdin and stderr, and the lines that are typed."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cli.door import OWN_TERMINAL, ROOT

CTRL_C, CTRL_D = "\x03", "\x04"


@contextmanager
def typed_ahead(text: str) -> Iterator[io.StringIO]:
    """stdin and stderr of this process are a terminal on which all of this was typed; what it shows is in the end."""
    master, slave = pty.openpty()
    screen = io.StringIO()
    shown: list[bytes] = []

    def watch() -> None:
        with contextlib.suppress(OSError):  # the other end is closed
            while chunk := os.read(master, 4096):
                shown.append(chunk)

    watcher = threading.Thread(target=watch)
    watcher.start()
    os.write(master, (text + CTRL_D).encode())  # so that no question waits for ever
    before = sys.stdin, sys.stderr
    sys.stdin = os.fdopen(os.dup(slave), encoding="utf-8")
    sys.stderr = os.fdopen(os.dup(slave), "w", encoding="utf-8")
    try:
        yield screen
    finally:
        sys.stdin.close()
        sys.stderr.close()
        sys.stdin, sys.stderr = before
        os.close(slave)
        watcher.join()
        os.close(master)
        screen.write(b"".join(shown).decode().replace("\r\n", "\n"))


@dataclass(frozen=True, slots=True)
class Seen:
    code: int
    out: str
    screen: str


def at_a_terminal(*argv: str, cwd: Path, typed: Sequence[tuple[str, str]]) -> Seen:
    """Run the command line as a process of its own; each line is typed when its question stands on the screen."""
    master, slave = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    command = [sys.executable, "-c", OWN_TERMINAL, *argv]
    with subprocess.Popen(command, cwd=cwd, env=env, stdin=slave, stderr=slave, stdout=subprocess.PIPE) as running:
        guard = threading.Timer(60, running.kill)
        guard.start()
        os.close(slave)
        screen, looked = b"", 0
        waiting = list(typed)
        with contextlib.suppress(OSError):  # the other end is gone
            while chunk := os.read(master, 4096):
                screen += chunk
                if waiting and waiting[0][0].encode() in screen[looked:]:
                    looked = len(screen)
                    os.write(master, waiting.pop(0)[1].encode())
        out, _ = running.communicate()
        guard.cancel()
    os.close(master)
    assert not waiting, (waiting, screen)
    return Seen(running.returncode, out.decode(), screen.decode().replace("\r\n", "\n"))

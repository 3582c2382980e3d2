"""A secret from a program's output: `{command: [prog, arg]}`. There is no shell, and its stderr is never shown."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence

from smsops.errors import SecretError

TIMEOUT_S = 30.0
MAX_BYTES = 16 * 1024


def read(command: Sequence[str], root: str, environ: Mapping[str, str], *, timeout_s: float = TIMEOUT_S) -> str:
    """The program's stdout without one trailing newline; raises SecretError, which names the program alone.

    It runs in the project's folder, without standard input. Arguments and output stay unsaid: either may be secret.
    """
    program = command[0] if command else ""
    process = _start(program, command, root, environ)
    try:
        output = _output(program, process, timeout_s)
        status = process.wait(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        raise _too_slow(program, timeout_s) from None
    finally:
        process.kill()
        process.wait()
    if status != 0:
        raise SecretError(
            f"The secret command {program!r} failed with exit code {status}.",
            hint="Run the command by hand to see why; smsops does not show its output, which may hold the secret.",
        )
    text = output.removesuffix(b"\n").removesuffix(b"\r")
    if not text:
        raise SecretError(f"The secret command {program!r} printed nothing.", hint="It must print the secret alone.")
    # A byte that is not ASCII becomes U+FFFD, which `resolve` refuses with all else that is not printable ASCII.
    return text.decode("ascii", errors="replace")


def _start(program: str, command: Sequence[str], root: str, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(command),
            cwd=root,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, ValueError, IndexError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a valid command"
        raise SecretError(
            f"The secret command {program!r} cannot be started: {reason.lower()}.",
            hint="Check that the program is installed and on the PATH.",
        ) from None


def _output(program: str, process: subprocess.Popen[bytes], timeout_s: float) -> bytes:
    """What the program prints, read by a thread: a grandchild may hold the pipe open after the program is gone."""
    assert process.stdout is not None
    pipe = process.stdout
    read: list[bytes] = []

    def take() -> None:
        with pipe:
            read.append(pipe.read(MAX_BYTES + 1))

    reader = threading.Thread(target=take, daemon=True)
    reader.start()
    reader.join(timeout_s)
    if not read:
        raise _too_slow(program, timeout_s)
    if len(read[0]) > MAX_BYTES:
        raise SecretError(
            f"The secret command {program!r} printed more than {MAX_BYTES} bytes.",
            hint="It must print the secret alone.",
        )
    return read[0]


def _too_slow(program: str, timeout_s: float) -> SecretError:
    return SecretError(
        f"The secret command {program!r} did not finish within {timeout_s:g} seconds.",
        hint="Commands that ask for input cannot be used: they get none.",
    )

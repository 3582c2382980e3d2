"""A large account in the sandbox, in a process of its own, so that server and client do not share an interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ACCOUNT_SID = f"AC{1:032x}"
NUMBERS_PER_CHANNEL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running account."""

    base_url: str
    token: str


def service_sid(channel: int) -> str:
    return f"MG{channel + 1:032x}"


def numbers(channel: int) -> list[str]:
    first = channel * NUMBERS_PER_CHANNEL
    return [f"+1206{2_000_000 + first + i}" for i in range(NUMBERS_PER_CHANNEL)]


@contextmanager
def served(database: Path, *, channels: int, latency: float) -> Iterator[Served]:
    """Serve the account until the block ends; every request takes at least `latency` seconds."""
    command = [sys.executable, "-m", "benchmarks.account", str(database), str(channels), str(latency)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Served(**json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()


def main(database: str, channels: str, latency: str) -> None:
    """The process: say where it is, and serve until stdin ends."""
    from smsops.sandbox.server import Sandbox
    from smsops.sandbox.switches import Switches

    with Sandbox(Path(database), switches=Switches(latency=float(latency))) as sandbox:
        given = sandbox.ensure_account(
            ACCOUNT_SID,
            numbers=[number for channel in range(int(channels)) for number in numbers(channel)],
            service_sids=[service_sid(channel) for channel in range(int(channels))],
        )
        print(json.dumps({"base_url": sandbox.base_url, "token": given.password}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])

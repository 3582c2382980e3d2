"""A large account in the sandbox, in a process of its own, so that server and client do not share an interpreter."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
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
    authority: str
    """File of the authority that vouches for the server; a client trusts it by SSL_CERT_FILE."""


def service_sid(channel: int) -> str:
    return f"MG{channel + 1:032x}"


def numbers(channel: int) -> list[str]:
    first = channel * NUMBERS_PER_CHANNEL
    return [f"+1206{2_000_000 + first + i}" for i in range(NUMBERS_PER_CHANNEL)]


@contextmanager
def served(folder: Path, *, channels: int, latency: float, limit: int = 0) -> Iterator[Served]:
    """Serve the account until the block ends. Every request takes `latency` seconds; more than `limit` at a time are
    refused (0: never). The state stays in `folder`.
    """
    words = [str(folder), str(channels), str(latency), str(limit)]
    command = [sys.executable, "-m", "benchmarks.account", *words]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Served(**json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()


def main(place: str, channels: str, latency: str, limit: str) -> None:
    """The process: say where it is, and serve until stdin ends."""
    from benchmarks.distant import make_certificate, serve
    from smsops.sandbox.server import Sandbox

    folder = Path(place)
    folder.mkdir(exist_ok=True)
    authority, certificate = make_certificate(folder)
    sandbox = Sandbox(folder / "sandbox.db")
    given = sandbox.ensure_account(
        ACCOUNT_SID,
        numbers=[number for channel in range(int(channels)) for number in numbers(channel)],
        service_sids=[service_sid(channel) for channel in range(int(channels))],
    )

    def ready(base_url: str) -> None:
        told = {"base_url": base_url, "token": given.password, "authority": str(authority)}
        print(json.dumps(told), flush=True)

    serving = serve(sandbox, certificate, latency=float(latency), limit=int(limit), ready=ready)
    threading.Thread(target=lambda: asyncio.run(serving), daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])

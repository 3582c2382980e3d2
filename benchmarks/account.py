"""A large account in the sandbox, in a process of its own, so that server and client do not share an interpreter."""

from __future__ import annotations

import asyncio
import json
import os
import selectors
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

if TYPE_CHECKING:
    from smsops.sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[1]
ACCOUNT_SID = f"AC{1:032x}"
NUMBERS_PER_CHANNEL = 3
PROJECT = f"""\
version: 1
accounts:
  bench:
    provider: twilio
    account_sid: {ACCOUNT_SID}
    auth_token: {{env: BENCH_TOKEN}}
"""
CHANNEL = """\
name: channel-{index}
provider: twilio
account: bench
direction: inbound-and-outbound
messaging_service_sid: {sid}
webhook_url: https://hooks.example.com/sms/{index}
status_callback_url: https://hooks.example.com/status/{index}
phone_numbers: {numbers}
messaging:
  sticky_sender: true
  validity_period: 3600
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running account."""

    base_url: str
    token: str
    authorities: str
    """File of the authorities that the client trusts: those that it trusts anyway, and the server's."""

    def told(self) -> Any:
        """What the server saw since it was asked last; see `distant.Seen`."""
        trusted = ssl.create_default_context(cafile=self.authorities)
        with urlopen(f"{self.base_url}/told", context=trusted) as answer:
            return json.load(answer)


def service_sid(channel: int) -> str:
    return f"MG{channel + 1:032x}"


def numbers(channel: int) -> list[str]:
    first = channel * NUMBERS_PER_CHANNEL
    return [f"+1206{2_000_000 + first + i}" for i in range(NUMBERS_PER_CHANNEL)]


def write_project(folder: Path, channels: int) -> None:
    """A project in a repository of its own, as most are."""
    (folder / "channels").mkdir(parents=True)
    (folder / "smsops.yaml").write_text(PROJECT, encoding="utf-8")
    for index in range(channels):
        text = CHANNEL.format(index=index, sid=service_sid(index), numbers=json.dumps(numbers(index)))
        (folder / "channels" / f"channel-{index}.yaml").write_text(text, encoding="utf-8")
    who = (("config", "user.name", "Bench"), ("config", "user.email", "bench@example.com"))
    for words in (("init", "-q"), *who, ("add", "-A"), ("commit", "-q", "-m", "Channels")):
        subprocess.run(["git", *words], cwd=folder, check=True)


def run(arguments: list[str], project: Path, account: Served) -> str:
    """What smsops says; it must end with 0."""
    done = subprocess.run(
        command(arguments), cwd=project, env=environment(account), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "smsops", *arguments]


def environment(account: Served) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SMSOPS_")}
    return {
        **inherited,
        "SMSOPS_API_BASE_URL": account.base_url,
        "BENCH_TOKEN": account.token,
        "SSL_CERT_FILE": account.authorities,
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def served(folder: Path, *, channels: int, latency: float, limit: int = 0, is_behind: bool = False) -> Iterator[Served]:
    """Serve the account until the block ends; `folder` takes its certificate. It is as the project says; when it
    `is_behind`, each service has another webhook and lacks one number. Every answer takes `latency` seconds, and more
    than `limit` requests at a time are refused (0: never).
    """
    words = [str(folder), str(channels), str(latency), str(limit), str(int(is_behind))]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.account", *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin
        assert process.stdout
        try:
            yield Served(**json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()


def main(place: str, channels: str, latency: str, limit: str, is_behind: str) -> None:
    """The process: say where it is, and serve until stdin ends."""
    import certifi

    from benchmarks.distant import make_certificate, serve
    from smsops.sandbox.server import Sandbox

    folder = Path(place)
    folder.mkdir(exist_ok=True)
    authority, certificate = make_certificate(folder)
    authorities = folder / "authorities.pem"
    # A real client reads all that it trusts, so this one does.
    authorities.write_text(authority.read_text() + Path(certifi.where()).read_text())
    sandbox = Sandbox(None)  # in memory: a disk is no part of the distance
    given = sandbox.ensure_account(
        ACCOUNT_SID,
        numbers=[number for channel in range(int(channels)) for number in numbers(channel)],
        service_sids=[service_sid(channel) for channel in range(int(channels))],
    )
    for channel in range(int(channels)):
        _furnish(sandbox, channel, is_behind=is_behind == "1")

    def ready(base_url: str) -> None:
        told = {"base_url": base_url, "token": given.password, "authorities": str(authorities)}
        print(json.dumps(told), flush=True)

    serving = serve(sandbox, certificate, latency=float(latency), limit=int(limit), ready=ready)
    # By select, which waits to the microsecond: epoll rounds each wait up to a millisecond, which the distance is not.
    runner = asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector()))
    threading.Thread(target=lambda: runner.run(serving), daemon=True).start()
    sys.stdin.read()


def _furnish(sandbox: Sandbox, channel: int, *, is_behind: bool) -> None:
    sid, held = service_sid(channel), numbers(channel)
    sandbox.console.update_service(
        sid,
        friendly_name=f"channel-{channel}",
        inbound_request_url=f"https://hooks.example.com/{'old' if is_behind else 'sms'}/{channel}",
        status_callback=f"https://hooks.example.com/status/{channel}",
        validity_period=3600,
    )
    sandbox.console.attach(sid, *held[: -1 if is_behind else None])


if __name__ == "__main__":
    main(*sys.argv[1:])

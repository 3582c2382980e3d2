"""Reads go side by side: 1,000 channels, at 80 ms a request and 32 requests at a time.

The claim: what waits on the network (opening the account, all requests, planning) takes at most 1.3 times
`calls / 32 × latency`. The whole process, as a person waits for it, is told beside it: that also starts Python, and
reads and checks 1,000 files.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.account import ACCOUNT_SID, ROOT, Served, numbers, served, service_sid
from benchmarks.measure import Row, medians
from smsops.binding import wanted
from smsops.files.load import load_project
from smsops.model import EMPTY_BASE, DesiredState
from smsops.plan import plan
from smsops.providers import PROVIDERS
from smsops.providers.base import Connection
from smsops.secrets.base import Secret

CHANNELS = 1000
LATENCY = 0.08
CONCURRENCY = 32
TIMES = 3
ALLOWED = 1.3

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


def rows(channels: int = CHANNELS) -> list[Row]:
    """Make the project and the account, bring them into line without latency, then time `plan` with it."""
    with tempfile.TemporaryDirectory() as scratch:
        project, database = Path(scratch, "project"), Path(scratch, "sandbox.db")
        write_project(project, channels)
        with served(database, channels=channels, latency=0) as account:
            run(["apply", "--yes", "-q"], project, account)
        with served(database, channels=channels, latency=LATENCY) as account:
            calls = calls_of_a_plan(project, account)
            (whole,) = medians(command(["plan"]), times=TIMES, cwd=project, env=environment(account))
            reading = statistics.median(seconds_of_reading(project, account) for _ in range(TIMES))
    what = f"plan of {channels:,} channels, {calls:,} requests of {LATENCY * 1000:.0f} ms, {CONCURRENCY} at a time"
    unit = calls / CONCURRENCY * LATENCY
    return [
        Row(what=f"{what}: whole process", measured=whole, against=unit, versus="B"),
        Row(what=f"{what}: requests and planning", measured=reading, against=unit, versus="B", at_most=ALLOWED),
    ]


def write_project(folder: Path, channels: int) -> None:
    (folder / "channels").mkdir(parents=True)
    (folder / "smsops.yaml").write_text(PROJECT, encoding="utf-8")
    for index in range(channels):
        text = CHANNEL.format(index=index, sid=service_sid(index), numbers=json.dumps(numbers(index)))
        (folder / "channels" / f"channel-{index}.yaml").write_text(text, encoding="utf-8")


def calls_of_a_plan(project: Path, account: Served) -> int:
    """Requests that the plan says it made; there must be nothing left to change, or the plan would be another one."""
    plan = json.loads(run(["plan", "-o", "json"], project, account))
    assert plan["changes"] == [], plan["summary"]
    return int(plan["accounts"][0]["api_calls"])


def seconds_of_reading(project: Path, account: Served) -> float:
    """How long it takes to read the account and to plan, with the files already read."""
    channels = load_project(project, None).channels
    desired = DesiredState(account="bench", account_sid=ACCOUNT_SID, channels=channels)
    connection = Connection(
        account_sid=ACCOUNT_SID,
        username=ACCOUNT_SID,
        password=Secret(account.token),
        base_url=account.base_url,
        concurrency=CONCURRENCY,
    )
    begun = time.perf_counter()
    reader = PROVIDERS["twilio"].open_reader(connection)
    live = reader.read(wanted(desired, EMPTY_BASE))
    drawn = plan(desired=desired, live=live, base=EMPTY_BASE)
    taken = time.perf_counter() - begun
    assert not drawn.changes
    return taken


def run(arguments: list[str], project: Path, account: Served) -> str:
    done = subprocess.run(
        command(arguments), cwd=project, env=environment(account), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "smsops", *arguments]


def environment(account: Served) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SMSOPS_")}
    ours = {"SMSOPS_API_BASE_URL": account.base_url, "BENCH_TOKEN": account.token, "PYTHONPATH": str(ROOT)}
    return {**inherited, **ours}

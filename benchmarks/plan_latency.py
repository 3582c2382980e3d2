"""A plan waits for the network and for nothing else: 1,000 channels of three numbers, 80 ms a request, over TLS.

B is what the requests take when they go side by side without a gap: `ceil(requests / concurrency) × latency`. What is
measured is the whole process, as a person waits for it: it starts Python, reads and checks all files, asks git and the
ledger, opens its connections, reads the account, plans and prints. The SDK reads the same, one request after the other;
it is measured over a part of the services without its start, and scaled.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import tempfile
from pathlib import Path

from benchmarks.account import ACCOUNT_SID, Served, command, environment, run, served, write_project
from benchmarks.measure import Row, medians
from benchmarks.peers import peer

CHANNELS = 1000
FEW = 100
LATENCY = 0.08
TIMES = 3
PART = 100
"""Services whose numbers the SDK reads in turn; the time is scaled to all."""
CLAIMS = ((CHANNELS, 32, 1.10), (CHANNELS, 64, 1.25), (FEW, 32, 1.5))
"""Channels, requests at a time, and the most that the whole process may take, in B."""
FASTER = 30.0
SDK = """
import json, os, sys, time
from urllib.parse import urlsplit
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

class Here(TwilioHttpClient):
    def request(self, method, url, *args, **kwargs):
        parts = urlsplit(url)
        return super().request(method, f"{sys.argv[1]}{parts.path}?{parts.query}".rstrip("?"), *args, **kwargs)

client = Client(sys.argv[2], os.environ["BENCH_TOKEN"], http_client=Here())
begun = time.perf_counter()
services = client.messaging.v1.services.list(page_size=1000)
listed = time.perf_counter()
for service in services[: int(sys.argv[3])]:
    assert service.phone_numbers.list(page_size=1000)
print(json.dumps([listed - begun, time.perf_counter() - listed]))
"""


def rows() -> list[Row]:
    """Make each project, bring it and its account into line, then time `plan` with it."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        for channels in (CHANNELS, FEW):
            project, state = Path(scratch, f"project-{channels}"), Path(scratch, f"state-{channels}")
            write_project(project, channels)
            with served(state, channels=channels, latency=0) as account:
                run(["apply", "--yes", "-q"], project, account)
            with served(state, channels=channels, latency=LATENCY) as account:
                found += _rows(project, account, channels)
    return found


def _rows(project: Path, account: Served, channels: int) -> list[Row]:
    expected = channels + math.ceil(channels / 1000)
    account.told()
    plan = json.loads(run(["plan", "-o", "json"], project, account))
    assert plan["changes"] == [], plan["summary"]
    seen = account.told()
    assert seen["answered"] == plan["accounts"][0]["api_calls"], (seen, plan["accounts"])
    claims = [(concurrency, allowed) for count, concurrency, allowed in CLAIMS if count == channels]
    plans = [command(["plan", "--concurrency", str(concurrency)]) for concurrency, _ in claims]
    taken = medians(*plans, times=TIMES, cwd=project, env=environment(account))
    what = f"plan of {channels:,} channels"
    found = [
        Row(
            what=f"{what}, {concurrency} at a time, whole process",
            measured=seconds,
            against=math.ceil(expected / concurrency) * LATENCY,
            versus="B",
            at_most=allowed,
        )
        for seconds, (concurrency, allowed) in zip(taken, claims, strict=True)
    ]
    requests = Row(
        what=f"{what}, requests",
        measured=seen["answered"],
        against=expected,
        versus="one list per 1,000 and a pool each",
        unit="requests",
        at_most=1.0,
    )
    if channels != CHANNELS:
        return [*found, requests]
    sdk = Row(
        what=f"twilio SDK, the same reads in sequence, {PART} of {channels:,} services scaled",
        measured=_sequential(account, channels),
        against=taken[0],
        versus=f"{what}, {claims[0][0]} at a time",
        at_least=FASTER,
    )
    return [*found, requests, sdk]


def _sequential(account: Served, channels: int) -> float:
    told = subprocess.run(
        [peer("python"), "-c", SDK, account.base_url, ACCOUNT_SID, str(PART)],
        env={**os.environ, "BENCH_TOKEN": account.token, "REQUESTS_CA_BUNDLE": account.authorities},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    listing, pools = json.loads(told.stdout)
    return float(listing + pools * channels / PART)

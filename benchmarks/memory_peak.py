"""A plan without changes needs at most 70 MB for 1,000 channels, and 200 MB for 10,000.

It is the largest resident set of the whole process, Python and its libraries included. The account is a sandbox in the
process of the benchmark, and answers at once: what is measured does not depend on how long an answer takes.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.account import ACCOUNT_SID, ROOT, numbers, service_sid, write_project
from benchmarks.measure import Row, costs
from smsops.sandbox.loading import LoadedService
from smsops.sandbox.server import Sandbox

ALLOWED = {1_000: 70.0, 10_000: 200.0}
"""Megabytes of 1,000,000 bytes, by channels."""


def rows() -> list[Row]:
    return [
        Row(
            what=f"plan of {channels:,} channels",
            measured=megabytes(channels),
            against=allowed,
            versus="allowed",
            unit="MB",
            at_most=1.0,
        )
        for channels, allowed in ALLOWED.items()
    ]


def megabytes(channels: int) -> float:
    """The peak of one plan in line with its account. One run is enough: the peak differs by a few percent at most."""
    with tempfile.TemporaryDirectory() as scratch, Sandbox() as sandbox:
        write_project(Path(scratch), channels)
        services = [service(index) for index in range(channels)]
        given = sandbox.load_account(ACCOUNT_SID, services=services, numbers={})
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SMSOPS_")}
        ours = {"SMSOPS_API_BASE_URL": sandbox.base_url, "BENCH_TOKEN": given.password, "PYTHONPATH": str(ROOT)}
        # --detailed-exitcode: a plan with changes would be another plan, and ends with another code.
        command = [sys.executable, "-m", "smsops", "plan", "--detailed-exitcode"]
        (cost,) = costs(command, times=1, warm_ups=0, cwd=Path(scratch), env={**inherited, **ours})
    return cost.megabytes


def service(index: int) -> LoadedService:
    """The service of a channel as its file says, with numbers in its pool."""
    return LoadedService(
        sid=service_sid(index),
        fields={
            "friendly_name": f"channel-{index}",
            "inbound_request_url": f"https://hooks.example.com/sms/{index}",
            "status_callback": f"https://hooks.example.com/status/{index}",
            "use_inbound_webhook_on_number": False,
            "sticky_sender": True,
            "validity_period": 3600,
        },
        pool={number: f"PN{number[1:]:0>32}" for number in numbers(index)},
    )

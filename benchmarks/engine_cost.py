"""The plan engine, without files and network, takes at most a twelfth of an `octodns-sync` dry run; it is linear.

octoDNS compares 1,000 zones of three records with the same zones, so it needs no network either. The engine is given
channels of three numbers as values, with what the account says and what the last record says, and ends with the text of
the plan; nothing is to be changed. So octoDNS reads its files here, and smsops does not: its reading is measured
elsewhere. The claim is on the engine alone against octoDNS without its start. The whole processes are beside it; those
of smsops also make the values that they plan.
"""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.account import ACCOUNT_SID, ROOT, numbers, service_sid
from benchmarks.measure import Row, medians
from benchmarks.peers import peer
from smsops.frozen import replace
from smsops.gates import judge
from smsops.masking import sealed
from smsops.model import (
    SETTINGS,
    UNMANAGED,
    Base,
    BaseChannel,
    Channel,
    DesiredState,
    Direction,
    LiveService,
    LiveState,
    Sender,
    ServiceSettings,
)
from smsops.plan import plan
from smsops.planned import Plan
from smsops.project import Policy
from smsops.render.drawn import Drawn
from smsops.render.text import plan_text

ZONES = 1_000
FEW, MANY = 1_000, 10_000
TIMES = 3
TURNS = 9
ALONE = [sys.executable, "-m", "benchmarks.engine_cost"]
ALLOWED = 1 / 12
LINEAR = 1.15

CONFIG = """\
providers:
  source: {class: octodns.provider.yaml.YamlProvider, directory: ./source, enforce_order: false}
  target: {class: octodns.provider.yaml.YamlProvider, directory: ./target, enforce_order: false}
zones:
"""

ZONE = """\
'': {type: NS, values: [ns1.example.net., ns2.example.net.]}
mail: {type: CNAME, value: mail.example.net.}
www: {type: A, values: [192.0.2.2, 192.0.2.3]}
"""

Account = tuple[DesiredState, LiveState, Base]


def rows() -> list[Row]:
    """Ten accounts of a thousand against one of ten thousand: as much memory, so what differs is the engine."""
    with tempfile.TemporaryDirectory() as scratch:
        write_zones(Path(scratch))
        sync = [peer("octodns-sync"), "--quiet", "--log-stream-stdout", "--config-file", "config.yaml"]
        theirs, their_start = medians(sync, [sync[0], "--version"], times=TIMES - 1, cwd=Path(scratch))
        few, many = medians(process(FEW), process(MANY), times=TIMES, cwd=ROOT)
    done = subprocess.run(ALONE, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    in_parts, at_once = json.loads(done.stdout)
    engine = {FEW: in_parts * FEW / MANY, MANY: at_once}
    dry_run = f"octodns-sync, {ZONES:,} zones"
    return [
        *(
            Row(
                what=f"engine alone, {channels:,} channels",
                measured=taken,
                against=theirs - their_start,
                versus=f"{dry_run}, without its start",
                at_most=ALLOWED,
            )
            for channels, taken in engine.items()
        ),
        Row(
            what=f"engine alone, {MANY:,} channels",
            measured=at_once,
            against=in_parts,
            versus=f"{MANY // FEW} times {FEW:,} channels",
            at_most=LINEAR,
        ),
        Row(what=f"whole process, {FEW:,} channels", measured=few, against=theirs, versus=dry_run, at_most=ALLOWED),
        Row(what=f"whole process, {MANY:,} channels", measured=many, against=theirs, versus=dry_run),
    ]


def write_zones(folder: Path) -> None:
    names = [f"zone-{index}.example.com." for index in range(ZONES)]
    for side in ("source", "target"):
        (folder / side).mkdir()
        for name in names:
            (folder / side / f"{name}yaml").write_text(ZONE, encoding="utf-8")
    zones = "".join(f"  {name}: {{sources: [source], targets: [target]}}\n" for name in names)
    (folder / "config.yaml").write_text(CONFIG + zones, encoding="utf-8")


def process(channels: int) -> list[str]:
    """A process that makes one account and plans it."""
    return [sys.executable, "-m", "benchmarks.engine_cost", str(channels)]


def account(channels: int) -> Account:
    """An account in line with its files and its last record."""
    declared = tuple(channel(index) for index in range(channels))
    services = [live(one.service_sid or "", one.settings, numbers(i)) for i, one in enumerate(declared)]
    recorded = {one.name: record(one) for one in declared}
    return (
        DesiredState(account="bench", account_sid=ACCOUNT_SID, channels=declared),
        LiveState(account_sid=ACCOUNT_SID, services={service.sid: service for service in services}),
        Base(channels=recorded),
    )


def channel(index: int) -> Channel:
    return Channel(
        name=f"channel-{index:06}",
        provider="twilio",
        account="bench",
        direction=Direction.INBOUND_AND_OUTBOUND,
        settings=settings(index),
        senders=tuple(Sender(number=number) for number in numbers(index)),
        service_sid=service_sid(index),
        path=f"channels/channel-{index:06}.yaml",
        lines={"name": 1, "webhook_url": 6, "status_callback_url": 7, "phone_numbers": 8},
    )


def settings(index: int) -> ServiceSettings:
    return ServiceSettings(
        friendly_name=f"channel-{index:06}",
        webhook_url=f"https://hooks.example.com/sms/{index}",
        status_callback_url=f"https://hooks.example.com/status/{index}",
        validity_period=3600,
        sticky_sender=True,
    )


def live(sid: str, wanted: ServiceSettings, pool: list[str]) -> LiveService:
    """A service with values of its own, as they come from an answer, and with the settings that no file sets."""
    values = {name: getattr(wanted, name) for name in SETTINGS}
    copied: dict[str, Any] = {
        name: "".join(list(value)) if isinstance(value, str) else value for name, value in values.items()
    }
    return LiveService(
        sid=sid,
        settings=replace(
            ServiceSettings(**copied),
            use_case="undeclared",
            smart_encoding=True,
            mms_converter=True,
            area_code_geomatch=True,
        ),
        pool={"".join(list(number)): f"PN{number[1:]:0>32}" for number in pool},
    )


def record(one: Channel) -> BaseChannel:
    values = {name: getattr(one.settings, name) for name in SETTINGS}
    return BaseChannel(
        service_sid=one.service_sid or "",
        fields={name: sealed(value) for name, value in values.items() if value is not UNMANAGED},
        pool=one.numbers,
    )


def engine(given: Account) -> str:
    """From values to the text of the plan, as `smsops plan` does it between reading and printing."""
    desired, there, base = given
    gc.freeze()
    drawn = plan(desired=desired, live=there, base=base)
    judged = judge(drawn, desired=desired, base=base, policy=Policy(), allow=frozenset())
    whole = Plan(accounts=(judged,), created_at="2026-01-01T00:00:00Z", expires_at="2026-01-02T00:00:00Z")
    by_name = {one.name: one for one in desired.channels}
    return plan_text(Drawn(plan=whole, channels=by_name, next_command="smsops apply"), color=False)


def planned(given: list[Account]) -> float:
    """The seconds that it takes to plan the accounts, one after the other."""
    begun = time.perf_counter()
    told = [engine(each) for each in given]
    taken = time.perf_counter() - begun
    assert set(told) == {f"No changes. {len(given[0][0].channels):,} channels unchanged.\n"}, told
    return taken


def main(channels: str = "") -> None:
    """Plan one account of so many channels; without a number, many accounts of a few and one of many by turns, and
    print what both take.
    """
    if channels:
        planned([account(int(channels))])
        return
    in_parts, at_once = [account(FEW) for _ in range(MANY // FEW)], [account(MANY)]
    taken = [(planned(in_parts), planned(at_once)) for _ in range(TURNS)]
    print(json.dumps([statistics.median(each) for each in zip(*taken, strict=True)]))


if __name__ == "__main__":
    main(*sys.argv[1:])

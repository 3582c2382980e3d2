"""Ctrl-C and SIGTERM: a run that only reads ends at once; one that writes comes to an orderly end, and tells it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from smsops.cli.boundary import is_interruption
from smsops.cli.signals import Stop
from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.server import Sandbox
from tests.cli.door import CODES, ROOT, SUPPORT, TWO_ACCOUNTS, Run, at_work, records, started, until, write_project

BOTH = pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
FIRST_CREATE = Fault(kind=FaultKind.DELAY, method="POST", path="/Services$", seconds=600)
"""The first create of an account goes alone, so nothing else is in flight while it waits."""
IN_TIME_S = 25.0
"""Shorter than any wait that the faults ask for, so the run ended because it was told to. The promise is five."""
NOTICE = b"Stopping after the requests in flight."


def when(happened: Callable[[], bool], running: subprocess.Popen[bytes]) -> None:
    """Go on once it has happened, as long as the process lives."""
    while not happened():
        assert running.poll() is None, running.communicate()
        time.sleep(0.01)


def states(project: Path, account: str = "us") -> list[str]:
    """`started` or `finished` of every record of the account."""
    return [record["data"]["state"] for record in records(project, account)]


def statuses(document: Any) -> dict[str, list[str]]:
    """By status, the changes in the order of work."""
    found: dict[str, list[str]] = {}
    for result in document["results"]:
        found.setdefault(result["status"], []).append(f"{result['channel']} {result['action']}")
    return found


def wait_without_the_lock(lock: threading.Lock) -> None:
    with lock:
        lock.release()
        raise KeyboardInterrupt


def test_an_interruption_at_the_moment_when_a_wait_begins_is_one() -> None:
    with pytest.raises(RuntimeError) as raised:
        wait_without_the_lock(threading.Lock())
    assert is_interruption(raised.value)
    assert not is_interruption(RuntimeError("release unlocked lock"))


@BOTH
def test_an_interrupted_plan_is_130_at_once_and_one_document(
    ending: signal.Signals, project: Path, server: Mapping[str, str], sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DELAY, method="GET", path="/Services", seconds=600, times=None))
    with started("plan", "-v", "-o", "json", cwd=project, env=server) as running:
        until(running, b"Reading account us.")
        running.send_signal(ending)
        out, _ = running.communicate()
    assert running.returncode == 130
    assert json.loads(out)["error"]["message"] == "The run was interrupted."


@BOTH
def test_an_interrupted_apply_finishes_what_is_in_flight_and_its_record(
    ending: signal.Signals, project: Path, server: Mapping[str, str], sandbox: Sandbox, remote: Run
) -> None:
    sandbox.faults.add(FIRST_CREATE)
    with started("apply", "--yes", "-o", "json", cwd=project, env=server) as running:
        when(lambda: not sandbox.faults.left, running)
        running.send_signal(ending)
        until(running, NOTICE)
        sandbox.faults.clear()
        out, err = running.communicate()
    assert running.returncode == 130
    assert b"Traceback" not in err
    document = json.loads(out)
    assert document["ok"] is False
    assert statuses(document) == {
        "done": ["codes service.create"],
        "not-attempted": ["support service.create", "codes number.attach", *["support number.attach"] * 2],
    }
    assert {result["reason"] for result in document["results"]} == {None, "The run was interrupted."}
    assert states(project) == ["finished"]
    assert remote("apply", "--yes").code == 0
    assert remote("plan", "--detailed-exitcode").code == 0
    assert len(sandbox.console.services(os.environ["ACCOUNT_SID"])) == 2


@BOTH
def test_an_interrupted_apply_tells_a_person_what_was_done_and_what_was_not(
    ending: signal.Signals, project: Path, server: Mapping[str, str], sandbox: Sandbox
) -> None:
    sandbox.faults.add(FIRST_CREATE)
    with started("apply", "--yes", cwd=project, env=server) as running:
        when(lambda: not sandbox.faults.left, running)
        running.send_signal(ending)
        until(running, NOTICE)
        sandbox.faults.clear()
        out, _ = running.communicate()
    assert running.returncode == 130
    assert b"done          + codes: messaging service\n" in out
    assert b"not attempted + support: messaging service\n" in out
    assert out.endswith(b"Not all was applied: 1 done, 4 not attempted. Run apply again to finish.\n")


def test_the_accounts_after_an_interruption_are_not_attempted_and_named(
    project: Path, server: Mapping[str, str], sandbox: Sandbox
) -> None:
    second = f"{server['ACCOUNT_SID'][:-2]}ff"
    token = sandbox.ensure_account(second, numbers=["+12065550101", "+12065550102"]).password
    us, uk = TWO_ACCOUNTS.partition("  uk:")[::2]
    both = us + "  zz:" + uk.replace("US_TOKEN", "ZZ_TOKEN")
    sids = iter([server["ACCOUNT_SID"], second])
    both = re.sub(r"AC\w{32}", lambda _: next(sids), both)
    text = (project / "channels" / "support.yaml").read_text(encoding="utf-8")
    write_project(project, project=both, support=text.replace("account: us", "account: zz"))
    sandbox.faults.add(FIRST_CREATE)
    with started("apply", "--yes", "-o", "json", cwd=project, env={**server, "ZZ_TOKEN": token}) as running:
        when(lambda: not sandbox.faults.left, running)
        running.send_signal(signal.SIGTERM)
        until(running, NOTICE)
        sandbox.faults.clear()
        out, _ = running.communicate()
    assert running.returncode == 130
    assert statuses(json.loads(out)) == {
        "done": ["codes service.create"],
        "not-attempted": ["codes number.attach", "support service.create", *["support number.attach"] * 2],
    }
    assert sandbox.console.services(second) == ()
    assert (states(project), states(project, "zz")) == (["finished"], [])


def test_a_move_that_is_under_way_is_finished_before_the_run_stops(
    project: Path, server: Mapping[str, str], sandbox: Sandbox, remote: Run
) -> None:
    assert remote("apply", "--yes").code == 0
    number = '  - "+12065550102"\n'
    write_project(project, support=SUPPORT.replace(number, ""), codes=CODES + number)
    asked = Fault(method="POST", path="/PhoneNumbers$", status=429, retry_after="1")
    sandbox.faults.add(asked)
    with started("apply", "--yes", "-o", "json", cwd=project, env=server) as running:
        when(lambda: not sandbox.faults.left, running)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate()
    assert running.returncode == 130
    assert [result["status"] for result in json.loads(out)["results"]] == ["done"]
    console = sandbox.console
    pools = [set(console.pool(sid)) for sid in console.services(server["ACCOUNT_SID"])]
    assert {"+12065550102", "+12065550103"} in pools


@BOTH
def test_a_second_signal_ends_the_process_and_the_next_apply_finishes(
    ending: signal.Signals, project: Path, server: Mapping[str, str], sandbox: Sandbox, remote: Run
) -> None:
    sandbox.faults.add(FIRST_CREATE)
    with started("apply", "--yes", cwd=project, env=server) as running:
        when(lambda: not sandbox.faults.left, running)
        running.send_signal(ending)
        until(running, NOTICE)
        running.send_signal(ending)
        running.communicate()
    assert running.returncode == -ending
    assert states(project) == ["started"]
    sandbox.faults.clear()
    when_created(sandbox)
    assert remote("apply", "--yes").code == 0
    assert len(sandbox.console.services(os.environ["ACCOUNT_SID"])) == 2


@BOTH
def test_what_cannot_end_in_time_is_left_behind_and_the_next_apply_finds_out_what_came_of_it(
    ending: signal.Signals, project: Path, server: Mapping[str, str], sandbox: Sandbox, remote: Run
) -> None:
    sandbox.faults.add(FIRST_CREATE)
    with started("apply", "--yes", "-o", "json", cwd=project, env=server) as running:
        when(lambda: not sandbox.faults.left, running)
        asked = time.monotonic()
        running.send_signal(ending)
        out, err = running.communicate()
        took = time.monotonic() - asked
    assert (running.returncode, took < IN_TIME_S) == (130, True), took
    assert b"Traceback" not in err
    document = json.loads(out)
    assert statuses(document)["failed"] == ["codes service.create"]
    assert len(statuses(document)["not-attempted"]) == 4
    assert "still under way" in document["results"][0]["error"]["message"]
    (record,) = records(project)
    assert (record["data"]["state"], record["data"]["ending"]) == ("finished", "interrupted")
    assert record["data"]["creating"] == {"codes": "codes"}
    with at_work(project):
        """The lock is free."""
    sandbox.faults.clear()
    when_created(sandbox)
    assert remote("apply", "--yes").code == 0
    assert len(sandbox.console.services(os.environ["ACCOUNT_SID"])) == 2
    assert remote("plan", "--detailed-exitcode").code == 0


def test_repeats_end_when_the_time_is_up(project: Path, server: Mapping[str, str], sandbox: Sandbox) -> None:
    sandbox.requests.clear()
    sandbox.faults.add(Fault(method="POST", path="/Services$", status=429, retry_after="30", times=None))
    with started("apply", "--yes", "-o", "json", cwd=project, env=server) as running:
        when(lambda: bool(sandbox.requests.writes), running)
        asked = time.monotonic()
        running.send_signal(signal.SIGTERM)
        out, _ = running.communicate()
        took = time.monotonic() - asked
    assert (running.returncode, took < IN_TIME_S) == (130, True), took
    assert len(statuses(json.loads(out))["not-attempted"]) == 4
    assert states(project) == ["finished"]
    assert sandbox.console.services(server["ACCOUNT_SID"]) == ()


def when_created(sandbox: Sandbox) -> None:
    """The request that was in flight takes effect all the same."""
    while not sandbox.console.services(os.environ["ACCOUNT_SID"]):
        time.sleep(0.01)


def test_a_stop_ends_every_wait_and_is_there_for_later_ones() -> None:
    stop = Stop()
    assert not stop.is_set()
    assert stop.wait(0) is False
    assert stop.wait(-1) is False
    seen: list[bool] = []
    waiting = [threading.Thread(target=lambda: seen.append(stop.wait())) for _ in range(5)]
    waiting += [threading.Thread(target=lambda: seen.append(stop.wait(600))) for _ in range(5)]
    for thread in waiting:
        thread.start()
    stop.set()
    stop.set()
    for thread in waiting:
        thread.join()
    assert seen == [True] * 10
    assert stop.is_set()
    assert stop.wait(600) is True


def test_an_interruption_before_anything_has_begun_is_130_and_no_traceback() -> None:
    program = (
        "import builtins, sys\n"
        "imported = builtins.__import__\n"
        "def interrupted(name, *rest, **more):\n"
        "    if name == 'click': raise KeyboardInterrupt\n"
        "    return imported(name, *rest, **more)\n"
        "builtins.__import__ = interrupted\n"
        "sys.argv = ['smsops', 'plan']\n"
        "from smsops.cli import main\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")

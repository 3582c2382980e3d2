"""Who holds a lock, and when a holder counts as dead."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from smsops.locks.holder import Holder, began, is_dead, this_machine
from tests.locks.holders import here, holder, until


def test_a_holder_survives_json() -> None:
    assert Holder.from_json(holder().to_json()) == holder()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        json.dumps({"account": "clinic"}),
        holder(pid=0).to_json(),
        holder(pid=2**40).to_json(),
        holder(pid=True).to_json(),
        holder(pid="1").to_json(),
        holder(actor=7).to_json(),
        holder(expires="tomorrow").to_json(),
        holder(since="9").to_json(),
    ],
)
def test_what_is_no_holder_is_none(text: str) -> None:
    assert Holder.from_json(text) is None


def test_a_holder_is_described_in_printable_words() -> None:
    assert (
        holder(actor="al\x1b[31mice").describe() == "al?[31mice on build-7 (process 4711), since 2026-11-24T12:00:00Z"
    )


def test_this_process_is_alive() -> None:
    assert not is_dead(here())


def test_a_later_process_with_the_same_number_is_another() -> None:
    assert is_dead(holder(machine=this_machine(), pid=os.getpid(), started="1"))


def test_a_start_that_was_not_known_proves_nothing() -> None:
    assert not is_dead(holder(machine=this_machine(), pid=os.getpid(), started=""))


def test_of_another_machine_nothing_is_known() -> None:
    assert not is_dead(holder(pid=2**31 - 1))


def test_a_process_that_ended_is_dead_before_and_after_it_was_waited_for() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    theirs = holder(machine=this_machine(), pid=child.pid, started=began(child.pid))
    assert not is_dead(theirs)
    child.kill()
    until(lambda: is_dead(theirs))
    assert child.returncode is None
    child.communicate()
    assert is_dead(theirs)


def test_where_proc_hides_a_process_it_counts_as_alive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # As on macOS and with hidepid: the file is not there, the process is.
    monkeypatch.setattr("smsops.locks.holder._PROC", tmp_path)
    assert began(os.getpid()) == ""
    assert began(1) == ""
    assert began(2**31 - 1) is None
    assert not is_dead(here(nonce="x"))
    assert this_machine()

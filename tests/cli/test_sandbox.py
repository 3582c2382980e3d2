"""`sandbox serve` and `sandbox reset`."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from smsops.sandbox.server import Sandbox
from tests.cli.door import ACCOUNT, ROOT, Run, started, until

SERVE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.argv = ["smsops", "sandbox", "serve", *sys.argv[1:]]
from smsops.cli import main
sys.exit(main())
"""


def serve(project: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SERVE, *options],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_tells_how_to_reach_it_and_ends_cleanly(
    ending: signal.Signals, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(project) as running:
        try:
            assert running.stdout is not None
            address = running.stdout.readline().strip()
            assert running.stdout.readline() == "\n"
            assert running.stdout.readline().split() == ["ACCOUNT", "ACCOUNT_SID", "USER", "TOKEN"]
            name, sid, user, token = running.stdout.readline().split()
            assert (name, sid, user) == ("us", ACCOUNT, ACCOUNT)
            monkeypatch.setenv("SMSOPS_API_BASE_URL", address.split("=")[1])
            monkeypatch.setenv("US_TOKEN", token)
            ran = run("apply", "--yes")
            assert ran.code == 0, ran.err
            running.send_signal(ending)
            _, err = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == 0
    assert err == ""


def test_serve_as_json_is_one_document_and_the_door_is_locked(project: Path) -> None:
    with serve(project, "-o", "json") as running:
        try:
            assert running.stdout is not None
            text = ""
            while not text.endswith("\n}\n"):
                text += running.stdout.readline()
            served = json.loads(text)
            (account,) = served["accounts"]
            url = f"{served['base_url']}/v1/Services"
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(url)
            opened = urllib.request.Request(url)
            key = b64encode(f"{account['username']}:{account['token']}".encode()).decode()
            opened.add_header("Authorization", f"Basic {key}")
            with urllib.request.urlopen(opened) as answer:
                assert answer.status == 200
        finally:
            running.terminate()
    assert running.returncode == 0


def test_a_port_that_is_taken_is_an_error_not_a_traceback(project: Path, run: Run) -> None:
    with serve(project, "-o", "json") as running:
        try:
            assert running.stdout is not None
            text = ""
            while not text.endswith("\n}\n"):
                text += running.stdout.readline()
            port = json.loads(text)["base_url"].rpartition(":")[2]
            ran = run("sandbox", "serve", "--port", port, "-o", "json")
        finally:
            running.terminate()
    assert ran.code == 1
    assert ran.document["error"]["code"] == "SMS407"
    assert "Traceback" not in ran.err


def scrambled(path: Path) -> None:
    """All pages but the first are overwritten."""
    content = path.read_bytes()
    size = int.from_bytes(content[16:18], "big")
    path.write_bytes(content[:size] + b"\xa5" * (len(content) - size))


def without_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as rows:
        rows.execute("DROP TABLE services")


def without_sense(path: Path) -> None:
    """Whole for SQLite; what is wrong shows when a request is answered."""
    with closing(sqlite3.connect(path)) as rows, rows:
        rows.execute("UPDATE services SET fields = 'no JSON'")


def refusing(path: Path) -> None:
    """Whole for SQLite; what is wrong shows when the accounts are furnished."""
    with closing(sqlite3.connect(path)) as rows, rows:
        rows.execute("DELETE FROM seen")
        rows.execute("DROP TABLE counters")
        rows.execute("CREATE VIEW counters AS SELECT 1")
        rows.execute("CREATE TRIGGER broken BEFORE INSERT ON seen BEGIN INSERT INTO nowhere VALUES (1); END")


@pytest.mark.parametrize("spoil", [scrambled, without_a_table, without_sense, refusing])
@pytest.mark.parametrize("words", [("plan",), ("apply", "--yes")])
def test_a_damaged_database_is_an_error_with_the_way_out(
    words: tuple[str, ...], spoil: Callable[[Path], None], project: Path, run: Run
) -> None:
    assert run("--sandbox", "apply", "--yes").code == 0
    spoil(project / ".smsops" / "sandbox.db")
    ran = run("--sandbox", *words, "-o", "json")
    assert ran.code == 1
    assert ran.document["error"]["code"] == "SMS407"
    assert "sandbox.db cannot be used: " in ran.document["error"]["message"]
    assert "smsops sandbox reset" in ran.err
    assert "Traceback" not in ran.err
    assert "status.twilio.com" not in ran.out + ran.err
    assert run("sandbox", "reset").code == 0
    assert run("--sandbox", *words).code == 0


def test_a_database_that_breaks_while_it_is_served_is_told_to_the_other_program(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(project / "served.db") as served:
        given = served.ensure_account(ACCOUNT, numbers=["+12065550101", "+12065550102", "+12065550103"])
        without_a_table(project / "served.db")
        monkeypatch.setenv("SMSOPS_API_BASE_URL", served.base_url)
        monkeypatch.setenv("US_TOKEN", given.password)
        ran = run("plan")
    assert ran.code == 1
    assert "smsops sandbox reset" in ran.err
    assert "status.twilio.com" not in ran.err


def test_a_place_without_room_for_state_is_an_error_not_a_traceback(project: Path, run: Run) -> None:
    (project / ".smsops").symlink_to("nowhere")
    ran = run("--sandbox", "plan", "-o", "json")
    assert ran.code == 1
    assert ran.document["error"]["message"].startswith("The sandbox cannot start: ")


def test_reset_forgets_the_account_and_its_records(project: Path, run: Run) -> None:
    assert run("--sandbox", "apply", "--yes").code == 0
    removed = run("sandbox", "reset", "-o", "json").document["removed"]
    assert ".smsops/sandbox.db" in removed
    assert ".smsops/ledger" in removed
    assert run("--sandbox", "plan", "-o", "json").document["summary"]["create"] == 2
    assert run("sandbox", "reset").out == "The sandbox is empty again.\n"
    assert run("sandbox", "reset").out == "The sandbox was empty already.\n"


def test_reset_works_while_channel_files_are_broken_and_keeps_real_records(project: Path, run: Run) -> None:
    kept = project / ".smsops" / "local-ledger" / "records"
    kept.mkdir(parents=True)
    (project / "channels" / "codes.yaml").write_text("name: [")
    assert run("sandbox", "reset").code == 0
    assert kept.is_dir()


def test_reset_in_a_broken_project_is_3(project: Path, run: Run) -> None:
    (project / "smsops.yaml").write_text("version: [")
    assert run("sandbox", "reset").code == 3


def test_two_signals_in_a_row_end_the_server(project: Path) -> None:
    for _ in range(4):
        with started("sandbox", "serve", "--port", "0", "-v", cwd=project, env={}) as running:
            until(running, b"Serving.")
            running.send_signal(signal.SIGINT)
            running.send_signal(signal.SIGTERM)
            _, err = running.communicate()
        assert b"Traceback" not in err
        assert running.returncode in (0, 130, -signal.SIGINT, -signal.SIGTERM)

"""`sandbox serve` and `sandbox reset`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from pathlib import Path

import pytest

from tests.cli.door import ACCOUNT, ROOT, Run, process

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
def test_serve_tells_how_to_reach_it_and_ends_cleanly(ending: signal.Signals, project: Path) -> None:
    with serve(project) as running:
        try:
            assert running.stdout is not None
            address = running.stdout.readline().strip()
            assert running.stdout.readline() == "\n"
            assert running.stdout.readline().split() == ["ACCOUNT", "ACCOUNT_SID", "USER", "TOKEN"]
            name, sid, user, token = running.stdout.readline().split()
            assert (name, sid, user) == ("us", ACCOUNT, ACCOUNT)
            ran = process(
                "apply", "--yes", cwd=project, env={"SMSOPS_API_BASE_URL": address.split("=")[1], "US_TOKEN": token}
            )
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


def test_a_port_that_is_taken_is_an_error_not_a_traceback(project: Path) -> None:
    with serve(project, "-o", "json") as running:
        try:
            assert running.stdout is not None
            text = ""
            while not text.endswith("\n}\n"):
                text += running.stdout.readline()
            port = json.loads(text)["base_url"].rpartition(":")[2]
            ran = process("sandbox", "serve", "--port", port, "-o", "json", cwd=project)
        finally:
            running.terminate()
    assert ran.code == 1
    assert ran.document["error"]["code"] == "SMS407"
    assert "Traceback" not in ran.err


def test_a_place_without_room_for_state_is_an_error_not_a_traceback(project: Path, run: Run) -> None:
    (project / ".smsops").write_text("in the way")
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

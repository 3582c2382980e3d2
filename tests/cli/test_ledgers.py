"""Where records are: those of the sandbox, of Twilio and of every other server apart, and none forgotten unseen."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from smsops.cli.accounts import ledger_folder
from smsops.sandbox.server import Sandbox
from tests.cli.door import CODES, PROJECT, ROOT, TWO_ACCOUNTS, Run, write_project


def kept(project: Path) -> list[str]:
    """Every record's account, as `ledger/records/account`."""
    found = (project / ".smsops").glob("*/records/*/*.json")
    return sorted({path.parent.relative_to(project / ".smsops").as_posix() for path in found})


def test_records_of_another_server_stay_apart_from_those_of_twilio(
    project: Path, server: Mapping[str, str], sandbox: Sandbox, remote: Run
) -> None:
    assert remote("apply", "--yes").code == 0
    port = sandbox.base_url.rpartition(":")[2]
    assert kept(project) == [f"local-ledger-127.0.0.1-{port}/records/us"]
    assert (project / ".smsops" / ".gitignore").read_text() == "*\n"


def test_a_record_of_one_server_guides_no_run_against_another(
    project: Path, server: Mapping[str, str], remote: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert remote("apply", "--yes").code == 0
    assert remote("plan", "-o", "json").document["summary"]["create"] == 0
    with Sandbox(None) as other:
        other.ensure_account(server["ACCOUNT_SID"], numbers=["+12065550101", "+12065550102", "+12065550103"])
        monkeypatch.setenv("SMSOPS_API_BASE_URL", other.base_url)
        assert remote("plan", "-o", "json").document["summary"]["create"] == 2
        for path in (project / "channels").iterdir():
            path.unlink()
        assert remote("plan", "-o", "json").document["accounts"] == [], "it has no records, so nothing left git"


def test_the_server_of_one_account_is_its_own(project: Path, sandbox: Sandbox, run: Run) -> None:
    write_project(project, project=PROJECT + f"    api_base_url: {sandbox.base_url}\n")
    ledger = ledger_folder(project, sandbox=False, server=sandbox.base_url)
    (ledger / "records").mkdir(parents=True)
    (ledger / "records" / "us").write_text("in the way")
    ran = run("plan", "-o", "json")
    assert ran.document["error"]["code"] == "SMS601"
    assert run("--sandbox", "plan").code == 0


@pytest.mark.parametrize(
    ("server", "name"),
    [
        (None, "local-ledger"),
        ("http://127.0.0.1:8080", "local-ledger-127.0.0.1-8080"),
        ("http://127.0.0.1:8080/", "local-ledger-127.0.0.1-8080"),
        ("https://Proxy.example.com/twilio", "local-ledger-proxy.example.com-twilio"),
        ("https://user:hunter2@proxy.example.com", "local-ledger-proxy.example.com"),
        ("http://[::1]:8080", "local-ledger-1-8080"),
        ("https://../../..", "local-ledger-"),
        ("nonsense", "local-ledger-nonsense"),
    ],
)
def test_the_folder_bears_the_name_of_the_server(server: str | None, name: str, tmp_path: Path) -> None:
    assert ledger_folder(tmp_path, sandbox=False, server=server) == tmp_path / ".smsops" / name
    assert ledger_folder(tmp_path, sandbox=True, server=server) == tmp_path / ".smsops" / "ledger"


def test_records_of_an_account_that_left_smsops_yaml_are_a_warning(project: Path, run: Run) -> None:
    write_project(project, project=TWO_ACCOUNTS, codes=CODES.replace("account: us", "account: uk"))
    assert run("--sandbox", "apply", "--yes").err == ""
    (project / "channels" / "codes.yaml").unlink()
    write_project(project, project=PROJECT)
    ran = run("--sandbox", "plan", "-o", "json")
    assert ran.code == 0
    assert ran.document["changes"] == []
    assert "warning: The ledger has records of account uk, which smsops.yaml does not have." in ran.err
    assert run("--sandbox", "plan", "-q").err == ""


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_clean_keeps_the_records_of_real_accounts(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for folder in ("smsops", "tests", "benchmarks", "build"):
        (tmp_path / folder).mkdir()
    state = tmp_path / ".smsops"
    for ledger in ("ledger", "local-ledger", "local-ledger-127.0.0.1-8080"):
        (state / ledger / "records").mkdir(parents=True)
    for suffix in ("", "-wal", "-shm"):
        (state / f"sandbox.db{suffix}").touch()
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert sorted(path.name for path in state.iterdir()) == ["local-ledger", "local-ledger-127.0.0.1-8080"]
    assert not (tmp_path / "build").exists()

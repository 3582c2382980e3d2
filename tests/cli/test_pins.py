"""`apply --write-sids`: the SIDs go into the files, and no other byte changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsops.files.yamlfile import MAX_BYTES
from smsops.sandbox.server import Sandbox
from tests.cli.clones import Team
from tests.cli.door import write_project
from tests.cli.test_killed import text

A, B = "+12065550360", "+12065550361"


@pytest.fixture
def team(sandbox: Sandbox, tmp_path: Path) -> Team:
    return Team(tmp_path, sandbox, (A, B))


def test_each_new_service_is_pinned_by_one_line(team: Team):
    odd = text("a", A).replace("direction:", "# which way\ndirection:").replace("\n", "\r\n")
    clone = team.start()
    (clone / "channels" / "a.yaml").write_bytes(odd.encode())
    write_project(clone, b=text("b", B))
    ran = team.ok(clone, "apply", "--yes", "--write-sids")
    assert "Put each SID into its channel file" not in ran.out
    for name, before in (("a", odd.encode()), ("b", text("b", B).encode())):
        line = f"messaging_service_sid: {team.services()[name]}".encode()
        after = (clone / "channels" / f"{name}.yaml").read_bytes()
        assert line in after
        ending = b"\r\n" if name == "a" else b"\n"
        assert after.replace(line + ending, b"") == before
    assert team.plan(clone)["changes"] == []


def test_a_service_that_only_the_ledger_knows_is_pinned_too(team: Team):
    clone = team.start(a=text("a", A))
    team.ok(clone, "apply", "--yes")
    file = clone / "channels" / "a.yaml"
    assert "messaging_service_sid" not in file.read_text()
    team.ok(clone, "apply", "--yes", "--write-sids")
    assert f"messaging_service_sid: {team.services()['a']}\n" in file.read_text()
    before = file.read_bytes()
    team.ok(clone, "apply", "--yes", "--write-sids")
    assert file.read_bytes() == before


def test_what_cannot_be_written_is_told_with_the_line(team: Team):
    """A file as large as a channel file may be has no room for a line more."""
    brief = text("a", A)
    padding = "#" * (MAX_BYTES - len(brief) - 1) + "\n"
    clone = team.start(a=brief + padding)
    file = clone / "channels" / "a.yaml"
    ran = team.ok(clone, "apply", "--yes", "--write-sids")
    assert f"channels/a.yaml: put this line in by hand: messaging_service_sid: {team.services()['a']}" in ran.err
    assert file.read_text() == brief + padding

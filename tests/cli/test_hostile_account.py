"""Whatever the account, a file or a token holds: no command lets it drive a terminal or shows a login."""

from __future__ import annotations

from pathlib import Path

from smsops.sandbox.server import Sandbox
from tests.cli.clones import Team, records
from tests.cli.test_killed import text

A = "+12065550390"
NAME = "::error::%0A<b>`@all` =1+1"


def test_names_and_urls_of_the_account_do_no_harm_and_a_wrong_token_is_said(sandbox: Sandbox, tmp_path: Path):
    team = Team(tmp_path, sandbox, (A,))
    clone = team.start(a=text("a", A, friendly_name=f'"{NAME}"'))
    team.ok(clone, "apply", "--yes")
    sandbox.console.update_service(
        team.services()[NAME],
        friendly_name="\x1b[2Jgone\n::error::x",
        inbound_request_url="https://user:hunter2@x.example.com/\x1b[0m",
    )
    for argv in (["drift"], ["plan"], ["audit", "verify"], ["rehearse"], ["apply", "--yes"]):
        ran = team.ok(clone, *argv)
        for harm in ("\x1b", "\n::error", "hunter2"):
            assert harm not in ran.out + ran.err, argv
    assert "hunter2" not in str(records(clone))
    team.env["US_TOKEN"] = "wrong"
    for argv in (["plan"], ["apply", "--yes"], ["drift"], ["rehearse"]):
        assert team.run(clone, *argv).code == 4, argv

"""Text from files, from the provider and from the command line cannot drive a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smsops.sandbox.server import Sandbox
from tests.cli.door import ACCOUNT, SUPPORT, Ran, Run, write_project

ESCAPES = "\x1b[2J\x1b]0;owned\x07"
RAW = ("\x1b", "\x07", "\x00", "\x7f", "\x9b", "\r", "\u202e", "\u2066", "\u200f", "\u2028")
LABEL = json.dumps(f"desk {ESCAPES}\r\n\u202egnp.exe\u2066\x9b31m", ensure_ascii=True)
BIDI = json.dumps("desk \u202egnp.exe\u2066\u200f\u200b", ensure_ascii=True)
"""What the schema lets pass, because people write such scripts."""
HOSTILE = (
    SUPPORT.replace("label: Front desk", f"label: {LABEL}")
    .replace("description: Patients write, we answer", f"description: {LABEL}")
    .replace("team: care", f"team: {LABEL}")
    .replace("  team:", f"  email: care@example.com\n  cost_center: {LABEL}\n  team:")
)


def tame(ran: Ran) -> Ran:
    for char in RAW:
        assert char not in ran.out, repr(char)
        assert char not in ran.err, repr(char)
    assert "Traceback" not in ran.err
    return ran


@pytest.mark.parametrize(
    "command",
    [
        ("validate",),
        ("list",),
        ("show", "support"),
        ("plan", "--sandbox"),
        ("apply", "--sandbox", "--yes", "-v"),
        ("instructions", "twilio", "--channel", "support"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("format", ["text", "json"])
def test_nothing_that_a_channel_says_reaches_the_terminal_raw(
    command: tuple[str, ...], format: str, project: Path, run: Run
) -> None:
    write_project(project, support=HOSTILE)
    assert tame(run(*command, "-o", format)).code == 3
    write_project(project, support=HOSTILE.replace(LABEL, BIDI))
    ran = tame(run(*command, "-o", format))
    assert ran.code == 0
    assert command[0] != "show" or "\\u202egnp" in ran.out


@pytest.mark.parametrize("key", ["name", "direction", "webhook_url", "account", "provider", "nonsense"])
def test_nothing_that_a_finding_quotes_reaches_the_terminal_raw(key: str, project: Path, run: Run) -> None:
    lines = [line for line in SUPPORT.splitlines() if not line.startswith(f"{key}:")]
    text = "\n".join([*lines, f"{key}: {LABEL}", f"{LABEL}: {LABEL}", ""])
    write_project(project, support=text)
    ran = tame(run("validate"))
    assert ran.code == 3
    assert "support.yaml" in ran.out


def test_raw_bytes_in_a_file_are_escaped_in_the_excerpt(project: Path, run: Run) -> None:
    write_project(project, support=SUPPORT + f"tags: {{a: b}} # {ESCAPES}\u202e\n")
    ran = tame(run("validate"))
    assert ran.code == 3


def test_a_friendly_name_in_the_account_is_escaped(
    project: Path, run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = sandbox.ensure_account(ACCOUNT, numbers=["+12065550101", "+12065550102", "+12065550103"])
    sid = sandbox.console.create_service(
        ACCOUNT, f"x{ESCAPES}\u202e", status_callback=f"https://a.example.com/{ESCAPES}"
    )
    write_project(project, support=SUPPORT + f"messaging_service_sid: {sid}\n")
    monkeypatch.setenv("SMSOPS_API_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("US_TOKEN", given.password)
    ran = tame(run("plan"))
    assert ran.code == 0
    assert "friendly_name: x\\x1b[2J\\x1b]0;owned\\x07\\u202e → support" in ran.out


@pytest.mark.parametrize(
    "argv",
    [
        (ESCAPES,),
        ("plan", ESCAPES, "--sandbox"),
        ("plan", f"--{ESCAPES}"),
        ("explain", ESCAPES),
        ("validate", ESCAPES),
        ("plan", "-C", ESCAPES),
        ("list", "-o", f"json={ESCAPES}/x"),
        ("list", "-o", ESCAPES),
        ("list", "--config", ESCAPES),
    ],
    ids=repr,
)
def test_what_was_typed_is_escaped_when_it_is_quoted(argv: tuple[str, ...], project: Path, run: Run) -> None:
    assert tame(run(*argv)).code in (3, 64)


def test_a_file_name_is_escaped(project: Path, run: Run) -> None:
    (project / "channels" / "a\x1b[2J\u202e\n.yaml").write_text("name: [")
    ran = tame(run("validate"))
    assert "a\\x1b[2J\\u202e\\n.yaml:" in ran.out


def test_user_info_in_a_live_url_is_masked(
    project: Path, run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = sandbox.ensure_account(ACCOUNT, numbers=["+12065550101", "+12065550102", "+12065550103"])
    url = "https://ann:hunter2@old.example.com/in"
    sid = sandbox.console.create_service(ACCOUNT, "support", inbound_request_url=url)
    write_project(project, support=SUPPORT + f"messaging_service_sid: {sid}\n")
    monkeypatch.setenv("SMSOPS_API_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("US_TOKEN", given.password)
    for format in ("text", "json"):
        ran = run("plan", "support", "-o", format)
        assert "hunter2" not in ran.out + ran.err
        assert "****@old.example.com" in ran.out

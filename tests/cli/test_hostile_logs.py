"""Text from files, the account, git and the command line gives no command to a CI system that reads the log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from smsops.sandbox.server import Sandbox
from tests.cli.door import PROJECT, SUPPORT, Ran, Run, git, write_project
from tests.render.reported import obeyed

HOSTILE = (
    "::error::x",
    "  ::add-mask::x",
    "::stop-commands::x",
    "##[add-mask]x",
    "x ##[error]y",
    "##vso[task.setvariable variable=a]b",
    "##teamcity[buildProblem]",
    "%0A::error::x",
    "x\n::error::y",
    "x\r\n  ::add-mask::y",
)
ONE_LINE = HOSTILE[:8]
OLD_COMMAND = re.compile(r"##[A-Za-z]*\[")
FORMATS = ("text", "json", "markdown", "html", "github", "gitlab", "sarif", "junit")
FEW = ("list", "show", "rehearse")
"""Commands that offer text and JSON only."""


def tame(ran: Ran, *, ours: bool = False) -> Ran:
    """No line is a command, or where `ours` may be, each one is an annotation that smsops wrote."""
    for line in _lines(ran):
        assert not OLD_COMMAND.search(line), line
        if line.lstrip().startswith("::"):
            command = obeyed(line)
            assert ours, line
            assert command is not None, line
            name, properties, _ = command
            assert name in ("error", "warning"), line
            assert re.fullmatch(r"SMS\d{3}|smsops [a-z ]+", properties["title"]), line
    return ran


def _lines(ran: Ran) -> Iterator[str]:
    for stream in (ran.out, ran.err):
        yield from re.split(r"\r\n|\r|\n", stream)


@pytest.fixture(params=[False, True], ids=["here", "in GitHub Actions"])
def actions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
    return bool(request.param)


@pytest.fixture
def in_actions(monkeypatch: pytest.MonkeyPatch) -> bool:
    """For what runs every command there is: where a log obeys, all is printed that is printed elsewhere."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    return True


def through_all(run: Run, *commands: tuple[str, ...], actions: bool, code: int) -> str:
    """Run every command without `-o` and with each format that it offers; all that was printed."""
    said = []
    for command in commands:
        formats = FORMATS[:2] if command[0] in FEW else FORMATS
        for argv in (command, *((*command, "-o", format) for format in formats)):
            ours = argv[-1] == "github" or (actions and argv == command and command[0] not in FEW)
            ran = tame(run(*argv), ours=ours)
            assert ran.code == code, (argv, ran)
            said += [ran.out, ran.err]
    return "".join(said)


def quoted(text: str) -> str:
    """As a YAML scalar in double quotes."""
    return json.dumps(text)


def plain(said: str) -> str:
    """What was printed, with the escapes undone that keep it from being a command."""
    return said.replace("\\x3a", ":").replace("\\x23", "#").replace("\\u0023", "#")


def test_no_value_of_a_valid_file_is_a_command(in_actions: bool, project: Path, run: Run) -> None:
    first, second, third, *_ = values = [quoted(text) for text in ONE_LINE]
    hostile = SUPPORT.replace("description: Patients write, we answer", f"description: {first}")
    hostile = hostile.replace("label: Front desk", f"label: {second}").replace("team: care", f"team: {third}")
    tags = "".join(f"  tag{number}: {value}\n" for number, value in enumerate(values))
    write_project(project, support=f"{hostile}friendly_name: {quoted(ONE_LINE[3])}\ntags:\n{tags}")
    reading = [("validate",), ("list",), ("show", "support"), ("plan", "--sandbox"), ("rehearse", "--sandbox")]
    writing = [("apply", "--sandbox", "--yes", "-v"), ("drift", "--sandbox", "-v")]
    said = plain(through_all(run, *reading, *writing, actions=in_actions, code=0))
    assert all(text in said for text in ONE_LINE)


@pytest.mark.parametrize("key", ["name", "direction", "webhook_url", "account", "provider", "phone_numbers"])
def test_no_finding_that_quotes_a_file_is_a_command(key: str, actions: bool, project: Path, run: Run) -> None:
    kept = [line for line in SUPPORT.splitlines() if not line.startswith((f"{key}:", "  -", "phone_numbers:"))]
    keys = [f"{quoted(text)}: 1" for text in HOSTILE]
    write_project(project, support="\n".join([*kept, f"{key}: {quoted(HOSTILE[0])}", *keys, ""]))
    said = through_all(run, ("validate",), actions=actions, code=3)
    assert all(text in plain(said) for text in ONE_LINE)


def test_no_line_of_a_broken_file_is_a_command_in_its_excerpt(actions: bool, project: Path, run: Run) -> None:
    for number, text in enumerate(HOSTILE):
        broken = {f"a{number}": f"{SUPPORT}{text}\n", f"b{number}": f"{text}\n", f"c{number}": f"a: [\n{text}\n"}
        write_project(project, **broken)
    commands = [("validate",), ("plan",), ("apply", "--yes")]
    said = plain(through_all(run, *commands, actions=actions, code=3))
    assert "\n    ::error::x\n" in said
    assert "\n      ::add-mask::x\n" in said


def test_no_path_is_a_command_wherever_it_stands(actions: bool, project: Path, run: Run) -> None:
    write_project(project, project=f"{PROJECT}channels: .\n")
    for name in ONE_LINE:
        (project / name).mkdir()
        (project / name / f"{name}.yaml").write_text("name: [\n")
        (project / f"{name}.yaml").write_text("nonsense: 1\n")
    said = plain(through_all(run, ("validate",), actions=actions, code=3))
    assert all(f"\n{name}.yaml:1:1: error" in said for name in ONE_LINE)


def test_no_place_in_the_repository_is_a_command(
    actions: bool, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q")
    root = write_project(tmp_path / "::error::x" / "##[group]y", support="nonsense: 1\n")
    monkeypatch.chdir(root)
    through_all(run, ("validate",), actions=actions, code=3)
    assert "::error::x/##[group]y/channels/support.yaml" in plain(run("validate", "-o", "gitlab").out)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_was_typed_is_a_command(text: str, actions: bool, project: Path, run: Run) -> None:
    for argv in (
        (text,),
        ("plan", text, "--sandbox"),
        ("plan", f"--{text}"),
        ("explain", text),
        ("validate", text),
        ("validate", "-C", text),
        ("apply", f"./{text}"),
        ("plan", "--config", text),
        ("plan", "-o", text),
        ("plan", "-o", f"json={text}/x"),
    ):
        assert tame(run(*argv), ours=actions).code in (3, 64), argv


def test_no_traceback_is_a_command(actions: bool, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(HOSTILE)

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError(text) from ValueError(f"\n{text}")

    monkeypatch.setattr("smsops.files.load.load_project", broken)
    said = through_all(run, ("plan",), actions=actions, code=1)
    assert "Traceback" in said
    assert "\n  ::add-mask::x\n" in plain(said)


def test_nothing_that_the_account_says_is_a_command(
    in_actions: bool, remote: Run, project: Path, server: Mapping[str, str], sandbox: Sandbox
) -> None:
    assert remote("apply", "--yes").code == 0
    for sid, name in zip(sandbox.console.services(server["ACCOUNT_SID"]), ("::error::x", "##[add-mask]x"), strict=True):
        url = "https://x.example.com/##vso[a]"
        sandbox.console.update_service(
            sid, friendly_name=name, inbound_request_url=url, status_callback=f"{url}\n::a::b"
        )
    commands = [("drift", "-v"), ("plan", "-v"), ("rehearse",), ("apply", "-v", "--yes")]
    said = plain(through_all(remote, *commands, actions=in_actions, code=0))
    assert all(text in said for text in ("::error::x", "##[add-mask]x", "##vso[a]"))


@pytest.mark.parametrize("folder", ["::error::x", "##[add-mask]x"])
def test_talk_about_a_file_is_no_command(folder: str, actions: bool, project: Path, run: Run) -> None:
    write_project(project, project=f"{PROJECT}channels: {quoted(folder)}\n")
    (project / folder).mkdir()
    warned = SUPPORT.replace("direction: inbound-and-outbound", "direction: outbound")
    (project / folder / "support.yaml").write_text(warned.replace("/in\n", "/in # ##[error]y\n"))
    ran = tame(run("--sandbox", "plan"), ours=actions)
    assert ran.code == 0
    assert plain(ran.err).startswith(f"{folder}/support.yaml:6:1: warning SMS")
    assert "##[error]y" in plain(ran.err)


def test_json_says_what_it_said_without_a_command(project: Path, run: Run) -> None:
    write_project(project, support=SUPPORT.replace("Front desk", '"##[add-mask]x ##vso[a] ## [b] #[c]"'))
    ran = tame(run("show", "support", "-o", "json"))
    assert ran.document["channel"]["phone_numbers"][0]["label"] == "##[add-mask]x ##vso[a] ## [b] #[c]"
    assert "#\\u0023[add-mask]x #\\u0023vso[a] ## [b] #[c]" in ran.out

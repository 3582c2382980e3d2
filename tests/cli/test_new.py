"""`smsops new` and what `smsops init` asks: every answer checked as it is given, and nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smsops.cli.writing import create_file
from tests.cli.door import PROJECT, Ran, Run, write_project
from tests.cli.typist import CTRL_C, at_a_terminal, typed_ahead

POLICY = 'policy:\n  webhook_hosts: ["*.example.com"]\n  require_owner: true\n'
HOOK, STATUS = "https://hooks.example.com/in", "https://hooks.example.com/status"
WHOLE = (
    *("Provider [twilio]: ", "?\n", "Provider [twilio]: ", "\n"),
    *("Account [us]: ", "uk\n", "Account [us]: ", "\n"),
    *("Direction (", "both\n", "Direction (", "inbound-and-outbound\n"),
    *("SID (optional): ", "MG12\n", "SID (optional): ", "\n"),
    *("Webhook URL: ", "https://localhost/in\n", "Webhook URL: ", f"{HOOK}\n"),
    *("Fallback URL (optional): ", "\n"),
    *("Status callback URL: ", "https://other.com/s\n", "Status callback URL: ", f"{STATUS}?a=1\n"),
    *("Phone numbers, one at a time: ", "+12065550101\n", "one at a time: ", '"+12065550111"\n'),
    *("Label of +12065550111 (optional): ", "Desk: 1\n"),
    *("Phone numbers, the next (empty: no more): ", "+12065550111\n", "the next (empty: no more): ", "+12065550112\n"),
    *("Label of +12065550112 (optional): ", "\n", "the next (empty: no more): ", "\n"),
    *("Owner, team: ", "\n", "Owner, team: ", "care\n"),
    *("Write channels/desk.yaml? [Y/n] ", "\n"),
)
STEPS = list(zip(WHOLE[::2], WHOLE[1::2], strict=True))
DESK = f"""\
name: desk
provider: twilio
account: us
direction: inbound-and-outbound
webhook_url: {HOOK}
status_callback_url: "{STATUS}?a=1"
phone_numbers:
  - number: "+12065550111"
    label: "Desk: 1"
  - "+12065550112"
owner:
  team: care
"""


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


@pytest.fixture
def policed(project: Path) -> Path:
    return write_project(project, project=PROJECT + POLICY)


def typing(run: Run, text: str, *argv: str) -> tuple[Ran, str]:
    """A run in this process, at a terminal on which the text is typed; the run, and what the screen shows."""
    with typed_ahead(text) as screen:
        ran = run(*argv, "--color", "never")
    return ran, screen.getvalue()


def test_at_a_terminal_the_form_asks_until_each_answer_fits_and_writes_a_valid_file(policed: Path, run: Run) -> None:
    seen = at_a_terminal("new", "desk", cwd=policed, typed=STEPS)
    assert seen.code == 0, seen.screen
    assert seen.out == "Written: channels/desk.yaml\n\nNext: smsops plan desk\n"
    assert (policed / "channels" / "desk.yaml").read_text() == DESK
    for told in (
        "  Provider: Who sends the messages.",
        "  error SMS305: The account 'uk' is not in smsops.yaml.\n  hint: Accounts: us.\n",
        "  hint: Did you mean inbound-and-outbound?\n",
        "  error SMS207: messaging_service_sid must be MG",
        "  error SMS307: status_callback_url names the host other.com",
        "  error SMS304: The number '+12065550101' is already claimed by channels/support.yaml:9.\n",
        "  error SMS211: The number '+12065550111' is already on line",
        "  error: An answer is needed here; ? explains the question.\n",
    ):
        assert told in seen.screen
    assert f"\n{DESK}" in seen.screen
    assert run("validate", "channels/desk.yaml").code == 0
    assert run("fmt", "--check", "channels/desk.yaml").code == 0


@pytest.mark.parametrize("step", [0, 9, len(STEPS) - 1], ids=["first", "in the middle", "the last"])
def test_ctrl_c_at_any_question_leaves_nothing(step: int, policed: Path) -> None:
    before = files(policed)
    typed = [*STEPS[:step], (STEPS[step][0], CTRL_C)]
    seen = at_a_terminal("new", "desk", "-o", "json", cwd=policed, typed=typed)
    assert seen.code == 130
    assert json.loads(seen.out)["error"]["code"] == "interrupted"
    assert "error: You left the questions; nothing was written.\n" in seen.screen
    assert files(policed) == before


def test_the_end_of_the_input_is_said_and_leaves_nothing(policed: Path, run: Run) -> None:
    before = files(policed)
    ran, screen = typing(run, "\n", "new", "desk")
    assert ran.code == 130
    assert "error: The input ended before the last question; nothing was written.\n" in screen
    assert files(policed) == before


def test_what_options_say_is_not_asked_and_who_does_not_agree_gets_nothing(project: Path, run: Run) -> None:
    said = ("--account", "us", "--direction", "outbound", "--status-callback-url", STATUS, "--number", "+12065550111")
    ran, screen = typing(run, "\n\nmaybe\nn\n", "new", "desk", *said)
    assert (ran.code, ran.out) == (5, "")
    assert screen.endswith("error: Nothing was written: you did not agree.\n")
    assert "Direction" not in screen
    assert screen.count("Write channels/desk.yaml? [Y/n] ") == 2
    assert not (project / "channels" / "desk.yaml").exists()


def test_a_warning_is_told_once_and_the_answer_stays(project: Path, run: Run) -> None:
    said = ("--provider", "twilio", "--account", "us", "--direction", "outbound", "--status-callback-url", STATUS)
    typed = "\n+18005550199\n\n+18335550199\n\n+12065550111\n\n\n\n"
    ran, screen = typing(run, typed, "new", "desk", *said)
    assert ran.code == 0
    assert screen.count("warning SMS310") == 1
    assert "warning SMS310" in ran.out


def test_without_a_terminal_the_skeleton_lacks_only_what_is_to_be_filled_in(policed: Path, run: Run) -> None:
    ran = run("new", "desk", "-o", "json")
    assert ran.code == 0
    document = ran.document
    assert (document["path"], document["complete"]) == ("channels/desk.yaml", False)
    lines = (policed / "channels" / "desk.yaml").read_text().splitlines()
    places = [lines[finding["line"] - 1] for finding in document["findings"]]
    assert places == ["direction:", "  -", "  team:"]
    checked = run("validate", "channels/desk.yaml", "-o", "json")
    assert checked.document["findings"] == document["findings"]
    assert run("fmt", "--check").code == 0
    assert [line for line in lines if line[:1] not in "# " and line] == [
        *("name: desk", "provider: twilio", "account: us", "direction:", "webhook_url:", "status_callback_url:"),
        *("phone_numbers:", "owner:"),
    ]
    assert "# fallback_url: https://hooks-standby.example.com/sms/inbound" in lines
    text = "\n".join(lines).replace("direction:", "direction: inbound").replace("  -", '  - "+12065550111"')
    text = text.replace("  team:", "  team: care").replace("\nwebhook_url:", f"\nwebhook_url: {HOOK}")
    write_project(policed, desk=text)
    assert run("validate", "channels/desk.yaml").code == 0


def test_the_skeleton_of_a_project_with_two_accounts_names_them(project: Path, run: Run) -> None:
    two = PROJECT + PROJECT[PROJECT.index("  us:") :].replace("us:", "uk:").replace("a1", "a2")
    write_project(project, project=two)
    ran = run("new", "desk", "--direction", "outbound")
    assert "\n3 places to fill in. Next: edit channels/desk.yaml, then smsops validate\n" in ran.out
    text = (project / "channels" / "desk.yaml").read_text()
    assert "One of: us, uk.\naccount:\n" in text.replace("\n# ", " ")
    assert "webhook_url" not in text


def test_when_options_say_everything_the_file_is_whole(project: Path, run: Run) -> None:
    (project / "schemas").mkdir()
    (project / "schemas" / "channel.schema.json").write_text("{}")
    said = ("--direction", "outbound", "--status-callback-url", STATUS, "--number", "+12065550111")
    ran = run("new", "desk", *said)
    assert (ran.code, ran.out) == (0, "Written: channels/desk.yaml\n\nNext: smsops plan desk\n")
    text = (project / "channels" / "desk.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../schemas/channel.schema.json\nname: desk\n")
    assert run("validate").code == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("Desk",), 3, "Did you mean desk?"),
        (("support",), 64, "channels/support.yaml is there already"),
        (("old",), 64, "channels/old.yml is there already"),
        (("twin",), 3, "SMS302"),
        (("desk.yaml",), 64, "Say desk."),
        (("desk", "--direction", "both"), 3, "Did you mean inbound-and-outbound?"),
        (("desk", "--number", "+12065550101"), 3, "SMS304"),
    ],
)
def test_what_cannot_be_is_said_before_any_question(
    words: tuple[str, ...], code: int, told: str, project: Path, run: Run
) -> None:
    (project / "channels" / "old.yml").write_text("name: old\n")
    write_project(project, zz="name: twin\n")
    before = files(project)
    ran, screen = typing(run, "", "new", *words) if words[0] != "desk" else (run("new", *words), "")
    assert (ran.code, files(project)) == (code, before)
    assert told in screen + ran.err


def test_a_channels_folder_that_is_missing_is_made_and_one_outside_is_refused(
    project: Path, run: Run, tmp_path: Path
) -> None:
    write_project(project, project=PROJECT + "channels: sms/eu\n")
    assert run("new", "desk").code == 0
    assert (project / "sms" / "eu" / "desk.yaml").exists()
    write_project(project, project=PROJECT + "channels: ../outside\n")
    ran = run("new", "desk")
    assert (ran.code, "SMS116" in ran.err) == (3, True)
    assert not (tmp_path / "outside").exists()
    (project / "file").write_text("")
    write_project(project, project=PROJECT + "channels: file\n")
    assert run("new", "desk").code == 3


def test_a_file_that_comes_up_meanwhile_is_not_overwritten_also_without_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    for linked in (True, False):
        if not linked:
            monkeypatch.setattr("os.link", no_links)
        create_file(tmp_path / str(linked), b"first")
        with pytest.raises(FileExistsError):
            create_file(tmp_path / str(linked), b"second")
        assert (tmp_path / str(linked)).read_bytes() == b"first"
    assert files(tmp_path) == {"True", "False"}


INIT = [
    *[("Account [main]: ", "Clinic!\n"), ("Account [main]: ", "clinic-1\n")],
    *[("Account SID (", "AC12\n"), ("Account SID (", "?\n"), ("Account SID (", "AC000000000000000000000000000000a1\n")],
    *[("API key SID (", "SK000000000000000000000000000000a1\n")],
    *[("API key's secret [CLINIC_1_TWILIO_API_SECRET]: ", "a b\n"), ("[CLINIC_1_TWILIO_API_SECRET]: ", "\n")],
    *[("(empty: any): ", "*.example.com\n"), ("channel's name (", "Codes\n"), ("channel's name (", "codes\n")],
    *[("Provider [twilio]: ", "\n"), ("Account [clinic-1]: ", "\n"), ("Direction (", "outbound\n"), ("SID (", "\n")],
    *[("callback URL: ", "https://other.com\n"), ("callback URL: ", f"{STATUS}\n")],
    *[("at a time: ", "+12065550111\n"), ("Label of", "\n"), ("no more): ", "\n"), ("Owner, team: ", "care\n")],
    *[("Pipelines (", "jenkins\n"), ("Pipelines (", "github\n"), ("Write these", "y\n")],
]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_init_asks_and_what_it_writes_is_valid(empty: Path, run: Run) -> None:
    ran, screen = typing(run, "".join(line for _, line in INIT), "init")
    assert ran.code == 0, screen
    for question, _ in INIT:
        assert question in screen
    pipelines = {f".github/workflows/smsops-{name}.yml" for name in ("plan", "apply", "drift")}
    schemas = {f"schemas/{name}.schema.json" for name in ("channel", "project")}
    editor = {".vscode/settings.json", ".vscode/extensions.json"}
    assert files(empty) == {"smsops.yaml", "channels/codes.yaml", ".gitignore", *schemas, *pipelines, *editor}
    assert (empty / ".gitignore").read_text() == ".smsops/\n.env\n"
    assert "placeholders" not in ran.out
    assert 'the secret SMSOPS_SECRETS with, on one line, {"CLINIC_1_TWILIO_API_SECRET": "…"}' in ran.out
    assert run("validate").out == "1 channel is valid.\n"
    assert run("fmt", "--check").code == 0
    assert run("--sandbox", "plan").code == 0


@pytest.mark.parametrize("hosts", ["", "*.acme.io b.acme.io", "sms.acme.io"])
def test_init_with_a_sample_and_little_said_is_valid_too(hosts: str, empty: Path, run: Run) -> None:
    ran, _ = typing(run, f"\n\n\n\n{hosts}\n\n\n\n", "init")
    assert ran.code == 0
    assert "smsops.yaml holds placeholders" in ran.out
    assert "auth_token: {env: MAIN_TWILIO_AUTH_TOKEN}\n" in (empty / "smsops.yaml").read_text()
    assert run("validate").out == "1 channel is valid.\n"


def test_ctrl_c_leaves_an_empty_folder_and_who_does_not_agree_too(empty: Path, run: Run) -> None:
    seen = at_a_terminal("init", "sms", cwd=empty, typed=[*INIT[:12], (INIT[12][0], CTRL_C)])
    assert seen.code == 130
    assert list(empty.iterdir()) == []
    ran, screen = typing(run, "\n\n\n\n\n\n\nn\n", "init")
    assert (ran.code, list(empty.iterdir())) == (5, [])
    assert screen.endswith("error: Nothing was written: you did not agree.\n")


def test_options_of_init_stand_for_answers(empty: Path, run: Run) -> None:
    said = ("--account", "clinic", "--secret-env", "TOKEN", "--webhook-host", "*.acme.io")
    assert run("init", *said, "--account-sid", "AC12").code == 3
    assert list(empty.iterdir()) == []
    ran = run("init", *said)
    assert ran.code == 0
    assert "auth_token: {env: TOKEN}\n" in (empty / "smsops.yaml").read_text()
    assert run("validate").code == 0
    again = run("init", *said)
    assert (again.code, "There is a project already" in again.err) == (64, True)


def test_a_gitignore_that_is_there_stays_and_what_it_lacks_is_told(empty: Path, run: Run) -> None:
    (empty / ".gitignore").write_text("node_modules\n.env\n")
    ran = run("init")
    assert ran.code == 0
    assert "\nAdd to .gitignore:\n\n.smsops/\n" in ran.out
    assert (empty / ".gitignore").read_text() == "node_modules\n.env\n"


def test_with_all_said_a_channel_of_a_project_that_init_wrote_is_valid(empty: Path, run: Run) -> None:
    assert run("init", "--no-input").code == 0
    url = ("--direction", "outbound", "--status-callback-url", "https://hooks.example.com/s")
    ran = run("new", "alerts", "--account", "main", "--owner", "care", *url, "--number", "+12065550119")
    assert (ran.code, "fill in" in ran.out) == (0, False)
    assert "team: care" in (empty / "channels" / "alerts.yaml").read_text()
    assert run("validate").code == 0

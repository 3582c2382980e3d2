"""What an editor shows of the schemas, by the language server that editors run for YAML.

Needs node, and a folder with the npm package yaml-language-server that SMSOPS_EDITOR_TOOLS names. Without that variable
these tests are skipped; with it, whatever is missing is a failure.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smsops.files.schema import schema_text
from smsops.starter import Place
from smsops.starter import editor as starting
from tests.editor.client import Editor, editor

TOOLS = os.environ.get("SMSOPS_EDITOR_TOOLS", "")
NODE = shutil.which("node") or ""
ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "channels" / "larkspur-dental-reminders.yaml"
PROJECT = ROOT / "smsops.yaml"

pytestmark = pytest.mark.skipif(not TOOLS, reason="SMSOPS_EDITOR_TOOLS names no folder with yaml-language-server")


def server() -> list[str]:
    assert NODE, "node is missing."
    program = Path(TOOLS, "node_modules", "yaml-language-server", "bin", "yaml-language-server")
    assert program.is_file(), f"npm install yaml-language-server in {TOOLS}"
    return [NODE, str(program), "--stdio"]


@pytest.fixture(scope="module")
def shown() -> Iterator[Editor]:
    """An editor with the sample project open."""
    with editor(server(), ROOT) as running:
        yield running


def place(text: str, mark: str) -> tuple[int, int]:
    """Line and character of the end of the mark, which is in the text once."""
    assert text.count(mark) == 1
    before = text[: text.index(mark) + len(mark)]
    return before.count("\n"), len(before) - (before.rfind("\n") + 1)


def offered(shown: Editor, text: str, mark: str) -> dict[str, Any]:
    """What is offered after the mark, in a file of the sample project with this text."""
    page = shown.opened(SAMPLE, text)
    return {item["label"]: item for item in shown.at("completion", page, *place(text, mark))["items"]}


@pytest.mark.parametrize("path", [PROJECT, *sorted((ROOT / "channels").iterdir())], ids=lambda path: path.name)
def test_nothing_is_wrong_in_the_sample_project(path: Path, shown: Editor) -> None:
    assert shown.opened(path, path.read_text(encoding="utf-8")).problems == []


def test_keys_are_offered_with_what_they_mean_and_not_those_that_are_there(shown: Editor) -> None:
    text = SAMPLE.read_text(encoding="utf-8") + "tags: {kind: x}\n#end\n"
    found = offered(shown, text, "#end\n")
    assert {"friendly_name", "enabled", "messaging_service_sid", "webhook_method"} <= found.keys()
    assert not {"name", "direction", "phone_numbers", "webhook_url"} & found.keys()
    assert found["enabled"]["documentation"].startswith("false drops inbound messages")


@pytest.mark.parametrize(
    ("before", "mark", "choices"),
    [
        ("direction: inbound-and-outbound", "direction: ", {"outbound", "inbound-and-outbound", "inbound"}),
        ("provider: twilio", "provider: ", {"twilio"}),
        ("  use_case: notifications", "use_case: ", {"notifications", "marketing", "verification", "poll"}),
        ("  registration: required", "registration: ", {"required", "not-required"}),
    ],
)
def test_the_values_that_a_key_can_have_are_offered(before: str, mark: str, choices: set[str], shown: Editor) -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace(before, before.partition(": ")[0] + ": ")
    assert choices <= offered(shown, text, mark).keys()


def test_a_setting_of_the_provider_is_offered_below_messaging(shown: Editor) -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace("  sticky_sender: true\n", "  #here\n")
    # Where the comment begins.
    page = shown.opened(SAMPLE, text)
    line, end = place(text, "#here")
    found = {item["label"] for item in shown.at("completion", page, line, end - len("#here"))["items"]}
    assert {"sticky_sender", "mms_converter", "area_code_geomatch"} <= found


def test_a_number_is_offered_in_quotes(shown: Editor) -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace("phone_numbers:\n", "phone_numbers:\n  - \n")
    found = offered(shown, text, "phone_numbers:\n  - ")
    assert found['"+12065550101"']["insertText"] == '"${1:+12065550101}"'
    assert {"number", "label", "flow", "protected"} <= found.keys()


@pytest.mark.parametrize(
    ("path", "mark", "title", "sentence"),
    [
        (SAMPLE, "\nwebhook_", "Webhook URL", "Called for each inbound message."),
        (SAMPLE, "  validity_", "Validity period", "Seconds that a message may wait in Twilio's queue."),
        (SAMPLE, "\nprovi", "Provider", "Who sends the messages."),
        (PROJECT, "  require_", "Require an owner", "Whether every channel must name its owner."),
    ],
    ids=lambda value: value.strip() if isinstance(value, str) else value.name,
)
def test_hovering_over_a_key_tells_what_it_is(path: Path, mark: str, title: str, sentence: str, shown: Editor) -> None:
    text = path.read_text(encoding="utf-8")
    page = shown.opened(path, text)
    told = shown.at("hover", page, *place(text, mark))["contents"]["value"]
    assert f"#### {title}\n" in told
    assert sentence in told


ENTRY = (
    "An entry must be a number in quotes, or a mapping with number, and with label, flow and protected where there "
    "are any."
)
NUMBER = "A phone number must be + and 7 to 15 digits that begin with the country code."
SETTINGS = (
    "messaging must be a mapping of use_case, validity_period, sticky_sender, smart_encoding, mms_converter and "
    "area_code_geomatch."
)
WRONG = [
    # What is replaced in the sample, by what, and what the editor says: at the line that is wrong, and nothing else.
    (
        "direction: inbound-and-outbound",
        "direction: both",
        "direction must be outbound, inbound-and-outbound or inbound.",
    ),
    ("provider: twilio", "provider: acme", "provider must be twilio."),
    ("webhook_url: https://hooks.l", "webhook_url: http://hooks.l", "webhook_url must be an https URL."),
    ('number: "+12065550101"', 'number: "2065550101"', NUMBER),
    (
        'number: "+12065550101"',
        "number: +12065550101",
        'A phone number must be text in quotes, such as "+12065550101".',
    ),
    ("label: Ballard", "labl: Ballard", ENTRY),
    ("messaging:", "  - +12065550103\nmessaging:", ENTRY),
    ("  sticky_sender", "  stiky_sender", SETTINGS),
    (
        "use_case: notifications",
        "use_case: spam",
        "use_case must be notifications, marketing, verification, discussion, poll or undeclared.",
    ),
    ('start: "08:00"', 'start: "8:00"', "start must be a time such as 09:00, from 00:00 to 23:59."),
    ("\nowner:", "\ncolour: red\nowner:", "Property colour is not allowed."),
    (
        "\nowner:",
        "\nmessaging_service_sid: MG12\nowner:",
        "messaging_service_sid must be MG and 32 hexadecimal digits.",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "message"), WRONG, ids=[wrong.strip() for _, wrong, _ in WRONG])
def test_what_is_wrong_is_said_in_our_words_where_it_is(right: str, wrong: str, message: str, shown: Editor) -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace(right, wrong, 1)
    (problem,) = shown.opened(SAMPLE, text).problems
    assert problem["message"] == message
    line = text.splitlines()[problem["range"]["start"]["line"]]
    assert line.strip() in {part.strip() for part in text.splitlines() if wrong.strip().splitlines()[0] in part}


@pytest.mark.parametrize(
    ("dropped", "messages"),
    [
        ("name: larkspur-dental-reminders", {'Missing property "name".'}),
        ("account: us", {'Missing property "account".'}),
        (
            "webhook_url: https://hooks.larkspur-dental.example.com/sms/inbound",
            {"webhook_url is required when the direction includes inbound."},
        ),
    ],
)
def test_a_key_that_is_missing_is_named(dropped: str, messages: set[str], shown: Editor) -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace(f"\n{dropped}\n", "\n", 1)
    assert {problem["message"] for problem in shown.opened(SAMPLE, text).problems} == messages


def test_a_secret_in_the_project_file_is_refused_without_a_word_of_it(shown: Editor) -> None:
    text = PROJECT.read_text(encoding="utf-8").replace("{env: US_TWILIO_AUTH_TOKEN}", "0123456789abcdef")
    (problem,) = shown.opened(PROJECT, text).problems
    assert problem["message"] == "A secret must be a reference with exactly one of env, file and command."


def test_the_account_says_which_credentials_it_needs(shown: Editor) -> None:
    text = PROJECT.read_text(encoding="utf-8").replace("    auth_token: {env: US_TWILIO_AUTH_TOKEN}\n", "")
    (problem,) = shown.opened(PROJECT, text).problems
    assert problem["message"] == "An account must have credentials: auth_token, or api_key_sid and api_key_secret."


def test_files_without_a_word_of_their_schema_have_it_by_what_init_writes_for_vs_code(tmp_path: Path) -> None:
    files = starting.editor(Place(folder="infra/sms", channels="numbers"))
    settings = json.loads(files[".vscode/settings.json"])
    for schema in settings["yaml.schemas"]:
        (tmp_path / schema).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / schema).write_text(schema_text(Path(schema).name.partition(".")[0]), encoding="utf-8")
    with editor(server(), tmp_path, settings["yaml.schemas"]) as running:
        for path in ("infra/sms/numbers/a.yaml", "infra/sms/numbers/deep/b.yml"):
            page = running.opened(tmp_path / path, "name: a\n")
            assert 'Missing property "phone_numbers".' in {problem["message"] for problem in page.problems}
        elsewhere = running.opened(tmp_path / "numbers" / "a.yaml", "name: a\n")
        assert elsewhere.problems == []

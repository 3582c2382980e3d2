"""Which numbers a campaign may use, and how one number is routed: from the files, as they are."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from smsops.model import Channel, Direction, ServiceSettings
from smsops.senders import Use, why_not
from tests.cli.door import ACCOUNT, CODES, SUPPORT, Run, write_project
from tests.cli.test_hostile import BIDI, tame

INTAKE = """name: intake
provider: twilio
account: us
direction: inbound
webhook_url: https://hooks.example.com/in
phone_numbers:
  - "+12065550104"
"""
PAUSED = SUPPORT.replace("name: support", "name: paused").replace("55501", "55502") + "enabled: false\n"
FLOWS = """name: flows
provider: twilio
account: us
direction: inbound-and-outbound
messaging_service_sid: MG00000000000000000000000000000001
webhook_url: https://hooks.example.com/flows#rc=2
fallback_url: https://dr.example.com/flows
fallback_method: GET
status_callback_url: https://hooks.example.com/status
experience_flow: triage
phone_numbers:
  - {number: "+12065550105", flow: appointments, protected: true}
  - "+12065550106"
"""
BOTH = {"simple": None, "advanced": None}


@pytest.fixture
def every_kind(project: Path) -> Path:
    return write_project(project, intake=INTAKE, paused=PAUSED, flows=FLOWS)


def judged(run: Run, *argv: str) -> dict[str, Any]:
    return {entry["number"]: entry for entry in run("senders", *argv, "-o", "json").document["numbers"]}


def test_each_number_says_what_it_may_be_used_for_and_why_not(every_kind: Path, run: Run) -> None:
    found = judged(run)
    why = {number: entry["why"] for number, entry in found.items()}
    disabled = dict.fromkeys(BOTH, "channel disabled")
    assert why == {
        "+12065550101": BOTH,
        "+12065550102": BOTH,
        "+12065550103": {"simple": None, "advanced": "outbound only"},
        "+12065550104": dict.fromkeys(BOTH, "inbound only"),
        "+12065550105": BOTH,
        "+12065550106": BOTH,
        "+12065550201": disabled,
        "+12065550202": disabled,
    }
    assert all(
        entry["usable"] == {use: reason is None for use, reason in entry["why"].items()} for entry in found.values()
    )
    assert [found[f"+1206555010{last}"]["flow"] for last in "156"] == [None, "appointments", "triage"]
    assert found["+12065550101"]["label"] == "Front desk"
    assert (found["+12065550105"]["path"], found["+12065550105"]["line"]) == ("channels/flows.yaml", 12)


def test_for_one_kind_there_is_one_answer(every_kind: Path, run: Run) -> None:
    assert judged(run, "--for", "simple")["+12065550103"]["usable"] == {"simple": True}
    assert judged(run, "--for", "advanced")["+12065550103"]["usable"] == {"advanced": False}
    rows = list(csv.reader(io.StringIO(run("senders", "--for", "advanced", "-o", "csv").out)))
    assert rows[0] == ["number", "channel", "account", "label", "usable", "why"]
    assert ["'+12065550103", "codes", "us", "", "no", "outbound only"] in rows
    assert ["'+12065550105", "flows", "us", "", "yes", "flow appointments answers"] in rows


def test_a_person_reads_a_row_a_number_and_the_counts(every_kind: Path, run: Run) -> None:
    ran = run("senders")
    assert ran.code == 0
    rows = {" ".join(line.split()) for line in ran.out.splitlines()}
    assert "+12065550101 support us Front desk simple and advanced" in rows
    assert "+12065550103 codes us simple not advanced: outbound only" in rows
    assert "+12065550104 intake us no inbound only" in rows
    assert "8 numbers: 5 for simple campaigns, 4 for advanced campaigns. From the files alone:" in ran.out
    assert "--for" in run("senders", "--for", "complex").err


def test_an_empty_project_is_pointed_to_what_init_points_to(project: Path, run: Run) -> None:
    for path in (project / "channels").iterdir():
        path.unlink()
    pointed = run("init", "-o", "json").document["next_command"]
    assert run("senders", "-o", "json").document["next_command"] == pointed
    ran = run("senders")
    assert (ran.code, ran.out) == (0, f"No channels, so no numbers.\nNext: {pointed}\n")
    assert run("list").code == 0


def test_files_with_errors_are_told_and_the_rest_is_judged(every_kind: Path, run: Run) -> None:
    broken = SUPPORT.replace("webhook_url: https", "webhook_url: http").replace("+12065550102", "+12065550103")
    write_project(every_kind, support=broken)
    ran = run("senders", "-o", "json")
    assert ran.code == 3
    document = ran.document
    assert document["ok"] is False
    assert document["error"]["code"] == document["findings"][0]["code"]
    why = [(entry["number"], entry["channel"], entry["why"]["simple"]) for entry in document["numbers"]]
    assert ("+12065550101", "support", "file has errors") in why
    assert ("+12065550103", "codes", "also declared in channels/support.yaml:10") in why
    assert ("+12065550106", "flows", None) in why
    text = run("senders")
    assert text.code == 3
    assert "also declared in" in text.out
    assert "channels/support.yaml:6:" in text.err


def test_nothing_but_numbers_is_taken_from_a_broken_file(project: Path, run: Run) -> None:
    token = "s3cr3tT0kenaBcDeFgHiJkLmNoPqRsT"
    write_project(project, support=SUPPORT.replace("+12065550102", token))
    ran = run("senders", "-o", "json")
    assert ran.code == 3
    assert token not in ran.out + ran.err
    assert "+12065550101" in ran.out
    write_project(project, support="name: [", codes="name: [")
    assert run("senders").out == "No numbers can be read.\n"
    write_project(project, project="version: [", support=SUPPORT, codes=CODES)
    ran = run("senders", "-o", "json")
    assert (ran.code, ran.document["findings"][0]["path"]) == (3, "smsops.yaml")


def test_where_a_provider_requires_no_webhook_a_conversation_still_does() -> None:
    channel = Channel(
        name="toy",
        provider="toy",
        account="us",
        direction=Direction.INBOUND_AND_OUTBOUND,
        settings=ServiceSettings(friendly_name="toy"),
        senders=(),
    )
    assert [why_not(channel, use) for use in Use] == ["", "no webhook_url"]


def routes(run: Run, number: str) -> Any:
    return run("explain", number, "-o", "json").document


def test_the_routing_of_a_number_names_file_and_line_of_each_part(every_kind: Path, run: Run) -> None:
    (route,) = routes(run, "+12065550105")["routes"]
    assert (route["path"], route["line"]) == ("channels/flows.yaml", 12)
    assert route["account"] == {"name": "us", "account_sid": ACCOUNT, "path": "smsops.yaml", "line": 3}
    assert route["service"] == {"sid": "MG00000000000000000000000000000001", "line": 5}
    assert route["direction"] == {"value": "inbound-and-outbound", "line": 4}
    assert route["replies"] == {"outcome": "webhook", "line": 6}
    assert route["webhook"] == {"method": "POST", "url": "https://hooks.example.com/flows#rc=2", "line": 6}
    assert route["use_inbound_webhook_on_number"] is False
    assert route["fallback"] == {"method": "GET", "url": "https://dr.example.com/flows", "line": 7}
    assert route["status_callback"] == {"method": "POST", "url": "https://hooks.example.com/status", "line": 9}
    assert route["flow"] == {"value": "appointments", "line": 12}
    assert routes(run, "+12065550106")["routes"][0]["flow"] == {"value": "triage", "line": 10}


def said(run: Run, number: str) -> list[str]:
    ran = run("explain", number)
    assert ran.code == 0
    return [" ".join(line.split()) for line in ran.out.splitlines()]


def test_a_person_reads_which_webhook_wins(every_kind: Path, run: Run) -> None:
    lines = said(run, "+12065550101")
    assert lines[:2] == ["+12065550101 (Front desk) in support", "Replies go to hooks.example.com."]
    assert "replies POST https://hooks.example.com/in channels/support.yaml:6" in lines
    assert "number's own URL never called: deferral to the sender's webhook is always switched off always" in lines
    assert "fallback none" in lines
    assert "service not pinned: the one that the last apply recorded, or a new one" in lines
    assert "guarded leaves its pool only with --allow protected channels/flows.yaml:12" in said(run, "+1 206 555-0105")


def test_replies_of_an_outbound_or_disabled_channel_are_dropped_and_why(every_kind: Path, run: Run) -> None:
    unused = CODES.replace("status_callback_url", "webhook_url: https://hooks.example.com/in\nstatus_callback_url")
    write_project(every_kind, codes=unused)
    lines = said(run, "+12065550103")
    assert "replies dropped, and not logged channels/codes.yaml:4" in lines
    assert "webhook_url not used channels/codes.yaml:5" in lines
    lines = said(run, "+12065550201")
    assert "replies dropped, and not logged channels/paused.yaml:13" in lines
    assert "enabled false channels/paused.yaml:13" in lines
    dropped = routes(run, "+12065550103")["routes"][0]
    assert (dropped["replies"]["outcome"], dropped["webhook"], dropped["flow"]) == ("dropped", None, None)
    assert "status callback none" in said(run, "+12065550104")


def test_a_number_of_no_file_is_3_with_a_near_one(project: Path, run: Run) -> None:
    far = run("explain", "+12065559999", "-o", "json").document["error"]["message"]
    assert far == "No channel file declares '+12065559999'.", "a number that is far away is somebody else's"
    ran = run("explain", "+12065550121", "-o", "json")
    assert ran.code == 3
    message = ran.document["error"]["message"]
    assert message.startswith("No channel file declares '+12065550121'. Did you mean +120655501")
    write_project(project, codes="name: [")
    ran = run("explain", "+12065550121", "-o", "json")
    assert ran.code == 3
    assert "may declare it" in ran.document["error"]["message"]
    assert ran.document["findings"][0]["path"] == "channels/codes.yaml"


def test_a_number_of_two_files_is_shown_in_both(project: Path, run: Run) -> None:
    write_project(project, support=SUPPORT.replace("+12065550102", "+12065550103"))
    ran = run("explain", "+12065550103", "-o", "json")
    assert ran.code == 3
    assert [route["path"] for route in ran.document["routes"]] == ["channels/codes.yaml"]
    assert ran.document["undecided"] == [{"channel": "support", "path": "channels/support.yaml", "line": 10}]
    text = run("explain", "+12065550103").out
    assert "channels/support.yaml:10  The file has errors" in text
    assert "declared more than once" in text


@pytest.mark.parametrize("argv", [("senders",), ("explain", "+12065550101")], ids=" ".join)
@pytest.mark.parametrize("format", ["text", "json"])
def test_nothing_that_a_label_or_a_flow_says_reaches_the_terminal_raw(
    argv: tuple[str, ...], format: str, project: Path, run: Run
) -> None:
    label = f"label: {BIDI}, flow: {BIDI}"
    write_project(project, support=SUPPORT.replace("label: Front desk", label))
    ran = tame(run(*argv, "-o", format))
    assert ran.code == 0
    assert "\\u202egnp" in ran.out


@pytest.mark.parametrize("number", ["+\x1b[2J", "+" + "9" * 200, "+12065550101\u202e"], ids=ascii)
def test_a_number_that_is_none_is_escaped_and_in_no_file(number: str, project: Path, run: Run) -> None:
    assert tame(run("explain", number)).code == 3
    assert json.loads(tame(run("explain", number, "-o", "json")).out)["ok"] is False

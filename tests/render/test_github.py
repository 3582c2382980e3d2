"""What GitHub Actions reads: annotations as the runner decodes them, summaries that fit, outputs of one line each."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.diagnostics import Severity
from smsops.render.github import SUMMARY_BYTES, step_outputs, step_summary, workflow_commands
from tests.render.reported import HOSTILE, finding, obeyed, report


def shown(text: str) -> list[tuple[str, dict[str, str], str]]:
    return [command for line in text.splitlines() if (command := obeyed(line))]


def test_a_finding_is_an_annotation_at_its_line_after_the_text() -> None:
    assert workflow_commands(report(finding(7))) == (
        "The text.\n::error file=channels/a.yaml,line=7,col=2,title=SMS204::Number 7 is wrong. Mend it.\n"
    )


def test_a_warning_is_one_and_a_message_without_a_hint_ends_in_no_blank() -> None:
    told = workflow_commands(report(finding(severity=Severity.WARNING, hint="")))
    assert told.endswith("\n::warning file=channels/a.yaml,line=1,col=2,title=SMS204::Number 1 is wrong.\n")


def test_paths_are_those_of_the_repository() -> None:
    ((_, properties, _),) = shown(workflow_commands(report(finding(), prefix="infra/sms/")))
    assert properties["file"] == "infra/sms/channels/a.yaml"


@pytest.mark.parametrize("path", ["a,line=9.yaml", "a:b%3A.yaml", "100%.yaml", "a::b.yaml", "a=b.yaml"])
def test_a_path_comes_out_of_the_runner_as_it_is(path: str) -> None:
    ((name, properties, _),) = shown(workflow_commands(report(finding(path=path, message="50%0A off"))))
    assert name == "error"
    assert properties == {"file": path, "line": "1", "col": "2", "title": "SMS204"}


def test_hostile_text_makes_one_line_that_says_what_it_says() -> None:
    told = workflow_commands(report(finding(message=HOSTILE, hint=HOSTILE, path=f"channels/{HOSTILE}.yaml")))
    _, line, end = told.split("\n")
    assert end == ""
    assert "##[" not in line
    assert "##vso[" not in line
    assert line.isprintable()
    ((name, properties, data),) = shown(told)
    assert name == "error"
    assert set(properties) == {"file", "line", "col", "title"}
    assert "%0A::error::z" in data  # the words, not a line break


@given(st.text(), st.text())
def test_no_message_and_no_path_makes_a_second_command(message: str, path: str) -> None:
    told = workflow_commands(report(finding(message=message, path=f"channels/{path}"), text=""))
    assert len(told.splitlines()) == len(shown(told)) == 1
    assert not re.search(r"##[A-Za-z]*\[", told)


@pytest.mark.parametrize(
    ("number", "most", "last"), [(10, 10, "Number 10"), (11, 10, "2 more errors"), (99, 10, "90 more errors")]
)
def test_ten_of_a_kind_are_shown_and_the_last_one_counts_the_rest(number: int, most: int, last: str) -> None:
    told = shown(workflow_commands(report(*(finding(n) for n in range(1, number + 1)))))
    assert len(told) == most
    assert last in told[-1][2]
    assert [properties.get("line") for _, properties, _ in told[:9]] == [str(n) for n in range(1, 10)]


def test_errors_and_warnings_are_counted_apart() -> None:
    many = [finding(n, severity=severity) for severity in Severity for n in range(1, 13)]
    told = shown(workflow_commands(report(*many)))
    assert [name for name, _, _ in told] == ["error"] * 10 + ["warning"] * 10
    assert "3 more errors" in told[9][2]
    assert "3 more warnings" in told[19][2]
    assert "log" in told[19][2]
    assert told[19][1] == {"title": "smsops plan"}


def test_what_is_found_in_changed_files_is_shown_first() -> None:
    many = [finding(n) for n in range(1, 13)]
    here = finding(40, path="channels/z.yaml")
    told = shown(workflow_commands(report(*many, here, prefix="sms/", changed=frozenset({"sms/channels/z.yaml"}))))
    assert told[0][1]["file"] == "sms/channels/z.yaml"
    assert len(told) == 10


def test_a_failure_without_a_finding_is_an_annotation_without_a_place() -> None:
    assert shown(workflow_commands(report(failure="It is gone."))) == [
        ("error", {"title": "smsops plan"}, "It is gone.")
    ]
    warned = workflow_commands(report(finding(severity=Severity.WARNING), failure="It is gone."))
    assert [name for name, _, _ in shown(warned)] == ["error", "warning"]
    assert len(shown(workflow_commands(report(finding(), failure="It is gone.")))) == 1


def test_a_place_before_the_first_line_is_the_first() -> None:
    ((_, properties, _),) = shown(workflow_commands(report(finding(0))))
    assert properties["line"] == "1"


def test_a_run_without_text_and_findings_says_nothing() -> None:
    assert workflow_commands(report(text="")) == ""


def test_a_summary_that_fits_is_the_page() -> None:
    assert SUMMARY_BYTES == 1_048_576
    page = "é" * (SUMMARY_BYTES // 2)
    assert step_summary(report(markdown=page)) == page
    assert step_summary(report(), room=len("# The page\n")) == "# The page\n"


def test_a_summary_that_does_not_fit_is_a_sentence_and_never_a_torn_page() -> None:
    told = step_summary(report(markdown="é" * (SUMMARY_BYTES // 2) + "x"))
    assert told == "**smsops plan: changes.** The log of this step has the rest.\n"
    assert step_summary(report(), room=len("# The page")) == ""
    assert step_summary(report(markdown="x" * 99), room=len(told)) == told
    assert step_summary(report(markdown="x" * 99), room=len(told) - 1) == ""


def test_outputs_are_one_line_a_value() -> None:
    told = step_outputs(report(changes=3, counts={"create": 1, "held_back": 2}, plan_id="sha256:ab", failure="No."))
    assert told == (
        'result=changes\nchanges=3\ncounts={"create": 1, "held_back": 2}\nplan_id=sha256:ab\nfailure_reason=No.\n'
    )


@given(st.text(st.characters(exclude_categories=())))
def test_no_value_begins_a_second_output(text: str) -> None:
    lines = step_outputs(report(failure=text, plan_id=text, counts={"create": 1})).splitlines()
    assert [line.partition("=")[0] for line in lines] == ["result", "changes", "counts", "plan_id", "failure_reason"]
    assert json.loads(lines[2].partition("=")[2]) == {"create": 1}

"""GitLab's code quality report: the members that it documents, and fingerprints that outlive a moved line."""

from __future__ import annotations

import json
import re
from typing import Any

from jsonschema import Draft202012Validator

from smsops.diagnostics import Finding, Location, Severity
from smsops.frozen import replace
from smsops.render.gitlab import code_quality
from tests.render.reported import HOSTILE, finding, report

DOCUMENTED = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "minLength": 1},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^./]"},
                        "lines": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["begin"],
                            "properties": {"begin": {"type": "integer", "minimum": 1}},
                        },
                    },
                },
            },
        },
    }
)
"""The members of docs.gitlab.com, "Code Quality report format", and no others."""


def quality(*findings: Finding, **facts: Any) -> list[Any]:
    told = json.loads(code_quality(report(*findings, **facts)))
    DOCUMENTED.validate(told)
    return list(told)


def prints(*findings: Finding, **facts: Any) -> list[str]:
    return [one["fingerprint"] for one in quality(*findings, **facts)]


def test_a_finding_has_every_member_that_gitlab_documents() -> None:
    (told,) = quality(finding(7), prefix="infra/")
    assert re.fullmatch("[0-9a-f]{64}", told.pop("fingerprint"))
    assert told == {
        "description": "Number 7 is wrong. Mend it.",
        "check_name": "SMS204",
        "severity": "blocker",
        "location": {"path": "infra/channels/a.yaml", "lines": {"begin": 7}},
    }


def test_a_warning_is_minor_and_no_findings_are_an_empty_report() -> None:
    assert [one["severity"] for one in quality(finding(severity=Severity.WARNING))] == ["minor"]
    assert quality() == []


def test_a_message_without_a_hint_ends_in_no_blank() -> None:
    assert [one["description"] for one in quality(finding(hint=""))] == ["Number 1 is wrong."]


def test_a_place_before_the_first_line_is_the_first() -> None:
    (told,) = quality(finding(0))
    assert told["location"]["lines"] == {"begin": 1}


def test_a_fingerprint_outlives_a_moved_line() -> None:
    wrong = finding(7, message="The key is already on line 3, as in channels/b.yaml:12.")
    moved = replace(
        wrong,
        message="The key is already on line 4, as in channels/b.yaml:99.",
        location=Location(path="channels/a.yaml", line=8, column=5),
    )
    assert prints(wrong) == prints(moved)


def test_a_fingerprint_tells_path_code_message_and_number_apart() -> None:
    one = finding(message="It is wrong 2 times.")
    others = [
        one,
        replace(one, location=Location(path="channels/b.yaml")),
        replace(one, code="SMS205"),
        replace(one, message="It is wrong 3 times."),
    ]
    alone = [prints(other)[0] for other in others]
    assert len({*alone, *prints(one, prefix="sms/")}) == 5


def test_equal_findings_have_fingerprints_of_their_own_by_the_order_of_their_places() -> None:
    first, second = finding(3, message="Same."), finding(9, message="Same.")
    assert len(set(prints(first, second))) == 2
    assert prints(first, second) == prints(second, first)
    assert prints(first)[0] == prints(first, second)[0]


def test_the_number_of_an_equal_finding_does_not_hang_on_what_is_told_first() -> None:
    first, second = finding(3, message="Same.", severity=Severity.WARNING), finding(9, message="Same.")
    by_line = {one["location"]["lines"]["begin"]: one["fingerprint"] for one in quality(first, second)}
    assert by_line[3] == prints(first)[0]


def test_hostile_text_stays_text() -> None:
    written = code_quality(report(finding(message=HOSTILE, hint="")))
    assert written.isascii()
    assert not re.search(r"##[A-Za-z]*\[", written)
    (told,) = quality(finding(message=HOSTILE, hint=""))
    assert told["description"].isprintable()
    assert told["description"].startswith("\\x1b[31m::error::x\\n::add-mask::y %0A::error::z\\r#\\x23[add-mask]x")

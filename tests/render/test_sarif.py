"""SARIF against the published schema, and what code scanning asks besides."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from pydantic_sarif.model import (  # type: ignore[import-untyped]
    StaticAnalysisResultsFormatSarifVersion210JsonSchema as Published,
)

from smsops import __version__
from smsops.codes import CODES
from smsops.diagnostics import Finding, Severity
from smsops.render import sarif as module
from smsops.render.sarif import sarif
from tests.render.reported import HOSTILE, finding, report


def run_of(*findings: Finding, **facts: Any) -> dict[str, Any]:
    """The one run of the file, which the published schema allows."""
    text = sarif(report(*findings, **facts))
    Published.model_validate_json(text)
    document = json.loads(text)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    return dict(run)


def test_the_check_is_strict() -> None:
    document = json.loads(sarif(report(finding())))
    document["runs"][0]["results"][0]["nonsense"] = 1
    with pytest.raises(ValueError, match="nonsense"):
        Published.model_validate_json(json.dumps(document))


def test_a_finding_is_a_result_with_its_rule_and_place() -> None:
    run = run_of(finding(7), prefix="infra/")
    (result,) = run["results"]
    assert re.fullmatch("[0-9a-f]{64}", result.pop("partialFingerprints")["pathCodeMessage/v1"])
    assert result == {
        "ruleId": "SMS204",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "Number 7 is wrong. Mend it."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "infra/channels/a.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 7, "startColumn": 2},
                }
            }
        ],
    }
    assert run["tool"]["driver"] == {"name": "smsops", "version": __version__, "rules": run["tool"]["driver"]["rules"]}
    assert run["automationDetails"] == {"id": "smsops/plan/"}
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_each_result_points_at_its_own_rule_and_a_rule_stands_once() -> None:
    found = [finding(n, code=code) for n, code in enumerate(("SMS305", "SMS204", "SMS305", "SMS101"), 1)]
    run = run_of(*found)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["SMS101", "SMS204", "SMS305"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [f.code for f in found]


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_a_rule_that_explains_itself(code: str) -> None:
    (rule,) = run_of(finding(code=code))["tool"]["driver"]["rules"]
    known = CODES[code]
    assert rule["shortDescription"]["text"] == f"{known.title}."
    assert rule["fullDescription"]["text"] == known.why
    for form in ("text", "markdown"):
        assert rule["help"][form].startswith(known.why)
        assert known.bad.rstrip() in rule["help"][form]
        assert known.good.rstrip() in rule["help"][form]
    assert rule["help"]["markdown"].count("```") == 2 * (bool(known.bad) + bool(known.good))


def test_a_warning_is_one_and_places_begin_at_one() -> None:
    (result,) = run_of(finding(0, severity=Severity.WARNING))["results"]
    assert result["level"] == "warning"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1, "startColumn": 2}


@pytest.mark.parametrize("path", ["a b.yaml", "ä/ü.yaml", "a:b.yaml", "a%20.yaml", "a?b#c.yaml", 'a"\\<>.yaml'])
def test_a_path_is_a_relative_reference_that_leads_back_to_it(path: str) -> None:
    (result,) = run_of(finding(path=path))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert unquote(uri) == path


def test_hostile_text_stays_text() -> None:
    text = sarif(report(finding(message=HOSTILE, hint=HOSTILE), failure=HOSTILE, result="failed"))
    assert text.isascii()
    assert not re.search(r"##[A-Za-z]*\[", text)
    run = json.loads(text)["runs"][0]
    for message in (run["results"][0]["message"], run["invocations"][0]["toolExecutionNotifications"][0]["message"]):
        assert message["text"].isprintable()
        assert "\\[a](b)" in message["text"]


def test_brackets_that_make_no_link_are_left_alone() -> None:
    (result,) = run_of(finding(message="[a] (b) a[0](c)", hint=""))["results"]
    assert result["message"]["text"] == "[a] (b) a\\[0](c)"


@pytest.mark.parametrize("result", ["failed", "partial", "stale", "locked", "interrupted"])
def test_a_run_that_did_not_end_says_so(result: str) -> None:
    (invocation,) = run_of(result=result, failure="It is gone.")["invocations"]
    assert invocation == {
        "executionSuccessful": False,
        "toolExecutionNotifications": [{"level": "error", "message": {"text": "It is gone."}}],
    }


def test_a_run_that_found_errors_came_to_its_end() -> None:
    (invocation,) = run_of(finding(), result="invalid", failure="1 error.")["invocations"]
    assert invocation == {"executionSuccessful": True}


def test_results_beyond_the_limit_are_left_out_from_the_end_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.MOST_RESULTS == 25_000
    monkeypatch.setattr(module, "MOST_RESULTS", 3)
    found = [finding(n, severity=Severity.WARNING) for n in (1, 2)] + [finding(n) for n in (3, 4)]
    run = run_of(*found)
    assert [r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in run["results"]] == [3, 4, 1]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    ((note,)) = invocation["toolExecutionNotifications"]
    assert note["level"] == "warning"
    assert note["message"]["text"] == "1 finding left out: code scanning takes 3 a run."
    assert run_of(*found[:3])["invocations"] == [{"executionSuccessful": True}]

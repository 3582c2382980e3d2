"""JUnit XML as Jenkins and GitLab read it: its grammar, its counts, and nothing that XML cannot hold."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from smsops.render.junit import junit
from smsops.render.report import Case, Verdict
from tests.render.reported import HOSTILE, report

COUNTED = {"tests": None, "failures": "failure", "errors": "error", "skipped": "skipped"}
GRAMMAR: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", *COUNTED}, {"testsuite"}),
    "testsuite": ({"name", *COUNTED}, {"testcase"}),
    "testcase": ({"classname", "name"}, {"failure", "error", "skipped", "system-out"}),
    "failure": ({"message"}, set()),
    "error": ({"message"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}
"""By element: the attributes that it has, and what may stand in it (junit-10.xsd of Jenkins' xunit plug-in)."""

CASES = (
    Case(name="care", group="us"),
    Case(name="codes", group="us", verdict=Verdict.FAILED, message="It is wrong.", details="line 1\nline 2\n"),
    Case(name="desk", group="us", verdict=Verdict.SKIPPED, message="It waits."),
    Case(name="offers", group="uk", verdict=Verdict.ERROR, message="It is gone."),
    Case(name="bank", group="uk", details="~ a → b\n"),
)


def read(*cases: Case) -> ET.Element:
    """The document, which keeps to the grammar and counts right."""
    text = junit(report(cases=cases))
    assert text.isascii()
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = GRAMMAR[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
        assert element.tag != "testcase" or len(element) <= 1
    for counted in (root, *root):
        for name, tag in COUNTED.items():
            found = list(counted.iter("testcase")) if tag is None else list(counted.iter(tag))
            assert counted.get(name) == str(len(found)), name
    return root


def test_a_group_is_a_suite_and_each_verdict_has_its_element() -> None:
    root = read(*CASES)
    assert root.get("name") == "smsops plan"
    assert [suite.get("name") for suite in root] == ["uk", "us"]
    told = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert told == {"care": [], "codes": ["failure"], "desk": ["skipped"], "offers": ["error"], "bank": ["system-out"]}
    assert {case.get("name"): case.get("classname") for case in root.iter("testcase")}["bank"] == "uk"


def test_a_failure_has_its_sentence_and_its_lines() -> None:
    (failure,) = read(*CASES).iter("failure")
    assert (failure.get("message"), failure.text) == ("It is wrong.", "line 1\nline 2\n")
    (error,) = read(*CASES).iter("error")
    assert (error.get("message"), error.text) == ("It is gone.", None)
    (out,) = read(*CASES).iter("system-out")
    assert out.text == "~ a → b\n"


def test_no_time_is_told_that_nobody_measured() -> None:
    assert "time" not in junit(report(cases=CASES))


def test_a_run_that_looked_at_nothing_is_a_document_too() -> None:
    assert read().attrib == {"name": "smsops plan", "tests": "0", "failures": "0", "errors": "0", "skipped": "0"}


def test_hostile_text_stays_text() -> None:
    hostile = Case(
        name=HOSTILE, group=HOSTILE, verdict=Verdict.FAILED, message=HOSTILE, details=f"{HOSTILE}\n::error::x\n"
    )
    root = read(hostile)
    (case,) = root.iter("testcase")
    (failure,) = case
    for text in (case.get("name"), case.get("classname"), failure.get("message")):
        assert text is not None
        assert text.isprintable()
        assert "<script> ]]> &amp;" in text
    for line in junit(report(cases=(hostile,))).splitlines():
        assert not line.lstrip().startswith("::")
        assert not re.search(r"##[A-Za-z]*\[", line)


@given(st.text(st.characters(exclude_categories=())), st.sampled_from(Verdict))
def test_whatever_a_case_says_it_is_a_document(text: str, verdict: Verdict) -> None:
    read(Case(name=text, group=text, verdict=verdict, message=text, details=text))

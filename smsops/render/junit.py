"""JUnit XML as Jenkins and GitLab read it: a suite an account or a folder, a case a channel, a change or a file.

No times are told: none were measured. Text is `clean`, so it holds no character that XML 1.0 forbids, and everything
beyond ASCII is a character reference, whatever stream it goes to.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence

from smsops.render.plain import clean, clean_lines
from smsops.render.report import Case, Report, Verdict

_ELEMENTS = {Verdict.FAILED: "failure", Verdict.ERROR: "error", Verdict.SKIPPED: "skipped"}


def junit(report: Report) -> str:
    """The cases, by group in order."""
    groups: dict[str, list[Case]] = {}
    for case in report.cases:
        groups.setdefault(case.group, []).append(case)
    root = ET.Element("testsuites", {"name": clean(f"smsops {report.command}"), **_counts(report.cases)})
    for name in sorted(groups):
        suite = ET.SubElement(root, "testsuite", {"name": clean(name), **_counts(groups[name])})
        for case in groups[name]:
            _add(suite, case)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="us-ascii", xml_declaration=True)
    return written.decode() + "\n"


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    verdicts = Counter(case.verdict for case in cases)
    return {
        "tests": str(len(cases)),
        "failures": str(verdicts[Verdict.FAILED]),
        "errors": str(verdicts[Verdict.ERROR]),
        "skipped": str(verdicts[Verdict.SKIPPED]),
    }


def _add(suite: ET.Element, case: Case) -> None:
    element = ET.SubElement(suite, "testcase", {"classname": clean(case.group), "name": clean(case.name)})
    details = clean_lines(case.details)
    if case.verdict is not Verdict.PASSED:
        ended = ET.SubElement(element, _ELEMENTS[case.verdict], {"message": clean(case.message)})
        ended.text = details or None
    elif details:
        ET.SubElement(element, "system-out").text = details

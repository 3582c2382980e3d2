"""SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0): findings for code scanning, with what each code means.

GitHub refuses a file with more than 25,000 results and shows 5,000 of them (docs.github.com, "SARIF results exceed one
or more limits"). What is beyond is left out, last in order: errors and changed files come first, and a notification
says how many are missing.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from smsops import __version__
from smsops.codes import CODES
from smsops.diagnostics import Finding
from smsops.render.documents import dumped
from smsops.render.fingerprints import fingerprints
from smsops.render.plain import clean, counted
from smsops.render.report import Report

MOST_RESULTS = 25_000
_UNFINISHED = ("failed", "partial", "stale", "locked", "interrupted")
"""Results of runs that did not come to their end: they may have found less than there is."""
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def sarif(report: Report) -> str:
    """The log file of one run."""
    ordered = report.ordered()[:MOST_RESULTS]
    codes = sorted({finding.code for finding in ordered})
    results = [
        _result(report, finding, codes.index(finding.code), fingerprint)
        for finding, fingerprint in zip(ordered, fingerprints(report, ordered), strict=True)
    ]
    return dumped(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {"name": "smsops", "version": __version__, "rules": [_rule(code) for code in codes]}
                    },
                    # Uploads of two commands do not replace each other.
                    "automationDetails": {"id": f"smsops/{report.command}/"},
                    "invocations": [_invocation(report)],
                    "columnKind": "unicodeCodePoints",
                    "results": results,
                }
            ],
        }
    )


def _rule(code: str) -> dict[str, Any]:
    """What `smsops explain` says of a code."""
    known = CODES[code]
    examples = [(title, text.rstrip()) for title, text in (("Bad", known.bad), ("Good", known.good)) if text]
    plain = "".join(f"\n\n{title}:\n{text}" for title, text in examples)
    fenced = "".join(f"\n\n{title}:\n\n```yaml\n{text}\n```" for title, text in examples)
    return {
        "id": code,
        "shortDescription": {"text": f"{known.title}."},
        "fullDescription": {"text": known.why},
        "help": {"text": known.why + plain, "markdown": known.why + fenced + "\n"},
    }


def _result(report: Report, finding: Finding, index: int, fingerprint: str) -> dict[str, Any]:
    where = finding.location
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": str(finding.severity),
        "message": {"text": _message(f"{finding.message} {finding.hint}")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(report.path(finding)), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": max(1, where.line), "startColumn": max(1, where.column)},
                }
            }
        ],
        "partialFingerprints": {"pathCodeMessage/v1": fingerprint},
    }


def _message(text: str) -> str:
    """Clean text in which `[words](address)` is no link (SARIF 3.11.6)."""
    return _LINK.sub(r"\\[", clean(text.strip()))


def _uri(path: str) -> str:
    """A relative reference; a colon before the first slash would make it a scheme (RFC 3986, 4.2)."""
    return quote(path, safe="/")


def _invocation(report: Report) -> dict[str, Any]:
    finished = report.result not in _UNFINISHED
    left = len(report.findings) - MOST_RESULTS
    told = [] if finished else [{"level": "error", "message": {"text": _message(report.failure)}}]
    if left > 0:
        sentence = f"{counted(left, 'finding')} left out: code scanning takes {MOST_RESULTS:,} a run."
        told.append({"level": "warning", "message": {"text": sentence}})
    return {"executionSuccessful": finished, **({"toolExecutionNotifications": told} if told else {})}

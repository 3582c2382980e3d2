"""What stays the same of a finding from run to run, so that a CI system knows it again."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from smsops.diagnostics import Finding
from smsops.render.report import Report

_LINE = re.compile(r"(?<=:)\d+|(?<=\bline )\d+")
"""Messages name other lines, too, as `channels/otp.yaml:8` or `line 8`."""


def fingerprints(report: Report, findings: Iterable[Finding]) -> list[str]:
    """One for each finding, in its order: SHA-256 over path, code and message, whatever the lines.

    Equal ones are told apart by their number, counted in the order of their places.
    """
    given = list(findings)
    seen: Counter[str] = Counter()
    made: dict[int, str] = {}
    for index in sorted(range(len(given)), key=lambda i: given[i].sort_key):
        finding = given[index]
        facts = "\0".join((report.path(finding), finding.code, _LINE.sub("", finding.message)))
        seen[facts] += 1
        made[index] = hashlib.sha256(f"{facts}\0{seen[facts]}".encode("utf-8", "backslashreplace")).hexdigest()
    return [made[index] for index in range(len(given))]

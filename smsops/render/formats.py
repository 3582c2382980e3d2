"""The formats that CI systems read, each drawn from a report."""

from __future__ import annotations

from collections.abc import Callable

from smsops.render.github import workflow_commands
from smsops.render.gitlab import code_quality
from smsops.render.junit import junit
from smsops.render.report import Report
from smsops.render.sarif import sarif

REPORTED: dict[str, Callable[[Report], str]] = {
    "github": workflow_commands,
    "gitlab": code_quality,
    "sarif": sarif,
    "junit": junit,
}
"""A command whose table of renderers has a `report` offers all of these."""

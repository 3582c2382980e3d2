"""What the commands that CI runs can print, by format: `report` stands for every format that CI systems read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smsops.render.applied import applied_json, applied_text
from smsops.render.documents import failure
from smsops.render.drawn import plan_json
from smsops.render.drift import drift_json, drift_text
from smsops.render.findings import checked_json, checked_text
from smsops.render.html import applied_html, checked_html, drift_html, failure_html, plan_html
from smsops.render.markdown import (
    applied_markdown,
    checked_markdown,
    drift_markdown,
    failure_markdown,
    plan_markdown,
)
from smsops.render.reports import applied_report, checked_report, drift_report, plan_report
from smsops.render.text import plan_text

Renderers = Mapping[str, Callable[..., Any]]
"""By format, what turns one kind of value into text, given `color`; `report` turns it into a `Report`."""

PLAN: Renderers = {
    "text": plan_text,
    "json": plan_json,
    "markdown": plan_markdown,
    "html": plan_html,
    "report": plan_report,
}
APPLIED: Renderers = {
    "text": applied_text,
    "json": applied_json,
    "markdown": applied_markdown,
    "html": applied_html,
    "report": applied_report,
}
CHECKED: Renderers = {
    "text": checked_text,
    "json": checked_json,
    "markdown": checked_markdown,
    "html": checked_html,
    "report": checked_report,
}
DRIFT: Renderers = {
    "text": drift_text,
    "json": drift_json,
    "markdown": drift_markdown,
    "html": drift_html,
    "report": drift_report,
}
FAILED = {"json": failure, "markdown": failure_markdown, "html": failure_html}
"""What is printed in place of a result when the command failed."""

"""What the commands that CI runs can print, by format: `report` stands for every format that CI systems read.

Of all these formats a run prints one or two. So each is named here, and its module is loaded when it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

Renderers = Mapping[str, Callable[..., Any]]
"""By format, what turns one kind of value into text, given `color`; `report` turns it into a `Report`."""


def _drawn_by(module: str, name: str) -> Callable[..., Any]:
    def draw(*values: object, **how: object) -> Any:
        return getattr(import_module(f"smsops.render.{module}"), name)(*values, **how)

    return draw


PLAN: Renderers = {
    "text": _drawn_by("text", "plan_text"),
    "json": _drawn_by("drawn", "plan_json"),
    "markdown": _drawn_by("markdown", "plan_markdown"),
    "html": _drawn_by("html", "plan_html"),
    "report": _drawn_by("reports", "plan_report"),
}
APPLIED: Renderers = {
    "text": _drawn_by("applied", "applied_text"),
    "json": _drawn_by("applied", "applied_json"),
    "markdown": _drawn_by("markdown", "applied_markdown"),
    "html": _drawn_by("html", "applied_html"),
    "report": _drawn_by("reports", "applied_report"),
}
CHECKED: Renderers = {
    "text": _drawn_by("findings", "checked_text"),
    "json": _drawn_by("findings", "checked_json"),
    "markdown": _drawn_by("markdown", "checked_markdown"),
    "html": _drawn_by("html", "checked_html"),
    "report": _drawn_by("reports", "checked_report"),
}
DRIFT: Renderers = {
    "text": _drawn_by("drift", "drift_text"),
    "json": _drawn_by("drift", "drift_json"),
    "markdown": _drawn_by("markdown", "drift_markdown"),
    "html": _drawn_by("html", "drift_html"),
    "report": _drawn_by("reports", "drift_report"),
}
FAILED: Renderers = {
    "json": _drawn_by("documents", "failure"),
    "markdown": _drawn_by("markdown", "failure_markdown"),
    "html": _drawn_by("html", "failure_html"),
    "report": _drawn_by("reports", "failure_report"),
}
"""What is printed in place of a result when the command failed."""
REPORTED: Renderers = {
    "github": _drawn_by("github", "workflow_commands"),
    "gitlab": _drawn_by("gitlab", "code_quality"),
    "sarif": _drawn_by("sarif", "sarif"),
    "junit": _drawn_by("junit", "junit"),
}
"""The formats that CI systems read, each drawn from a `Report`. A command that has a `report` offers all of these."""

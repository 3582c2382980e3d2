"""What it takes to set a channel up at its provider, as values: who does each step, and how."""

from __future__ import annotations

from enum import StrEnum

from smsops.frozen import Frozen


class By(StrEnum):
    """Who does a step."""

    YOU = "you"
    APPLY = "apply"


class Step(Frozen):
    """One step. Names, labels and URLs of files stand in the lines as they are: they are cleaned where it is shown."""

    by: By
    title: str
    """Our own words alone."""
    lines: tuple[str, ...] = ()

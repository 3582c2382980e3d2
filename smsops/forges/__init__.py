"""Forges: where a change is reviewed, and where its plan is shown and approved."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from smsops.forges.base import Forge
from smsops.forges.github import GitHub
from smsops.forges.gitlab import GitLab

FORGES: dict[str, type[GitHub] | type[GitLab]] = {"github": GitHub, "gitlab": GitLab}
"""Every forge that smsops speaks to."""


def forge_of(environ: Mapping[str, str], *, sleep: Callable[[float], object] = time.sleep) -> Forge | None:
    """The forge that runs this, else one that the environment names; None when there is none.

    Raises UsageError for an environment that names one incompletely, and NotAllowed.
    """
    running = (kind for kind in FORGES.values() if environ.get(kind.runner) == "true")
    named = (kind for kind in FORGES.values() if kind.is_named(environ))
    kind = next(running, None) or next(named, None)
    return None if kind is None else kind(environ, sleep=sleep)

"""What `smsops init` wrote, what it left alone, and what is left to do."""

from __future__ import annotations

import json
from enum import StrEnum

from smsops.frozen import Frozen
from smsops.render.documents import document
from smsops.render.plain import Paint, clean, clean_lines, painted


class Fate(StrEnum):
    """What became of one file."""

    WRITTEN = "written"
    SAME = "same"
    """It is there already, with the same content."""
    LEFT = "left"
    """Something else is there, and was not touched."""


class Paste(Frozen):
    """What belongs into a file that was left alone."""

    path: str
    below: str = ""
    """The line of the file below which it goes; '' for anywhere."""
    lines: str


class Started(Frozen):
    """One run."""

    files: tuple[tuple[str, Fate], ...]
    """Paths as the person who typed the command can use them."""
    pastes: tuple[Paste, ...] = ()
    """For files that a repository may have for more than smsops."""
    pipelines: tuple[str, ...]
    """What was asked for: `github`, `gitlab`, `pre-commit`."""
    branches: tuple[str, ...]
    """A push to these is applied, where GitHub is asked for."""
    secrets: tuple[str, ...]
    """The variables that smsops.yaml refers to."""
    has_placeholders: bool
    """Whether smsops.yaml was written with values that are to be replaced."""
    next_command: str

    @property
    def ok(self) -> bool:
        """Whether everything is there as it was to be."""
        return all(fate is not Fate.LEFT for _, fate in self.files)


def started_text(started: Started, *, color: bool) -> str:
    size = max(map(len, Fate))
    lines = [f"{fate:<{size}}  {clean(path)}" for path, fate in started.files]
    if not started.files:
        lines.append("There is a project already. --ci adds pipelines to it.")
    if started.has_placeholders:
        lines += ["", "smsops.yaml holds placeholders: put your own values where it says REPLACE."]
    if not started.ok:
        warning = "What is marked left has other content and was not touched. Move it away, or merge by hand."
        lines += ["", painted(warning, Paint.ERROR, color=color)]
    for paste in started.pastes:
        below = f", below {paste.below}" if paste.below else ":"
        lines += ["", f"Add to {clean(paste.path)}{below}", "", clean_lines(paste.lines.rstrip("\n"))]
    if started.pipelines:
        lines += ["", *_SOURCE]
    for pipeline in started.pipelines:
        lines += ["", *_to_do(pipeline, started)]
    return "\n".join([*lines, "", f"Next: {clean(started.next_command)}", ""])


def started_json(started: Started, *, color: bool) -> str:
    return document(
        ok=started.ok,
        files=[{"path": path, "fate": str(fate)} for path, fate in started.files],
        pastes=[{"path": paste.path, "below": paste.below, "lines": paste.lines} for paste in started.pastes],
        pipelines=list(started.pipelines),
        branches=list(started.branches),
        secrets=list(started.secrets),
        next_command=started.next_command,
    )


_SOURCE = (
    "No pipeline runs before you say what pip installs beside your secrets. Where it says REPLACE, put",
    "  git+https://FORGE/OWNER/smsops@COMMIT, with a commit that you have looked at,",
    "  or the URL of a wheel in an index of your own, with its hash: https://INDEX/…whl#sha256=HASH.",
    "  A name alone would be whatever an index has under it on the day.",
)


def _to_do(pipeline: str, started: Started) -> list[str]:
    names = [clean(name) for name in started.secrets] or ["NAME"]
    match pipeline:
        case "github":
            value = json.dumps(dict.fromkeys(names, "…"), ensure_ascii=False)
            return [
                "GitHub: in Settings, Secrets and variables, Actions, add",
                f"  the secret SMSOPS_SECRETS with, on one line, {value}",
                "  and in Settings, Environments, production with the people who may let an apply go on.",
                f"  What is pushed to {clean(' or '.join(started.branches))} is applied."
                " Where that is not your default branch, change branches in the apply workflow.",
            ]
        case "gitlab":
            return [
                "GitLab: in Settings, CI/CD, Variables, add, masked and not protected, since merge requests need them,",
                *(f"  {name}" for name in names),
                "  GITLAB_TOKEN: a project access token with the scope api.",
                "  Then add the same names again, masked, protected and of the environment scope production: there",
                "  belong the key that writes, and a GITLAB_TOKEN that also has write_repository and may push to the",
                "  ledger's branch.",
            ]
        case _:
            return ["pre-commit: run pre-commit install, or prek install, once in each clone."]


STARTED = {"text": started_text, "json": started_json}

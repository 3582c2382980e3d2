"""`smsops comment`: a saved plan in the one comment of its pull or merge request."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click

from smsops.cli import group
from smsops.cli.options import option
from smsops.cli.project import channels_if_any
from smsops.cli.saving import read_plan, require_whole
from smsops.cli.terminal import Terminal, write_file
from smsops.errors import ExitCode, UsageError
from smsops.forges import forge_of
from smsops.forges.base import NotAllowed
from smsops.git import source
from smsops.render.comment import comment_markdown, marker, no_plan_markdown
from smsops.render.commented import COMMENTED, SAVED, Commented
from smsops.render.drawn import Drawn

_HELP = """Put a saved plan into the one comment of its pull or merge request.

On GitHub or GitLab, the comment is made once and then updated. Where the token may not write, as in a fork, the
Markdown is left beside PLAN_FILE instead."""
_NO_PLAN_FILE = Path("smsops-comment.md")

Body = Callable[[str | None], str]
"""The Markdown of the comment, made from that of the earlier one."""


@group.command(
    "comment",
    renderers=COMMENTED,
    help=_HELP,
    examples=("smsops comment plan.json", "smsops comment --no-plan"),
    exits={
        ExitCode.OK: "the comment is there, or its text is in the file",
        ExitCode.ERROR: "unexpected error, or the forge did not answer as it should",
        ExitCode.AUTH: "the forge refuses the token",
        ExitCode.STALE: "the plan is damaged, or a shard",
        ExitCode.USAGE: "wrong usage, the plan cannot be read, or no request to comment on",
    },
)
@click.argument("plan_file", metavar="[PLAN_FILE]", required=False, type=click.Path(path_type=Path))
@option(
    "--key",
    metavar="NAME",
    default="plan",
    show_default=True,
    help="Which comment: several projects of one repository each have their own.",
)
@option("--no-plan", is_flag=True, help="Say in the comment that there is no plan for this commit.")
def command(terminal: Terminal, plan_file: Path | None, key: str, no_plan: bool) -> int:
    try:
        marker(key)
    except ValueError as error:
        raise UsageError(f"{error}.") from error
    if (plan_file is None) != no_plan:
        raise UsageError("Name either a PLAN_FILE or --no-plan.", hint="smsops plan --out FILE saves a plan.")
    body = _no_plan(key) if plan_file is None else _plan(plan_file, key, terminal)
    terminal.emit(COMMENTED, _post(body, key, _file_beside(plan_file), terminal))
    return ExitCode.OK


def _plan(file: Path, key: str, terminal: Terminal) -> Body:
    saved = read_plan(file)
    require_whole(saved)
    drawn = Drawn(plan=saved.plan, channels=channels_if_any(terminal), is_saved=True)
    return lambda previous: comment_markdown(drawn, key=key, previous=previous)


def _no_plan(key: str) -> Body:
    commit = source(Path()).commit
    return lambda previous: no_plan_markdown(key=key, commit=commit, previous=previous)


def _post(body: Body, key: str, file: Path, terminal: Terminal) -> Commented:
    """Post the comment, or leave it in the file. Raises UsageError and ForgeError."""
    try:
        forge = forge_of(os.environ)
        if forge is None:
            raise UsageError(
                "The environment names no pull or merge request to comment on.",
                hint="GitHub: GITHUB_REPOSITORY, GITHUB_TOKEN and GITHUB_EVENT_PATH or GITHUB_REF. "
                "GitLab: CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID and GITLAB_TOKEN.",
            )
        posted = forge.comment(marker(key), body)
    except NotAllowed as error:
        terminal.talk(f"The comment cannot be posted from here. {error.message}\nhint: {error.hint}")
        write_file(file, body(None))
        return Commented(action=SAVED, path=str(file))
    return Commented(action=posted.action, url=posted.url)


def _file_beside(plan_file: Path | None) -> Path:
    """Where the Markdown goes that cannot be posted; never over the plan itself."""
    if plan_file is None:
        return _NO_PLAN_FILE
    return plan_file.with_name(plan_file.name + ".md") if plan_file.suffix == ".md" else plan_file.with_suffix(".md")

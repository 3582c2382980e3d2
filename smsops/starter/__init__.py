"""What `smsops init` writes: a project to start from, and the pipelines of a forge.

Nothing is kept twice. The GitHub workflows are this project's own reusable ones with another trigger, the GitLab jobs
are its component, and the pre-commit hooks are those that it offers.

What pip installs is not chosen here: it runs beside the secrets of the accounts, and whoever has a name on a package
index decides what that name is. The value that is written fails until a person has put a source of their own there.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from smsops.frozen import Frozen

_CHECKOUT = Path(__file__).parents[2]
_SHIPPED = {
    "plan.yml": ".github/workflows/plan.yml",
    "apply.yml": ".github/workflows/apply.yml",
    "drift.yml": ".github/workflows/drift.yml",
    "gitlab.yml": "templates/smsops.yml",
    "hooks.yaml": ".pre-commit-hooks.yaml",
}
"""File of the wheel, in this folder, and where it lies in a checkout."""
_TRIGGERS = {
    "plan": "  pull_request:\n",
    "apply": """\
  push:
    # The name of the default branch; what is pushed elsewhere is never applied.
    branches: BRANCHES
  workflow_dispatch:
    inputs:
      allow:
        description: Kinds of change to let through, separated by blanks, such as limit prune.
        default: ""
""",
    "drift": """\
  schedule:
    - cron: "17 6 * * *"
  workflow_dispatch:
""",
}
_OWN = "# Written by smsops init; change it as you like.\n"
_POINTER = re.compile(r"^# docs/pipelines\.md .*\n", re.MULTILINE)
_CALLED = re.compile(r"\non:\n(.*?)\npermissions: ", re.DOTALL)
_DEFAULT = re.compile(r"^      ([a-z-]+):\n(?:        .*\n)*?        default: (.*)$", re.MULTILINE)
_INPUT = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")
_TITLE = re.compile(r"^name: .*$", re.MULTILINE)
_ARTIFACT = re.compile(r"^( +(?:name|pattern): )smsops(?=-)", re.MULTILINE)
_HOOK = re.compile(r"^(?=- id: )", re.MULTILINE)
_FILES = re.compile(r"^  files: .*$", re.MULTILINE)
_GLOB = re.compile(r"[+!]")
"""What means something in GitHub's filters, as far as git lets the name of a branch have it."""
_REGEX = re.compile(r"[][\\.+*?()|{}^$]")
"""What means something in a pattern, of Python (pre-commit) and of Rust (prek), which takes no needless backslash."""

SOURCE = "REPLACE: git+https://FORGE/OWNER/smsops@COMMIT"
"""Stands where a pipeline says what pip installs; pip refuses it, and the jobs do so before pip is asked."""
_SOURCE = f'"{SOURCE}"'
_SOURCE_NOTE = """\
# REPLACE: what pip installs. Name a commit that you have looked at, or the URL of a wheel in an index of your own
# with its hash, https://INDEX/smsops-VERSION-py3-none-any.whl#sha256=HASH. A name alone is whatever an index has
# under it on the day.
"""
IGNORED = ".smsops/\n.env\n"
"""What git must not see of a project: the sandbox and the locks, and a file of secrets for a shell."""
SHARED = {".gitlab-ci.yml": "include:", ".pre-commit-config.yaml": "repos:"}
"""Files that a repository may have for more than smsops, and the line below which the project's part belongs."""


class Place(Frozen):
    """Where a project lies in its repository."""

    folder: str = ""
    """From the root of the repository, of letters, digits, `_`, `.`, `-` and `/`; '' is the root."""
    channels: str = "channels"
    """The folder of its channel files, from the project's own."""
    branches: tuple[str, ...] = ("main", "master")
    """Where the merges arrive that are to be applied."""

    @property
    def prefix(self) -> str:
        """What names begin with that several projects of one repository must not share."""
        return f"smsops-{self.folder.replace('/', '-')}" if self.folder else "smsops"


def project() -> dict[str, str]:
    """The files of a project with one account and one channel, by path; without the schemas."""
    return {
        "smsops.yaml": _beside("project.yaml"),
        "channels/appointment-reminders.yaml": _beside("channel.yaml"),
    }


def github(place: Place) -> dict[str, str]:
    """Workflows for the project at this place."""
    return {f".github/workflows/{place.prefix}-{name}.yml": _workflow(name, place) for name in _TRIGGERS}


def gitlab(place: Place) -> dict[str, str]:
    """The component as a local file, which all projects of a repository share, and a pipeline that includes it."""
    note = "".join(f"      {line}" for line in _SOURCE_NOTE.splitlines(keepends=True))
    inputs = f"{note}      install: {_SOURCE}\n"
    if place.folder:
        inputs += f"      job-prefix: {place.prefix}\n      working-directory: {json.dumps(place.folder)}\n"
    pipeline = f"{_OWN}include:\n  - local: /.gitlab/smsops.yml\n    inputs:\n{inputs}"
    return {".gitlab-ci.yml": pipeline, ".gitlab/smsops.yml": _pointing_nowhere(_shipped("gitlab.yml"))}


def pre_commit(place: Place) -> dict[str, str]:
    """The hooks as local ones, which need no repository to come from. Each gets the files of this project alone."""
    lines = _SOURCE_NOTE + "".join(_hook(hook, place) for hook in _HOOK.split(_shipped("hooks.yaml"))[1:])
    text = "".join(f"      {line}" for line in lines.splitlines(keepends=True))
    return {".pre-commit-config.yaml": f"{_OWN}repos:\n  - repo: local\n    hooks:\n{text}"}


PIPELINES: dict[str, Callable[[Place], dict[str, str]]] = {
    "github": github,
    "gitlab": gitlab,
    "pre-commit": pre_commit,
}
"""What can be asked for. Each makes files by their path from the root of the repository."""


def _workflow(name: str, place: Place) -> str:
    """A reusable workflow with triggers of its own, and with the defaults in place of the inputs."""
    text = _shipped(f"{name}.yml")
    called = _CALLED.search(text)
    assert called
    values = dict(_DEFAULT.findall(called[1])) | {"install": _SOURCE}
    trigger = _TRIGGERS[name].replace("BRANCHES", _branches(place.branches))
    head, body = text[: called.start(1)], text[called.end(1) :]
    if place.folder:
        values["working-directory"] = json.dumps(place.folder)
        head = _TITLE.sub(rf"\g<0> {place.folder}", head)
        body = _ARTIFACT.sub(rf"\1{place.prefix}", body)
    # Part of a word, where quotes would be part of it too.
    body = body.replace("-${{ inputs.working-directory }}", f"-{place.folder}" if place.folder else "")
    body = _INPUT.sub(lambda found: found[0] if f"\n      {found[1]}:" in trigger else values[found[1]], body)
    return _pointing_nowhere(head) + trigger + body


def _hook(offered: str, place: Place) -> str:
    files = _below(place.folder, place.channels if "channels/" in offered else "")
    hook = _FILES.sub(lambda _: f"  files: {_quoted(files)}", offered)
    hook += f"  additional_dependencies: [{_SOURCE}]\n"
    if place.folder:
        hook = re.sub(r"^  name: .*$", rf"\g<0> {place.folder}", hook, flags=re.MULTILINE)
        # With --config, file names stay those that the hook is given: from the root of the repository.
        hook += f"  args: [--config, {json.dumps(f'{place.folder}/smsops.yaml')}]\n"
    return hook


def _branches(names: tuple[str, ...]) -> str:
    """A list for YAML, of filters that match these names alone: GitHub reads patterns there."""
    escaped = (_GLOB.sub(r"\\\g<0>", name) for name in names)
    return f"[{', '.join(json.dumps(name, ensure_ascii=False) for name in escaped)}]"


def _below(*folders: str) -> str:
    """A pattern for the YAML files below a folder, and for none of another project."""
    folder = posixpath.normpath(posixpath.join(*folders))
    escaped = _REGEX.sub(r"\\\g<0>", folder)
    return r"\.ya?ml$" if folder == "." else rf"^{escaped}/.*\.ya?ml$"


def _quoted(text: str) -> str:
    """A scalar of YAML in which no character but the quote means anything; the text has no line breaks."""
    return "'" + text.replace("'", "''") + "'"


def _pointing_nowhere(text: str) -> str:
    """Without the line that points to this project's documents."""
    return _POINTER.sub(_OWN, text)


def _beside(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def _shipped(name: str) -> str:
    """A file as it ships: inside the wheel, or where it is at work in a checkout."""
    shipped = resources.files(__name__).joinpath(name)
    return _beside(name) if shipped.is_file() else (_CHECKOUT / _SHIPPED[name]).read_text(encoding="utf-8")

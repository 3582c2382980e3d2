"""What `smsops init` writes: a project to start from, and the pipelines of a forge.

Nothing is kept twice. The GitHub workflows are this project's own reusable ones with another trigger, the GitLab jobs
are its component, and the pre-commit hooks are those that it offers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from smsops import __version__

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
    branches: [main, master]
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
_SOURCE = f"smsops=={__version__}"


def project() -> dict[str, str]:
    """The files of a project with one account and one channel, by path; without the schemas."""
    return {
        "smsops.yaml": _beside("project.yaml"),
        "channels/appointment-reminders.yaml": _beside("channel.yaml"),
    }


def github(folder: str) -> dict[str, str]:
    """Workflows for a repository whose project is in `folder`; '' is the root."""
    return {f".github/workflows/smsops-{name}.yml": _workflow(name, folder) for name in _TRIGGERS}


def gitlab(folder: str) -> dict[str, str]:
    """The component as a local file, and a pipeline that includes it."""
    inputs = f"      install: {_SOURCE}\n" + (f"      working-directory: {json.dumps(folder)}\n" if folder else "")
    pipeline = f"{_OWN}include:\n  - local: /.gitlab/smsops.yml\n    inputs:\n{inputs}"
    return {".gitlab-ci.yml": pipeline, ".gitlab/smsops.yml": _pointing_nowhere(_shipped("gitlab.yml"))}


def pre_commit(folder: str) -> dict[str, str]:
    """The hooks as local ones, which need no repository to come from."""
    hooks = re.split(r"^(?=- id: )", _shipped("hooks.yaml"), flags=re.MULTILINE)[1:]
    more = f"  additional_dependencies: [{_SOURCE}]\n"
    if folder:
        # With --config, file names stay those that the hook is given: from the root of the repository.
        more += f"  args: [--config, {json.dumps(f'{folder}/smsops.yaml')}]\n"
    lines = "".join(hook + more for hook in hooks).splitlines(keepends=True)
    text = f"{_OWN}repos:\n  - repo: local\n    hooks:\n" + "".join(f"      {line}" for line in lines)
    return {".pre-commit-config.yaml": text}


PIPELINES: dict[str, Callable[[str], dict[str, str]]] = {
    "github": github,
    "gitlab": gitlab,
    "pre-commit": pre_commit,
}
"""What can be asked for. Each makes files by their path from the root of the repository."""


def _workflow(name: str, folder: str) -> str:
    """A reusable workflow with triggers of its own, and with the defaults in place of the inputs."""
    text = _shipped(f"{name}.yml")
    called = _CALLED.search(text)
    assert called
    values = dict(_DEFAULT.findall(called[1])) | {"install": _SOURCE}
    if folder:
        values["working-directory"] = json.dumps(folder)
    trigger = _TRIGGERS[name]
    head, body = text[: called.start(1)], text[called.end(1) :]
    # Part of a word, where quotes would be part of it too.
    body = body.replace("-${{ inputs.working-directory }}", f"-{folder}" if folder else "")
    body = _INPUT.sub(lambda found: found[0] if f"\n      {found[1]}:" in trigger else values[found[1]], body)
    return _pointing_nowhere(head) + trigger + body


def _pointing_nowhere(text: str) -> str:
    """Without the line that points to this project's documents."""
    return _POINTER.sub(_OWN, text)


def _beside(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def _shipped(name: str) -> str:
    """A file as it ships: inside the wheel, or where it is at work in a checkout."""
    shipped = resources.files(__name__).joinpath(name)
    return _beside(name) if shipped.is_file() else (_CHECKOUT / _SHIPPED[name]).read_text(encoding="utf-8")

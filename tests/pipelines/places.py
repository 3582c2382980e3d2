"""Where the pipelines lie, what is read from them, and how a step of one is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from smsops.starter import Place

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
NAMES = ("plan", "apply", "drift")
COMPONENT = ROOT / "templates" / "smsops.yml"

MAY_INSTALL = os.environ.get("SMSOPS_PACKAGE_INDEX") in ("1", "all")
"""Whether a test may install from the package index; a test without network must pass too."""
MAY_INSTALL_ALL = os.environ.get("SMSOPS_PACKAGE_INDEX") == "all"
"""Also what installs the same once more, in another way."""
WHY_NOT = "installs from the package index; set SMSOPS_PACKAGE_INDEX=1"
WHY_NOT_ALL = "installs what other tests install, too; set SMSOPS_PACKAGE_INDEX=all, as make hooks does"

FOLDER = Place(folder="infra/sms")
"""A project that is not at the root of its repository."""

_INPUT = re.compile(r"\$\[\[ inputs\.([a-z-]+) \]\]")


def tool(name: str) -> str | None:
    """A program beside the interpreter, or on the path."""
    return shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


def read(path: Path | str) -> Any:
    """The YAML of a file, or of a text."""
    text = path.read_text(encoding="utf-8") if isinstance(path, Path) else path
    # YAML 1.1 takes the key `on` for true; GitHub does not.
    return yaml.safe_load(re.sub(r"^on:", '"on":', text, flags=re.MULTILINE))


@cache
def workflow(name: str) -> Any:
    """A reusable workflow; whoever changes it reads one of his own."""
    return read(WORKFLOWS / f"{name}.yml")


def steps(document: Any) -> Iterator[tuple[str, Any]]:
    """Each step of a workflow, with the name of its job."""
    for name, job in document["jobs"].items():
        for step in job["steps"]:
            yield name, step


def step(document: Any, job: str, name: str) -> Any:
    (found,) = (one for one in document["jobs"][job]["steps"] if one["name"] == name)
    return found


def component(**given: str) -> dict[str, Any]:
    """The jobs of the GitLab component, with its inputs put in place as GitLab does it."""
    header, jobs = COMPONENT.read_text(encoding="utf-8").split("\n---\n")
    inputs = yaml.safe_load(header)["spec"]["inputs"]
    assert given.keys() <= inputs.keys()
    values = {name: given.get(name, spec["default"]) for name, spec in inputs.items()}
    filled = yaml.safe_load(_INPUT.sub(lambda found: str(values[found[1]]), jobs))
    assert isinstance(filled, dict)
    return filled


def bash(
    script: str, *, cwd: Path, env: Mapping[str, str], flags: str = "-eo pipefail"
) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub runs a step with `shell: bash`; the environment is what is given and a path."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", *flags.split(), "-c", script],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), "GIT_CONFIG_NOSYSTEM": "1", **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def recorded(folder: Path, body: str = "") -> Path:
    """A folder for the path with a `smsops` that notes what it is called with, a line each, in `calls`."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    program = bin_folder / "smsops"
    program.write_text(f'#!/usr/bin/env bash\nprintf "[%s]" "$@" >>"{folder}/calls"\necho >>"{folder}/calls"\n{body}\n')
    program.chmod(0o755)
    return bin_folder


def calls(folder: Path) -> list[list[str]]:
    noted = folder / "calls"
    lines = noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []
    return [line.removeprefix("[").removesuffix("]").split("][") for line in lines]

"""The image. Where no engine can build it, its steps are read, and those that install smsops are run."""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from smsops import __version__
from tests.pipelines.places import MAY_INSTALL, MAY_INSTALL_ALL, ROOT, WHY_NOT, WHY_NOT_ALL, bash

Instruction = tuple[str, str]


def stages() -> list[list[Instruction]]:
    """The instructions of each stage, with lines that go on put together."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found: list[list[Instruction]] = []
    for word, rest in lines:
        if word == "FROM":
            found.append([])
        found[-1].append((word, " ".join(rest.split())))
    return found


def of(stage: list[Instruction], word: str) -> list[str]:
    return [rest for name, rest in stage if name == word]


def copied(stage: list[Instruction]) -> list[tuple[list[str], str]]:
    """What is copied from the project, and where to."""
    words = [rest.split() for rest in of(stage, "COPY") if not rest.startswith("--from")]
    return [(given[:-1], given[-1]) for given in words]


def ignored(path: str) -> bool:
    """Whether a path stays outside the build, by the last line of .dockerignore that speaks of it or of a parent."""
    verdict = False
    parts = path.split("/")
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        names = ["/".join(parts[: end + 1]) for end in range(len(parts))] + (parts if "**/" in line else [])
        if line and not line.startswith("#") and any(fnmatch.fnmatchcase(name, pattern) for name in names):
            verdict = not line.startswith("!")
    return verdict


def test_the_image_is_small_and_holds_no_tool_that_built_it() -> None:
    build, final = stages()
    assert of(build, "FROM") == ["python:3.13-slim AS build"]
    assert of(final, "FROM") == ["python:3.13-slim"]
    assert of(final, "COPY") == ["--from=build /venv /venv"]


def test_the_image_runs_smsops_as_somebody_without_rights() -> None:
    _, final = stages()
    names = [name for name, _ in final]
    assert of(final, "USER") == ["10001:10001"]
    assert {"RUN", "COPY"}.isdisjoint(names[names.index("USER") :])
    assert of(final, "ENTRYPOINT") == ['["smsops"]']
    assert of(final, "WORKDIR") == ["/project"]


def test_git_trusts_the_mounted_project_and_no_other_folder() -> None:
    _, final = stages()
    trusted = re.findall(r"safe\.directory (\S+)", " ".join(of(final, "RUN")))
    assert trusted == of(final, "WORKDIR")


def test_nothing_comes_from_a_url() -> None:
    for stage in stages():
        assert of(stage, "ADD") == []
        assert not [text for _, text in stage if "://" in text]


def test_everything_that_is_copied_exists_and_reaches_the_build() -> None:
    sources = [source for stage in stages() for given, _ in copied(stage) for source in given]
    assert {"pyproject.toml", "smsops", "schemas", "templates", ".github/workflows"} <= set(sources)
    for source in sources:
        assert (ROOT / source).exists(), source
        assert not ignored(source), source


@pytest.mark.parametrize(
    "path",
    [".git/config", ".env", ".venv/bin/python", "tests/conftest.py", "channels/a.yaml", "smsops/__pycache__/a.pyc"],
)
def test_history_secrets_and_leftovers_stay_outside_the_build(path: str) -> None:
    assert ignored(path)


def sent_to_the_build(build: list[Instruction], folder: Path) -> None:
    for given, target in copied(build):
        for name in given:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, folder / target)


@pytest.mark.skipif(not MAY_INSTALL_ALL, reason=WHY_NOT_ALL)
@pytest.mark.slow
def test_the_steps_that_install_smsops_make_one_that_runs(tmp_path: Path) -> None:
    build, final = stages()
    source, venv, sample = tmp_path / "source", tmp_path / "venv", tmp_path / "sample"
    source.mkdir()
    sent_to_the_build(build, source)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for script in of(build, "RUN"):
        moved = re.sub(r"(?<![\w.])/venv", str(venv), script)
        done = bash(moved, cwd=source, env={"PATH": path, "HOME": os.environ["HOME"], "PIP_COMPILE": "0"}, flags="-e")
        assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(source)

    (environment,) = of(final, "ENV")
    assert environment.startswith("PATH=/venv/bin:$PATH ")
    env = {"PATH": f"{venv}/bin:{os.environ['PATH']}"}
    assert bash("smsops --version", cwd=tmp_path, env=env).stdout == f"smsops {__version__}\n"
    shutil.copytree(ROOT / "channels", sample / "channels")
    shutil.copy(ROOT / "smsops.yaml", sample)
    assert bash("smsops validate", cwd=sample, env=env).stdout == "12 channels are valid.\n"
    # What init writes is inside the installed package.
    begun = bash("smsops init --ci github --ci gitlab --ci pre-commit begun", cwd=tmp_path, env=env)
    assert begun.returncode == 0, begun.stderr


@pytest.mark.skipif(not MAY_INSTALL, reason=WHY_NOT)
@pytest.mark.slow
def test_the_image_builds_and_validates_a_mounted_project() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no engine runs here")
    tag = "smsops-under-test"
    subprocess.run([docker, "build", "--quiet", "--tag", tag, str(ROOT)], check=True, capture_output=True)
    project = [docker, "run", "--rm", "--volume", f"{ROOT}:/project:ro", tag]
    assert b"12 channels are valid." in subprocess.run([*project, "validate"], check=True, capture_output=True).stdout

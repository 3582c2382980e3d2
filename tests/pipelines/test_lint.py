"""The pipelines of this project, and those that `smsops init` writes, before the linters of their forges."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from smsops.starter import PIPELINES, Place
from tests.pipelines.places import FOLDER, ROOT, WORKFLOWS, component, tool


def ran(name: str, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = tool(name)
    if program is None:
        pytest.skip(f"{name} is not installed; make pipelines installs it")
    return subprocess.run([program, *words], cwd=cwd, capture_output=True, text=True, check=False)


def passes(name: str, *words: str, cwd: Path) -> None:
    done = ran(name, *words, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """The pipelines of this project, in a repository of their own."""
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    for name in ("action.yml", ".pre-commit-hooks.yaml", "Dockerfile"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


ODD = Place(folder="a.b/C_d-e", channels="sms's (new): # *", branches=("a+b!'\"#{$", "é&]%", "true"))


@pytest.fixture(params=[Place(), FOLDER, ODD], ids=["at the root", "in a folder", "with odd names"])
def theirs(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Everything that `smsops init` writes for a project at this place of its repository."""
    for write in PIPELINES.values():
        for path, text in write(request.param).items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    return tmp_path


CONFIG = str(ROOT / ".github" / "actionlint.yaml")


def test_actionlint_finds_nothing_in_the_reusable_workflows(ours: Path) -> None:
    passes("actionlint", "-no-color", cwd=ours)


def test_actionlint_finds_nothing_in_the_written_workflows(theirs: Path) -> None:
    passes("actionlint", "-no-color", "-config-file", CONFIG, cwd=theirs)


def test_what_actionlint_is_told_to_overlook_is_one_message_about_the_queue(ours: Path) -> None:
    (ours / ".github" / "actionlint.yaml").unlink()
    done = ran("actionlint", "-no-color", "-oneline", cwd=ours)
    (message,) = done.stdout.splitlines()
    assert 'unexpected key "queue" for "concurrency" section' in message


def test_zizmor_finds_nothing_in_the_action_and_the_reusable_workflows(ours: Path) -> None:
    passes("zizmor", "--offline", "--no-progress", "--strict-collection", ".", cwd=ours)


def test_zizmor_finds_nothing_in_the_written_workflows(theirs: Path) -> None:
    passes("zizmor", "--offline", "--no-progress", "--strict-collection", ".", cwd=theirs)


def test_zizmor_does_read_the_action(ours: Path) -> None:
    action = ours / "action.yml"
    action.write_text(action.read_text().replace('smsops "$COMMAND"', "smsops ${{ inputs.command }}"))
    done = ran("zizmor", "--offline", "--no-progress", ".", cwd=ours)
    assert done.returncode != 0
    assert "template-injection" in done.stdout


def test_the_workflows_have_the_shape_that_github_publishes(theirs: Path) -> None:
    written = sorted((theirs / ".github" / "workflows").iterdir())
    files = [str(path) for path in (*written, *sorted(WORKFLOWS.iterdir()))]
    assert len(files) == 6
    passes("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files, cwd=theirs)


def test_the_action_has_the_shape_that_github_publishes(ours: Path) -> None:
    passes("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml", cwd=ours)


@pytest.mark.parametrize("given", [{}, {"shards": "8", "apply": "manual"}], ids=["defaults", "other inputs"])
def test_the_component_has_the_shape_that_gitlab_publishes(given: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "jobs.yml").write_text(yaml.safe_dump(component(**given)), encoding="utf-8")
    passes("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "jobs.yml", cwd=tmp_path)


def test_the_written_pipeline_of_gitlab_has_the_shape_that_gitlab_publishes(theirs: Path) -> None:
    passes("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", ".gitlab-ci.yml", cwd=theirs)


def test_pre_commit_and_prek_take_the_hooks(ours: Path) -> None:
    passes("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml", cwd=ours)
    passes("prek", "validate-manifest", ".pre-commit-hooks.yaml", cwd=ours)


def test_pre_commit_and_prek_take_the_written_configuration(theirs: Path) -> None:
    passes("pre-commit", "validate-config", ".pre-commit-config.yaml", cwd=theirs)
    passes("prek", "validate-config", ".pre-commit-config.yaml", cwd=theirs)


def test_hadolint_finds_nothing_in_the_dockerfile(ours: Path) -> None:
    passes("hadolint", "--no-color", "Dockerfile", cwd=ours)

"""The pre-commit hooks, installed and run on the sample project: from a commit by pre-commit, as they are by prek."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from smsops.starter import SOURCE, pre_commit
from tests.pipelines.places import FOLDER, MAY_INSTALL, MAY_INSTALL_ALL, ROOT, WHY_NOT, WHY_NOT_ALL, tool

pytestmark = [pytest.mark.skipif(not MAY_INSTALL, reason=WHY_NOT), pytest.mark.slow]


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    done = subprocess.run(["git", "-C", str(folder), *who, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def committed(folder: Path) -> str:
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def hooks(tmp_path: Path) -> tuple[Path, str]:
    """A repository with the files of this checkout as they are now, and its commit."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout, so hooks cannot be installed from it")
    folder = tmp_path / "hooks"
    for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder, committed(folder)


def sample(folder: Path, configuration: str) -> Path:
    """The sample project in a repository of its own."""
    folder.mkdir()
    shutil.copytree(ROOT / "channels", folder / "channels")
    shutil.copy(ROOT / "smsops.yaml", folder)
    (folder / ".pre-commit-config.yaml").write_text(configuration, encoding="utf-8")
    committed(folder)
    return folder


def ran(name: str, project: Path, home: Path) -> subprocess.CompletedProcess[str]:
    program = tool(name)
    assert program is not None
    # What is installed runs a few times only: to compile all of it first takes longer.
    env = {
        **os.environ,
        "PIP_COMPILE": "0",
        "PRE_COMMIT_HOME": str(home),
        "PREK_HOME": str(home),
        "PRE_COMMIT_COLOR": "never",
    }
    return subprocess.run(
        [program, "run", "--all-files"], cwd=project, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(not MAY_INSTALL_ALL, reason=WHY_NOT_ALL)
def test_the_hooks_let_clean_files_pass_refuse_a_broken_one_and_mend_a_number(
    hooks: tuple[Path, str], tmp_path: Path
) -> None:
    repository, revision = hooks
    configuration = f"""repos:
  - repo: {repository}
    rev: {revision}
    hooks:
      - id: smsops-validate
      - id: smsops-fmt
"""
    project, home = sample(tmp_path / "project", configuration), tmp_path / "home"
    clean = ran("pre-commit", project, home)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert clean.stdout.count("Passed") == 2

    channel = project / "channels" / "larkspur-dental-reminders.yaml"
    sound = channel.read_text()
    channel.write_text(sound.replace("inbound-and-outbound", "both"))
    broken = ran("pre-commit", project, home)
    assert broken.returncode != 0
    assert "SMS204" in broken.stdout

    channel.write_text(sound.replace('"+12065550101"', "+12065550101"))
    mended = ran("pre-commit", project, home)
    assert mended.returncode != 0
    assert channel.read_text() == sound
    assert ran("pre-commit", project, home).returncode == 0


def test_the_written_configuration_installs_smsops_and_runs_in_a_folder_of_the_repository(
    hooks: tuple[Path, str], tmp_path: Path
) -> None:
    repository, _ = hooks
    (written,) = pre_commit(FOLDER).values()
    assert written.count(f'["{SOURCE}"]') == 2
    top = tmp_path / "repository"
    (top / "infra").mkdir(parents=True)
    shutil.copytree(ROOT / "channels", top / "infra" / "sms" / "channels")
    shutil.copy(ROOT / "smsops.yaml", top / "infra" / "sms")
    # The channels of somebody else, which are nothing to smsops.
    (top / "web" / "channels").mkdir(parents=True)
    (top / "web" / "channels" / "news.yaml").write_text("a:   1\n")
    (top / ".pre-commit-config.yaml").write_text(written, encoding="utf-8")
    committed(top)
    unchosen = ran("prek", top, tmp_path / "home")
    assert unchosen.returncode != 0
    assert "REPLACE: git+https://" in unchosen.stdout + unchosen.stderr

    (top / ".pre-commit-config.yaml").write_text(written.replace(SOURCE, str(repository)), encoding="utf-8")
    done = ran("prek", top, tmp_path / "home")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == 2

    channel = top / "infra" / "sms" / "channels" / "larkspur-dental-reminders.yaml"
    sound = channel.read_text()
    channel.write_text(sound.replace('"+12065550101"', "+12065550101"))
    assert ran("prek", top, tmp_path / "home").returncode != 0
    assert channel.read_text() == sound

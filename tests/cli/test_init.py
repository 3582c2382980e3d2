"""`smsops init`: a project that works at once, pipelines that are asked for, and nothing overwritten."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
import yaml

from smsops.files.schema import schema_text
from smsops.starter import SOURCE
from tests.cli.door import ROOT, Run, git, process, write_project

EDITOR = [".vscode/settings.json", ".vscode/extensions.json"]
PROJECT = [
    "smsops.yaml",
    "channels/appointment-reminders.yaml",
    "schemas/channel.schema.json",
    "schemas/project.schema.json",
    ".gitignore",
    *EDITOR,
]
GITHUB = [f".github/workflows/smsops-{name}.yml" for name in ("plan", "apply", "drift")]
GITLAB = [".gitlab-ci.yml", ".gitlab/smsops.yml"]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder; it is the working directory."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_what_it_writes_is_valid_laid_out_and_planned_at_once(run: Run, empty: Path) -> None:
    begun = run("init")
    assert (begun.code, begun.err) == (0, "")
    assert begun.out.splitlines() == [
        *(f"written  {path}" for path in PROJECT),
        "",
        "smsops.yaml holds placeholders: put your own values where it says REPLACE.",
        "",
        "Next: smsops --sandbox plan",
    ]
    assert sorted(content(empty)) == sorted(PROJECT)
    validated = run("validate")
    assert (validated.code, validated.out, validated.err) == (0, "1 channel is valid.\n", "")
    assert run("fmt", "--check").code == 0
    planned = run("--sandbox", "plan")
    assert planned.code == 0
    assert "Plan: create 1 service, attach 1 number.\n" in planned.out


def test_an_editor_is_told_at_the_root_of_the_repository_which_schema_is_for_which_files(run: Run, empty: Path) -> None:
    git(empty, "init", "-q")
    assert run("init", "infra/sms").code == 0
    assert json.loads((empty / EDITOR[0]).read_text())["yaml.schemas"] == {
        "infra/sms/schemas/channel.schema.json": ["infra/sms/channels/**/*.yaml", "infra/sms/channels/**/*.yml"],
        "infra/sms/schemas/project.schema.json": ["infra/sms/smsops.yaml"],
    }
    assert json.loads((empty / EDITOR[1]).read_text()) == {"recommendations": ["redhat.vscode-yaml"]}


def test_what_an_editor_is_told_already_stays_and_is_no_failure(run: Run, empty: Path) -> None:
    settings = empty / EDITOR[0]
    settings.parent.mkdir()
    settings.write_text("// mine\n{}\n")
    begun = run("init")
    assert (begun.code, settings.read_text()) == (0, "// mine\n{}\n")
    assert EDITOR[0] not in begun.out
    assert (empty / EDITOR[1]).exists()


def test_where_the_place_of_the_project_cannot_be_named_there_is_nothing_for_an_editor(run: Run, empty: Path) -> None:
    git(empty, "init", "-q")
    assert run("init", "in fra").code == 0
    assert not (empty / ".vscode").exists()


def test_the_schemas_are_those_that_the_files_point_their_editor_to(run: Run, empty: Path) -> None:
    run("init")
    for name, file in (("project", empty / "smsops.yaml"), ("channel", empty / PROJECT[1])):
        (target,) = re.findall(r"\$schema=(\S+)", file.read_text())
        assert (file.parent / target).read_text() == schema_text(name)


def test_a_folder_that_is_named_is_made(run: Run, empty: Path) -> None:
    begun = run("init", "infra/sms", "--ci", "github")
    assert begun.code == 0
    # Outside a repository the pipelines lie beside the project.
    assert sorted(content(empty)) == sorted(f"infra/sms/{path}" for path in [*PROJECT, *GITHUB])
    assert begun.out.endswith("Next: smsops -C infra/sms --sandbox plan\n")
    assert run("-C", "infra/sms", "--sandbox", "plan").code == 0


def test_the_next_command_works_from_where_the_person_stands(run: Run, empty: Path) -> None:
    (empty / "infra").mkdir()
    assert run("-C", "infra", "init", "sms").out.endswith("Next: smsops -C infra/sms --sandbox plan\n")


@pytest.mark.parametrize(
    ("name", "files"),
    [("github", GITHUB), ("gitlab", GITLAB), ("pre-commit", [".pre-commit-config.yaml"])],
)
def test_in_a_project_it_adds_what_is_asked_for_and_nothing_else(
    name: str, files: list[str], run: Run, project: Path
) -> None:
    before = content(project)
    added = run("init", "--ci", name)
    assert (added.code, added.err) == (0, "")
    after = content(project)
    assert sorted(after.keys() - before.keys()) == sorted(files)
    assert {path: after[path] for path in before} == before
    assert "smsops.yaml holds placeholders" not in added.out
    assert "Where it says REPLACE, put\n  git+https://FORGE/OWNER/smsops@COMMIT, " in added.out


def test_several_pipelines_can_be_asked_for_at_once(run: Run, empty: Path) -> None:
    asked = ("--ci", "gitlab", "--ci", "github", "--ci", "gitlab", "-o", "json")
    document = run("init", *asked).document
    assert [file["path"] for file in document["files"]] == [*PROJECT, *GITLAB, *GITHUB]
    assert document["pipelines"] == ["gitlab", "github"]
    assert document["secrets"] == ["MAIN_TWILIO_API_SECRET"]
    assert document["next_command"] == "smsops --sandbox plan"
    assert document["ok"] is True


def test_without_anything_asked_for_a_project_stays_as_it_is(run: Run, project: Path) -> None:
    before = content(project)
    again = run("init")
    assert (again.code, content(project)) == (0, before)
    assert again.out.startswith("There is a project already. --ci adds pipelines to it.\n")


def test_a_second_run_finds_everything_there(run: Run, empty: Path) -> None:
    run("init", "--ci", "github")
    before = content(empty)
    again = run("init", "--ci", "github")
    assert (again.code, content(empty)) == (0, before)
    assert again.out.splitlines()[:3] == [f"same     {path}" for path in GITHUB]


def test_a_file_with_other_content_is_left_and_named_and_the_rest_is_written(run: Run, project: Path) -> None:
    (project / ".gitlab-ci.yml").write_text("test: {script: make test}\n")
    added = run("init", "--ci", "gitlab")
    assert added.code == 1
    assert added.out.splitlines()[:2] == ["left     .gitlab-ci.yml", "written  .gitlab/smsops.yml"]
    assert "What is marked left has other content and was not touched." in added.out
    assert (project / ".gitlab-ci.yml").read_text() == "test: {script: make test}\n"
    document = run("init", "--ci", "gitlab", "-o", "json").document
    assert document["ok"] is False
    assert [file["fate"] for file in document["files"]] == ["left", "same"]


def test_neither_a_folder_nor_a_link_that_leads_nowhere_nor_a_pipe_is_touched(run: Run, project: Path) -> None:
    workflows = project / ".github" / "workflows"
    (workflows / "smsops-plan.yml").mkdir(parents=True)
    (workflows / "smsops-apply.yml").symlink_to(project / "elsewhere")
    os.mkfifo(workflows / "smsops-drift.yml")
    added = run("init", "--ci", "github")
    assert added.code == 1
    assert added.out.splitlines()[:3] == [f"left     {path}" for path in GITHUB]
    assert not (project / "elsewhere").exists()


def test_a_file_that_cannot_be_read_is_left(run: Run, project: Path) -> None:
    config = project / ".pre-commit-config.yaml"
    config.symlink_to(config.name)
    assert run("init", "--ci", "pre-commit").out.startswith("left     .pre-commit-config.yaml\n")


def test_a_folder_that_cannot_be_made_ends_the_run(run: Run, empty: Path) -> None:
    (empty / "sms").write_text("")
    begun = run("init", "sms/eu")
    assert begun.code == 1
    assert begun.err.startswith("error SMS102: ")
    assert "cannot be written: Not a directory." in begun.err


def test_a_project_inside_another_one_is_refused(run: Run, project: Path) -> None:
    begun = run("init", "channels")
    assert begun.code == 64
    assert f"hint: Name that one: smsops init {project}" in begun.err
    assert not (project / "channels" / "smsops.yaml").exists()


def test_a_broken_project_file_stays_and_gets_its_pipelines(run: Run, project: Path) -> None:
    write_project(project, project="version: 2\n")
    added = run("init", "--ci", "github")
    assert added.code == 0
    assert '{"NAME": "…"}' in added.out
    assert (project / "smsops.yaml").read_text() == "version: 2\n"


def test_the_secrets_to_set_up_are_those_of_the_project_and_only_variables(run: Run, project: Path) -> None:
    accounts = "".join(
        f"  {name}: {{provider: twilio, account_sid: AC{number:032x}, auth_token: {{{ref}}}}}\n"
        for number, (name, ref) in enumerate(
            [
                ("b", "env: B_TOKEN"),
                ("a", "env: A_TOKEN"),
                ("c", "env: B_TOKEN"),
                ("d", "file: token"),
                ("e", "command: [x]"),
            ]
        )
    )
    write_project(project, project=f"version: 1\naccounts:\n{accounts}")
    told = run("init", "--ci", "github", "--ci", "gitlab", "--ci", "pre-commit").out
    assert 'the secret SMSOPS_SECRETS with, on one line, {"A_TOKEN": "…", "B_TOKEN": "…"}\n' in told
    assert "  A_TOKEN\n  B_TOKEN\n  GITLAB_TOKEN: a project access token with the scope api.\n" in told
    assert "masked, protected and of the environment scope production" in told
    assert "a GITLAB_TOKEN that also has write_repository" in told
    assert "pre-commit: run pre-commit install, or prek install, once in each clone.\n" in told


def test_in_a_repository_pipelines_go_to_its_root_and_know_the_folder_of_the_project(run: Run, empty: Path) -> None:
    git(empty, "init", "-q")
    begun = run("init", "infra/sms", "--ci", "github", "--ci", "gitlab", "--ci", "pre-commit")
    assert begun.code == 0
    workflows = [path.replace("smsops-", "smsops-infra-sms-") for path in GITHUB]
    pipelines = [*workflows, *GITLAB, ".pre-commit-config.yaml"]
    assert sorted(content(empty)) == sorted(
        [*(f"infra/sms/{path}" for path in PROJECT if path not in EDITOR), *EDITOR, *pipelines]
    )
    for path in workflows:
        assert '\n  SMSOPS_CHDIR: "infra/sms"\n' in (empty / path).read_text()
    assert 'working-directory: "infra/sms"\n' in (empty / ".gitlab-ci.yml").read_text()
    assert (empty / ".pre-commit-config.yaml").read_text().count('args: [--config, "infra/sms/smsops.yaml"]\n') == 2


def test_from_inside_the_folder_the_paths_lead_up_to_the_root(
    run: Run, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(empty, "init", "-q")
    (empty / "sms").mkdir()
    monkeypatch.chdir(empty / "sms")
    told = run("init", "--ci", "gitlab").out
    assert "written  ../.gitlab-ci.yml\n" in told
    assert told.endswith("Next: smsops --sandbox plan\n")


def test_at_the_root_of_a_repository_no_pipeline_names_a_folder(run: Run, empty: Path) -> None:
    git(empty, "init", "-q")
    run("init", "--ci", "github", "--ci", "gitlab", "--ci", "pre-commit")
    for path in GITHUB:
        text = (empty / path).read_text()
        assert '\n  SMSOPS_CHDIR: ""\n' in text
        assert re.search(r"^  group: smsops-[a-z]+(-\$\{\{ github\.event\.pull_request\.number \}\})?$", text, re.M)
    assert "working-directory" not in (empty / ".gitlab-ci.yml").read_text()
    assert "args" not in (empty / ".pre-commit-config.yaml").read_text()


@pytest.mark.parametrize("name", ["a b", "a'b", "a${{ github.token }}", "-a", "ä"])
def test_a_folder_that_a_pipeline_cannot_name_is_refused_before_anything_is_written(
    name: str, run: Run, empty: Path
) -> None:
    git(empty, "init", "-q")
    begun = run("init", "--ci", "github", "--", name)
    assert begun.code == 64
    assert "characters that mean something else in a pipeline" in begun.err
    assert content(empty) == {}
    assert run("init", "--", name).code == 0


def test_an_unknown_pipeline_is_refused(run: Run, empty: Path) -> None:
    begun = run("init", "--ci", "jenkins")
    assert begun.code == 64
    assert content(empty) == {}


def test_no_written_pipeline_installs_anything_before_it_is_told_what(run: Run, empty: Path) -> None:
    told = run("init", "--ci", "github", "--ci", "gitlab", "--ci", "pre-commit").out
    marks = {path: (empty / path).read_text().count(SOURCE) for path in [*GITHUB, *GITLAB, ".pre-commit-config.yaml"]}
    assert marks == {**dict.fromkeys(GITHUB, 1), GITLAB[0]: 1, GITLAB[1]: 0, ".pre-commit-config.yaml": 2}
    assert not [path for path, text in content(empty).items() if b"smsops==" in text]
    assert told.count("No pipeline runs before you say what pip installs beside your secrets.") == 1


def hooks(file: Path) -> list[dict[str, str]]:
    return [hook for one in yaml.safe_load(file.read_text())["repos"] for hook in one["hooks"]]


@pytest.mark.parametrize(
    ("channels", "ours", "others"),
    [
        ("sms", "services/a/sms/eu/x.yml", "services/b/sms/x.yaml"),
        ("./sms/", "services/a/sms/x.yaml", "services/a/channels/x.yaml"),
        ("s+m.s", "services/a/s+m.s/x.yaml", "services/a/ssmxs/x.yaml"),
        ("it's: #1", "services/a/it's: #1/x.yaml", "x/services/a/it's: #1/x.yaml"),
    ],
)
def test_the_hook_gets_the_channel_files_of_this_project_and_of_no_other(
    channels: str, ours: str, others: str, run: Run, empty: Path
) -> None:
    git(empty, "init", "-q")
    project = empty / "services" / "a"
    (project / channels).mkdir(parents=True)
    sound = "version: 1\naccounts: {us: {provider: twilio, account_sid: AC" + "0" * 32 + ", auth_token: {env: A}}}\n"
    (project / "smsops.yaml").write_text(f"{sound}channels: {json.dumps(channels)}\n")
    assert run("init", "services/a", "--ci", "pre-commit").code == 0
    whole, layout = (hook["files"] for hook in hooks(empty / ".pre-commit-config.yaml"))
    assert re.search(layout, ours)
    assert not re.search(layout, others)
    assert not re.search(layout, ours.replace(".y", ".py"))
    assert re.search(whole, "services/a/smsops.yaml")
    assert not re.search(whole, "services/b/smsops.yaml")


def test_at_the_root_the_hook_takes_only_the_channels_folder_of_the_root(run: Run, empty: Path) -> None:
    run("init", "--ci", "pre-commit")
    whole, layout = (hook["files"] for hook in hooks(empty / ".pre-commit-config.yaml"))
    assert re.search(layout, "channels/x.yaml")
    assert not re.search(layout, "web/channels/x.yaml")
    assert re.search(whole, "smsops.yaml")


def applied_branches(folder: Path) -> list[str]:
    document = yaml.safe_load((folder / ".github" / "workflows" / "smsops-apply.yml").read_text())
    branches = document[True]["push"]["branches"]  # YAML 1.1 takes the key `on` for true
    assert isinstance(branches, list)
    return branches


def on_branch(folder: Path, *names: str) -> None:
    """A repository with these branches; the last is checked out."""
    git(folder, "init", "-q", "-b", names[0])
    git(folder, "-c", "user.name=Ada", "-c", "user.email=a@example.com", "commit", "-qm", "first", "--allow-empty")
    for name in names[1:]:
        git(folder, "checkout", "-qb", name)


@pytest.mark.parametrize(
    ("branches", "expected"),
    [
        (["trunk"], ["trunk"]),
        (["main", "add-sms"], ["main"]),
        (["master", "main", "add-sms"], ["main", "master"]),
        (["true"], ["true"]),
        (["fix+'a'\"#é!"], ["fix\\+'a'\"#é\\!"]),
        (["${{github.token}}"], ["main", "master"]),
        (["a\u2028b"], ["main", "master"]),
    ],
)
def test_what_is_applied_is_what_is_pushed_to_the_branch_that_is_most_likely_the_default(
    branches: list[str], expected: list[str], run: Run, empty: Path
) -> None:
    on_branch(empty, *branches)
    told = run("init", "--ci", "github")
    assert told.code == 0, told.err
    assert applied_branches(empty) == expected
    assert run("init", "--ci", "github", "-o", "json").document["branches"] == [
        name.replace("\\", "") for name in expected
    ]


def test_the_branch_that_origin_calls_its_default_is_taken_whatever_is_checked_out(
    run: Run, tmp_path: Path, empty: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    on_branch(source, "main", "release/1")
    git(tmp_path, "clone", "-q", str(source), str(empty))
    git(empty, "checkout", "-q", "main")
    told = run("init", "--ci", "github").out
    assert applied_branches(empty) == ["release/1"]
    assert "What is pushed to release/1 is applied. Where that is not your default branch," in told


def test_a_branch_before_its_first_commit_counts_and_a_detached_head_is_no_branch(run: Run, empty: Path) -> None:
    git(empty, "init", "-q", "-b", "trunk")
    run("init", "--ci", "github")
    assert applied_branches(empty) == ["trunk"]
    (empty / ".github" / "workflows" / "smsops-apply.yml").unlink()
    git(empty, "-c", "user.name=Ada", "-c", "user.email=a@example.com", "commit", "-qm", "first", "--allow-empty")
    git(empty, "checkout", "-q", "--detach")
    told = run("init", "--ci", "github").out
    assert applied_branches(empty) == ["main", "master"]
    assert "What is pushed to main or master is applied." in told


def test_outside_a_repository_the_usual_branches_are_written(run: Run, empty: Path) -> None:
    run("init", "--ci", "github")
    assert applied_branches(empty) == ["main", "master"]


def test_a_second_project_of_a_repository_gets_workflows_of_its_own_and_is_told_what_to_paste(
    run: Run, empty: Path
) -> None:
    git(empty, "init", "-q")
    everything = ("--ci", "github", "--ci", "gitlab", "--ci", "pre-commit")
    assert run("init", "services/a", *everything).code == 0
    before = content(empty)
    second = run("init", "services/b", *everything)
    assert second.code == 1
    after = content(empty)
    assert {path: after[path] for path in before} == before
    workflows = {f".github/workflows/smsops-services-b-{name}.yml" for name in ("plan", "apply", "drift")}
    assert workflows <= after.keys() - before.keys()
    assert "same     .gitlab/smsops.yml\n" in second.out
    assert all(f"written  {path}\n" in second.out for path in workflows)

    pastes = run("init", "services/b", *everything, "-o", "json").document["pastes"]
    assert [(one["path"], one["below"]) for one in pastes] == [
        (".gitlab-ci.yml", "include:"),
        (".pre-commit-config.yaml", "repos:"),
    ]
    for one in pastes:
        assert f"Add to {one['path']}, below {one['below']}\n\n{one['lines']}" in second.out
        file = empty / one["path"]
        file.write_text(file.read_text().replace(f"\n{one['below']}\n", f"\n{one['below']}\n{one['lines']}"))
    included = yaml.safe_load((empty / ".gitlab-ci.yml").read_text())["include"]
    assert [one["inputs"]["working-directory"] for one in included] == ["services/b", "services/a"]
    assert [one["inputs"]["job-prefix"] for one in included] == ["smsops-services-b", "smsops-services-a"]
    merged = hooks(empty / ".pre-commit-config.yaml")
    assert [hook["name"] for hook in merged] == [
        f"smsops {name} services/{project}" for project in "ba" for name in ("validate", "fmt")
    ]


def test_a_workflow_that_is_left_has_nothing_to_paste(run: Run, project: Path) -> None:
    (project / ".github" / "workflows").mkdir(parents=True)
    (project / GITHUB[0]).write_text("")
    document = run("init", "--ci", "github", "-o", "json").document
    assert (document["ok"], document["pastes"]) == (False, [])


@pytest.mark.parametrize("kind", ["file", "link"])
def test_beside_a_project_file_with_the_wrong_ending_nothing_is_written(kind: str, run: Run, empty: Path) -> None:
    misnamed = empty / "smsops.yml"
    if kind == "file":
        misnamed.write_text("version: 1\n")
    else:
        misnamed.symlink_to("nowhere")
    begun = run("init", "--ci", "github")
    assert begun.code == 64
    assert "has a smsops.yml, and the file of a project is called smsops.yaml." in begun.err
    assert "hint: Rename it to smsops.yaml, and run this again.\n" in begun.err
    assert [path.name for path in empty.iterdir()] == ["smsops.yml"]


def test_another_file_beside_the_right_one_is_nobodys_business(run: Run, project: Path) -> None:
    (project / "smsops.yml").write_text("")
    assert run("init", "--ci", "gitlab").code == 0


def test_hostile_names_of_folders_are_shown_harmless(run: Run, empty: Path) -> None:
    told = run("init", "a\x1b[31m")
    assert told.code == 0
    assert "\x1b" not in told.out
    assert "\x1b" not in json.dumps(run("init", "b\x1b[31m", "-o", "json").document, ensure_ascii=True)


def test_settings_that_a_pipeline_leaves_empty_are_no_settings(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SMSOPS_CHDIR", "SMSOPS_CONFIG", "SMSOPS_ALLOW"):
        monkeypatch.setenv(name, "")
    assert run("--sandbox", "plan").code == 0
    assert process("validate", cwd=ROOT, env={"SMSOPS_CHDIR": str(project)}).out == "2 channels are valid.\n"

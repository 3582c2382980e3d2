"""Which forge an environment means."""

from __future__ import annotations

import pytest

from smsops.errors import UsageError
from smsops.forges import FORGES, forge_of

GITHUB = {"GITHUB_REPOSITORY": "acme/sms", "GITHUB_TOKEN": "t"}
GITLAB = {"CI_API_V4_URL": "https://gitlab.example/api/v4", "CI_PROJECT_ID": "5", "GITLAB_TOKEN": "t"}


def name_of(environ: dict[str, str]) -> str | None:
    found = forge_of(environ)
    return None if found is None else found.name


def test_every_forge_is_in_the_table_by_its_name() -> None:
    assert {key: kind.name for key, kind in FORGES.items()} == {"github": "GitHub", "gitlab": "GitLab"}


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        (GITHUB, "GitHub"),
        (GITLAB, "GitLab"),
        ({"GITHUB_REPOSITORY": "acme/sms", "GH_TOKEN": "t"}, "GitHub"),
        ({**GITHUB, **GITLAB}, "GitHub"),
        ({**GITHUB, **GITLAB, "GITLAB_CI": "true"}, "GitLab"),
        ({**GITHUB, **GITLAB, "GITLAB_CI": "true", "GITHUB_ACTIONS": "true"}, "GitHub"),
        ({**GITLAB, "GITHUB_ACTIONS": "false"}, "GitLab"),
        ({}, None),
        ({"GITHUB_REPOSITORY": "acme/sms"}, None),
        ({"GITHUB_TOKEN": "t"}, None),
        ({"CI_API_V4_URL": "https://gitlab.example/api/v4"}, None),
        ({"CI_PROJECT_ID": "5", "GITLAB_TOKEN": "t"}, None),
    ],
)
def test_the_forge_that_runs_this_comes_before_one_that_is_only_named(
    environ: dict[str, str], name: str | None
) -> None:
    assert name_of(environ) == name


@pytest.mark.parametrize("runner", ["GITHUB_ACTIONS", "GITLAB_CI"])
def test_a_runner_without_the_rest_is_told_what_is_missing(runner: str) -> None:
    with pytest.raises(UsageError, match=r"GITHUB_REPOSITORY|CI_PROJECT_ID"):
        forge_of({runner: "true"})

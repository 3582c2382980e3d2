"""What looks like a secret is hidden wherever a finding shows text of a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.files.load import load_project
from smsops.files.redact import redact, redact_line
from tests.files.snippets import write_project

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "line",
    [
        f"auth_token: {TOKEN}",
        "auth_tokn: hunter2",
        'auth_toekn: "hunter2"',
        "api_key_secrte: hunter2",
        "password = hunter2",
        "secret: {value: hunter2}",
        "secret: {env: NAME, value: hunter2}",
        '- {name: a, auth_token: hunter2, label: "x"}',
        '"auth_token": "hunter2", "b": 1',
        "url: https://user:hunter2@hooks.example.com/",
        "url: https://user:pa/hunter2@hooks.example.com/",
        "url: https://hunter2@hooks.example.com/",
        "url: https://hooks.example.com/?token=hunter2",
        "url: https://hooks.example.com/?a=1&api_key=hunter2#rc=2",
    ],
)
def test_a_credential_is_hidden_whatever_carries_it(line: str):
    hidden = redact(line)
    assert "hunter2" not in hidden
    assert TOKEN not in hidden
    assert len(hidden) == len(line)


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        TOKEN.upper(),
        "AC" + TOKEN[2:],
        "AD" + TOKEN[2:].upper(),
        f"x{TOKEN}x",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzKEY",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
    ],
)
def test_a_long_run_without_sense_is_hidden_under_any_key(text: str):
    assert text not in redact(f"webhook_url: {text}")
    assert set(redact(text)) <= {"*", "x", "/", "-"}


@pytest.mark.parametrize(
    "line",
    [
        f"account_sid: AC{TOKEN}",
        f"messaging_service_sid: MG{TOKEN}",
        f"api_key_sid: SK{TOKEN}",
        f"messaging_service_sid: MG{TOKEN[:30]}",
        "auth_token: {env: MAIN_AUTH_TOKEN}",
        "api_key_secret: {command: [pass, show, twilio]}",
        'opt_out_keywords: ["STOP", "NO MORE"]',
        "webhook_url: https://hooks-dr.larkspur-dental.example.com/sms/inbound#ct=2000&rc=2",
        "webhook_url: https://hooks.example.com:8443/@me",
        '- number: "+12065550101"',
    ],
)
def test_names_and_references_stay_visible(line: str):
    assert redact(line) == line


@pytest.mark.parametrize(
    "lines",
    [
        ["auth_token:", "  hunter2"],
        ["auth_token: |", "  hunter2"],
        ['auth_token: "abc', '  hunter2"'],
        ['auth_token: "abc', 'hunter2"'],
        ["auth_token:", "  value: hunter2"],
        ["auth_token:", "", "    # a comment", "  hunter2"],
        ["accounts:", "  - auth_token:", "      hunter2"],
        ["auth_token:", "- hunter2"],
    ],
)
def test_a_secret_on_the_lines_below_its_key_is_hidden(lines: list[str]):
    assert "hunter2" not in redact_line(lines, len(lines) - 1)


def test_a_reference_on_the_lines_below_stays_visible():
    assert redact_line(["auth_token:", "  env: MAIN_AUTH_TOKEN"], 1) == "  env: MAIN_AUTH_TOKEN"
    assert redact_line(["auth_token:", "  command:", "    - pass"], 2) == "    - pass"


@given(st.text(max_size=200))
def test_no_line_changes_its_length(text: str):
    assert len(redact(text)) == len(text)


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.sampled_from(["", " ", ": ", "='", "/", "x.", "é"]))
def test_no_token_is_shown(token: str, before: str):
    assert token not in redact(f"key{before}{token}")


LITERALS = [
    "auth_token: {}",
    'auth_token: "{}"',
    "auth_token: [{}]",
    "auth_token: {{value: {}}}",
    "auth_token: {{env: {}!}}",
    "auth_token: {{env: NAME, value: {}}}",
    "auth_token: {{file: a, env: {}}}",
    "auth_token: |\n      {}",
    "auth_token:\n      {}",
    "auth_token:\n      key: {}",
    "auth_token: !!str {}",
    "auth_token: &anchor {}",
    "auth_token: {}: x",
    'auth_token: "{}',
    "auth_token: [{}",
    "auth_token: {{{}",
    "auth_tokn: {}",
    "authtoken: {}",
    "AUTH-TOKEN: {}",
    "secret: {}",
    "password: {}",
    "api_key_sid: {}",
    "account_sid: {}",
    "environment: {}",
    "region: {}",
    "unknown: {}",
    "{}: unknown",
    "? [{}]\n    : x",
    "auth_token: {}\n    auth_token: {}",
    "api_base_url: https://user:{}@example.com",
    "api_base_url: https://example.com/?token={}",
]
"""Ways to write a token into an account of smsops.yaml."""


@pytest.mark.parametrize("written", LITERALS)
@pytest.mark.parametrize("token", [TOKEN, "Zx81kQ0vLm3nB7cT5rY2wE9uI4oP6aSd"], ids=["hex", "mixed"])
def test_a_token_in_the_project_file_is_refused_and_never_echoed(written: str, token: str, tmp_path: Path):
    account = "accounts:\n  main:\n    provider: twilio\n    " + written.replace("{}", token).replace(
        "{{", "{"
    ).replace("}}", "}")
    write_project(tmp_path, f"# smsops.yaml\n{account}\n")
    findings = load_project(tmp_path).findings
    assert findings
    assert token not in str(findings)

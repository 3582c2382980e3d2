"""The files of a project with a person's own values in place of the placeholders.

What is not said stays a placeholder, and says so by the word REPLACE.
"""

from __future__ import annotations

import json
import re

from smsops.frozen import Frozen
from smsops.starter import project

PLACEHOLDER_SID = "AC00000000000000000000000000000000"
_HOST = re.compile(r"hooks\.example\.com")


class Answers(Frozen):
    """What was said of the first account."""

    account: str = "main"
    account_sid: str = ""
    api_key_sid: str = ""
    """With one, the secret is the key's; without, it is the account's auth token."""
    secret_env: str = ""
    """The variable that holds the secret."""
    webhook_hosts: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The variable that holds the secret, also when none was named."""
        kind = "API_SECRET" if self.api_key_sid else "AUTH_TOKEN"
        return self.secret_env or f"{re.sub(r'[^A-Z0-9]', '_', self.account.upper())}_TWILIO_{kind}"


def project_text(answers: Answers) -> str:
    """smsops.yaml. The answers are checked by whoever reads it; here they only cannot break out of their places."""
    sid, key = answers.account_sid, answers.api_key_sid
    secret = f"{{env: {_quoted(answers.variable)}}}"
    lines = [
        "# yaml-language-server: $schema=./schemas/project.schema.json",
        "version: 1",
        "accounts:",
        f"  {_quoted(answers.account)}:  # the name that channels use",
        "    provider: twilio",
        *([] if sid else ["    # REPLACE: the Twilio Console shows it on its first page."]),
        f"    account_sid: {_quoted(sid or PLACEHOLDER_SID)}",
        *([f"    api_key_sid: {_quoted(key)}"] if key else []),
        "    # The name of an environment variable, never the secret itself.",
        f"    {'api_key_secret' if key else 'auth_token'}: {secret}",
        "    environment: production",
        "policy:",
        *_hosts(answers.webhook_hosts),
        "  max_removals: {count: 3, percent: 10}  # a plan that removes more is refused",
        "  require_owner: true",
    ]
    return "\n".join(lines) + "\n"


def answered_project(answers: Answers, channel: tuple[str, str] | None) -> dict[str, str]:
    """The files of the project, by path; without a channel, the sample, made to fit the answers."""
    files = project()
    files["smsops.yaml"] = project_text(answers)
    sample = next(path for path in files if path.startswith("channels/"))
    text = files.pop(sample)
    if channel is None:
        host = next((host.replace("*", "hooks", 1) for host in answers.webhook_hosts), "hooks.example.com")
        text = _HOST.sub(lambda _: host, text).replace("account: main\n", f"account: {_quoted(answers.account)}\n")
        channel = sample, text
    return files | dict([channel])


def _hosts(hosts: tuple[str, ...]) -> list[str]:
    listed = ", ".join(json.dumps(host, ensure_ascii=False) for host in hosts)
    return [f"  webhook_hosts: [{listed}]  # the hosts that a channel's URLs may name"] if hosts else []


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", text) else json.dumps(text, ensure_ascii=False)

"""Builds a project from an example of the registry; the conventions stand in `smsops/codes/__init__.py`."""

from __future__ import annotations

import re
from pathlib import Path

CHANNEL = """\
name: {name}
provider: twilio
account: main
direction: inbound-and-outbound
webhook_url: https://hooks.example.com/sms/inbound
status_callback_url: https://hooks.example.com/sms/status
phone_numbers:
  - "+12065550101"
"""

PROJECT = """\
version: 1
accounts:
  main:
    provider: twilio
    account_sid: AC00000000000000000000000000000101
    auth_token: {env: MAIN_AUTH_TOKEN}
    environment: production
"""

DEFAULT = "channels/example.yaml"
_FILE = re.compile(r"^# (smsops\.yaml|channels/\S+)\n", re.MULTILINE)
_WITHOUT = re.compile(r"^# without: (.*)\n", re.MULTILINE)
_KEY = re.compile(r"^([A-Za-z_]\w*):", re.MULTILINE)


def write_project(root: Path, snippet: str) -> None:
    """Write the project that the snippet stands for; without one, a valid project of one channel."""
    files = {"smsops.yaml": PROJECT}
    head, *parts = _FILE.split(snippet)
    named = dict(zip(parts[::2], parts[1::2], strict=True))
    if not any(path.startswith("channels/") for path in named) or head.strip():
        files[DEFAULT] = _completed(head, CHANNEL.format(name="example"))
    for path, text in named.items():
        template = PROJECT if path == "smsops.yaml" else CHANNEL.format(name=Path(path).stem)
        files[path] = _completed(text, template)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def _completed(snippet: str, template: str) -> str:
    """The snippet first, so that its lines keep their numbers, then the keys of the template that it does not set."""
    if snippet.startswith("# raw\n"):
        return snippet
    dropped = {key.strip() for keys in _WITHOUT.findall(snippet) for key in keys.split(",")}
    dropped |= set(_KEY.findall(snippet))
    blocks = re.split(r"^(?=[a-z])", template, flags=re.MULTILINE)
    return snippet + "".join(block for block in blocks if block.partition(":")[0] not in dropped)

"""Names of channels and accounts at a glance, for a shell that completes words: fast, and silent whatever is broken.

Nothing is checked here, and no YAML is parsed: a channel is called as its file, and an account as a line below
`accounts:`. What is not laid out like that is not offered. Everything else reads files with `load`.
"""

from __future__ import annotations

import os
import re
import stat

_FILE = "smsops.yaml"
_SUFFIXES = (".yaml", ".yml")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_MOST_BYTES = 256 * 1024
_CHANNELS = re.compile(r"""^channels:[ \t]+(["']?)([^"'#\s][^"'#]*?)\1[ \t]*(?:#.*)?$""", re.MULTILINE)
_ACCOUNTS = re.compile(r"^accounts:[ \t]*(?:#.*)?\n((?:(?:[ \t].*|#.*)?\n)*)", re.MULTILINE)
_KEY = re.compile(r"""^( +)(["']?)([^\s"'#]+)\2[ \t]*:(?:[ \t]|$)""", re.MULTILINE)


def channel_names(start: str, config: str | None = None) -> list[str]:
    """Names of the channel files around `start`, or of the project whose file is `config`; none of a broken project."""
    try:
        file = _project_file(start, config)
        found = _CHANNELS.search(_text(file)) if file else None
        return _stems(os.path.dirname(file), found[2] if found else "channels") if file else []
    except (OSError, ValueError):
        return []


def account_names(start: str, config: str | None = None) -> list[str]:
    """Names of the accounts; none of a broken project."""
    try:
        file = _project_file(start, config)
        block = _ACCOUNTS.search(_text(file)) if file else None
    except (OSError, ValueError):
        return []
    keys = _KEY.findall(block[1]) if block else []
    return sorted({name for indent, _, name in keys if indent == keys[0][0] and _NAME.fullmatch(name)})


def _project_file(start: str, config: str | None) -> str | None:
    if config is not None:
        return os.path.abspath(os.path.join(start, config))
    folder = os.path.abspath(start)
    while not os.path.lexists(os.path.join(folder, _FILE)):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return os.path.join(folder, _FILE)


def _text(file: str) -> str:
    """The file's text. A pipe or a device, which could block, is not opened."""
    if not stat.S_ISREG(os.stat(file).st_mode):
        return ""
    with open(file, encoding="utf-8", errors="replace") as opened:
        return opened.read(_MOST_BYTES) + "\n"


def _stems(root: str, folder: str) -> list[str]:
    top = os.path.realpath(os.path.join(root, folder))
    if os.path.commonpath([top, os.path.realpath(root)]) != os.path.realpath(root):
        return []
    found = set()
    for _, folders, files in os.walk(top):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for stem, suffix in map(os.path.splitext, files):
            if suffix.lower() in _SUFFIXES and _NAME.fullmatch(stem):
                found.add(stem)
    return sorted(found)

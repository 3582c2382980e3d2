"""Hides what may be a secret in any text that came from a file and is about to be shown (contract 9).

A person who pastes a token into a file gets a finding for that line, and findings end up in terminals, CI logs and
pull-request comments. Nothing here knows whether a text *is* a secret; four marks make it one: it is a long run of
characters without sense, it stands under a key that sounds like a credential (also a misspelt one), it is the user
info of a URL, or it is a query parameter with such a name. A hidden text keeps its length, so that a caret under the
line still points at the right column. Twilio's SIDs (two known letters and 32 hex digits) name things and stay visible.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MASK = "*"

_SOUNDS_SECRET = re.compile(
    r"tok|secr|sercet|scret|secert|pass|pwd|cred|auth|bearer|api_?key|private|signing|account_?key", re.IGNORECASE
)
_NAMES_SECRET = re.compile(_SOUNDS_SECRET.pattern + "|key|sig", re.IGNORECASE)
"""For the parameters of a URL, where shorter names are usual."""
_KEY = re.compile(r"(?<![\w-])(?P<word>[\w-]+)[\"']?\s*[:=]\s*")
_FIRST_KEY = re.compile(r"[\s-]*[\"']?(?P<word>\w[\w-]*)[\"']?\s*:\s*(?P<value>.*)")
_OPEN_QUOTE = re.compile(r"\"[^\"]*|'[^']*")
_REFERENCE = re.compile(r"[\"']?(?:env|file|command)[\"']?\s*:")
_WHOLE_REFERENCE = re.compile(rf"\{{\s*{_REFERENCE.pattern}\s*(?:\[[^\]{{}}]*\]|[^,{{}}\[\]]*)(?:\}}.*)?")

_SID_TEXT = r"(?:A[CD][0-9a-fA-F]{32}|(?:SK|MG|PN|AI|SC|XE|RQ|QE|BN|HH|BU|AP|mg|sk|pn)[0-9a-fA-F]{16,40})"
"""AC and AD are hexadecimal digits themselves, so there only the exact length tells a SID from a token."""
_SID = re.compile(_SID_TEXT)
_SID_ALONE = re.compile(rf"[\"']?{_SID_TEXT}[\"']?\s*[,}}]?\s*(?:#.*)?")
_RUN = re.compile(r"[A-Za-z0-9+_=]{20,}")
_LONG_RUN = re.compile(r"[A-Za-z0-9+/_=-]{32,}")
_USER_INFO = re.compile(r"(?<=://)[^\s/?#\"']*(?=@)")
_USER_INFO_WITH_SLASH = re.compile(r"(?<=://)[^\s/\"'@:]+:(?!\d*(?:[/?#\"'\s]|$))[^\s\"'@]*(?=@)")
_PARAMETER = re.compile(r"(?P<key>[?&;#](?P<word>[\w.-]+)=)(?P<value>[^&#\s\"']+)")
_MANY_KINDS = 3
_MAY_HOLD = re.compile(r"[:=]|[A-Za-z0-9+/_-]{20}")
"""What every mark of a secret has: a sign after a name, or a long run."""


def sounds_secret(key: object) -> bool:
    """Whether a key's name says that its value is a credential."""
    return isinstance(key, str) and _SOUNDS_SECRET.search(key) is not None and not key.endswith("_sid")


def redact(text: str) -> str:
    """One line with everything hidden that may be a secret; the length stays."""
    if _MAY_HOLD.search(text) is None:
        return text  # as with most texts, and a history has very many
    for pattern in (_USER_INFO, _USER_INFO_WITH_SLASH):
        text = pattern.sub(lambda match: MASK * len(match[0]), text)
    text = _PARAMETER.sub(_hide_parameter, text)
    text = _hide_values(text)
    text = _RUN.sub(_hide_run, text)
    return _LONG_RUN.sub(_hide_mixed, text)


def redact_line(lines: Sequence[str], index: int) -> str:
    """Line `index` of a file; a line that continues a secret of the line above it is hidden whole."""
    line = lines[index]
    depth = _indentation(line)
    if index and _OPEN_QUOTE.fullmatch(_secret_value(lines[index - 1]) or ""):
        return MASK * len(line)
    for above in reversed(lines[max(0, index - 50) : index]):
        if above.strip() and _indentation(above) < depth:
            if _secret_value(above) is not None and not _REFERENCE.match(line.strip().removeprefix("- ")):
                return line[: len(line) - len(line.lstrip())] + MASK * len(line.strip())
            break
    return redact(line)


def _secret_value(line: str) -> str | None:
    """What stands after the line's key, when the key sounds like a credential."""
    match = _FIRST_KEY.match(line)
    return match["value"] if match and _SOUNDS_SECRET.search(match["word"]) else None


def _indentation(line: str) -> int:
    """Columns before the text; an item's dash counts as indentation."""
    return len(line) - len(line.lstrip(" -\t"))


def _hide_values(text: str) -> str:
    """Hide everything after the first key that sounds like a credential, unless it is a reference or a SID."""
    for match in _KEY.finditer(text):
        value = text[match.end() :]
        shown = _WHOLE_REFERENCE.fullmatch(value) or _SID_ALONE.fullmatch(value)
        if value and not shown and _SOUNDS_SECRET.search(match["word"]):
            return text[: match.end()] + MASK * len(value)
    return text


def _hide_parameter(match: re.Match[str]) -> str:
    return match["key"] + MASK * len(match["value"]) if _NAMES_SECRET.search(match["word"]) else match[0]


def _hide_run(match: re.Match[str]) -> str:
    run = match[0]
    if _SID.fullmatch(run) or run.count(MASK) == len(run):
        return run
    is_hex = len(run) >= 32 and re.search(r"[0-9a-fA-F]{32}", run) is not None
    senseless = _kinds(run) >= _MANY_KINDS or (len(set(run)) >= 10 and sum(c.isdigit() for c in run) >= 4)
    return MASK * len(run) if is_hex or senseless else run


def _hide_mixed(match: re.Match[str]) -> str:
    run = match[0]
    return MASK * len(run) if _kinds(run) >= _MANY_KINDS and not _SID.search(run) else run


def _kinds(run: str) -> int:
    """How many of lower case, upper case and digits a text mixes."""
    return any(c.islower() for c in run) + any(c.isupper() for c in run) + any(c.isdigit() for c in run)

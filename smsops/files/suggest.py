"""Guesses what a person meant by a word that is nearly right; an empty string where nothing is near."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_BOTH = "both bidirectional twoway 2way inout inboundoutbound outboundinbound inboundandoutbound outboundandinbound"
_BOTH += " inboundplusoutbound sendandreceive sendreceive receiveandsend receivesend duplex all inandout outandin"
_IN = "in incoming receive receiving receiveonly inboundonly recv"
_OUT = "out outgoing send sending sendonly outboundonly oneway noreply"
_DIRECTIONS = {
    **dict.fromkeys(_BOTH.split(), "inbound-and-outbound"),
    **dict.fromkeys(_IN.split(), "inbound"),
    **dict.fromkeys(_OUT.split(), "outbound"),
}


def near(word: str, known: Iterable[str]) -> str:
    """The known word that `word` most likely stands for: the same letters first, then the closest spelling."""
    candidates = sorted(known)
    letters = _letters(word)
    for candidate in candidates:
        if letters and _letters(candidate) == letters:
            return candidate
    close = difflib.get_close_matches(word[:80].lower(), candidates, n=1, cutoff=0.6)
    return close[0] if close else ""


def near_direction(word: str) -> str:
    """`both`, `two-way`, `Inbound & Outbound` and the like; else the closest spelling."""
    spelled = _letters(word[:80].replace("&", "and").replace("+", "and"))
    return _DIRECTIONS.get(spelled) or near(word, ("inbound", "inbound-and-outbound", "outbound"))


def near_switch(word: str) -> str:
    """`yes` and `on` for true, `no` and `off` for false, as YAML 1.1 had it."""
    return {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}.get(word.lower(), "")


def near_number(text: str) -> str:
    """The E.164 form of a number with blanks, brackets or `00`, where the country code is there."""
    digits = re.sub(r"[\s().\-/]", "", text[:40])
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    if re.fullmatch(r"1[2-9][0-9]{9}", digits):
        digits = "+" + digits
    return digits if re.fullmatch(r"\+[1-9][0-9]{6,14}", digits) and digits != text else ""


def near_name(text: str) -> str:
    """A channel name out of any text."""
    slug = re.sub(r"[^a-z0-9]+", "-", text[:80].lower()).strip("-")[:63].rstrip("-")
    return slug if slug != text else ""


def did_you_mean(word: str) -> str:
    """The hint for a guess; empty without one."""
    return f"Did you mean {word}?" if word else ""


def _letters(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())

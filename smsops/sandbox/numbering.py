"""What a phone number tells about itself: country, type and capabilities, from a small table of prefixes."""

from __future__ import annotations

import hashlib
import re

from smsops.frozen import Frozen

E164 = re.compile(r"\+[1-9][0-9]{6,14}\Z")

_TOLLFREE = frozenset({"800", "833", "844", "855", "866", "877", "888"})
_CANADA = frozenset({
    "204", "226", "236", "249", "250", "289", "306", "343", "365", "403", "416", "418", "431", "437", "438", "450",
    "506", "514", "519", "579", "581", "587", "604", "613", "639", "647", "672", "705", "709", "778", "780", "782",
    "807", "819", "825", "867", "873", "902", "905",
})  # fmt: skip
_COUNTRIES = {
    "1": "US", "27": "ZA", "30": "GR", "31": "NL", "32": "BE", "33": "FR", "34": "ES", "351": "PT", "353": "IE",
    "358": "FI", "36": "HU", "39": "IT", "41": "CH", "420": "CZ", "43": "AT", "44": "GB", "45": "DK", "46": "SE",
    "47": "NO", "48": "PL", "49": "DE", "52": "MX", "55": "BR", "61": "AU", "64": "NZ", "65": "SG", "81": "JP",
    "852": "HK", "91": "IN", "972": "IL",
}  # fmt: skip
_MOBILE = ("+447", "+336", "+337", "+4915", "+4916", "+4917", "+614", "+3538", "+316", "+467", "+479", "+4866")


class Nature(Frozen):
    """Country, type and capabilities of a number, as Twilio would list them."""

    country: str | None
    """ISO 3166 two-letter code; None where the small table has no answer."""
    type: str
    capabilities: tuple[str, ...]
    """A sorted subset of MMS, SMS and Voice."""

    @property
    def us_long_code(self) -> bool:
        """Whether carriers register it (twilio.md 7): a US number that is not toll-free."""
        return self.country == "US" and self.type == "local"


def nature(number: str) -> Nature:
    """What the prefix of an E.164 number says; a test can set other capabilities."""
    if number.startswith("+1"):
        area = number[2:5]
        kind = "tollfree" if area in _TOLLFREE else "local"
        return Nature(country="CA" if area in _CANADA else "US", type=kind, capabilities=("MMS", "SMS", "Voice"))
    country = next((_COUNTRIES[number[1:n]] for n in (4, 3, 2) if number[1:n] in _COUNTRIES), None)
    return Nature(
        country=country,
        type="mobile" if number.startswith(_MOBILE) else "local",
        capabilities=("SMS", "Voice"),
    )


def friendly_name(number: str) -> str:
    """The label of a number that nobody named: the national form in North America, E.164 elsewhere."""
    if number.startswith("+1") and len(number) == 12:
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number


def seeded(prefix: str, *parts: str) -> str:
    """A SID or token that every run derives alike: prefix and 32 hex digits of a SHA-256 over the parts."""
    return prefix + hashlib.sha256("\n".join(("smsops sandbox", *parts)).encode()).hexdigest()[:32]

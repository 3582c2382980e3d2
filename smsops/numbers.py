"""What an E.164 number tells by itself."""

from __future__ import annotations

from typing import Final

TOLL_FREE: Final = ("800", "833", "844", "855", "866", "877", "888")
"""North American area codes whose numbers are toll-free: verified, not registered with carriers (twilio.md 7)."""


def is_toll_free(number: str) -> bool:
    """Whether an E.164 number is a North American toll-free one."""
    return number.startswith("+1") and number[2:5] in TOLL_FREE and len(number) == 12

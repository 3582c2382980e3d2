"""Why a change is refused, or held back, and what of that can be allowed; options know it before anything is read."""

from __future__ import annotations

from enum import StrEnum


class Gate(StrEnum):
    """Why a change is refused, or held back."""

    CONFLICT = "conflict"
    TAKEOVER = "takeover"
    LIMIT = "limit"
    PROTECTED = "protected"
    NAMESAKE = "namesake"
    EMPTY = "empty"
    PRUNE = "prune"
    DELETE_SERVICE = "delete-service"
    DRIFT = "drift"
    """`policy.drift: report`: what moved in the account is told and left alone."""


ALLOWABLE = (Gate.CONFLICT, Gate.TAKEOVER, Gate.LIMIT, Gate.PROTECTED, Gate.PRUNE, Gate.DELETE_SERVICE)
"""What `--allow` takes: a namesake and an empty desired state cannot be allowed (contract 9)."""

"""A sample that anyone can draw again. Pure.

Items are ranked by the SHA-256 of the seed and their id, and the first of them are taken: it depends on nothing but the
population and the seed, neither on the order in which things were read nor on a version of Python.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from smsops.audit.population import Item


def sample(items: Sequence[Item], *, size: int, seed: str) -> tuple[Item, ...]:
    """So many of the items, in their order; all of them where there are no more."""
    ranked = sorted(items, key=lambda item: _rank(seed, item.id))
    chosen = {item.id for item in ranked[:size]}
    return tuple(item for item in items if item.id in chosen)


def _rank(seed: str, id: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{id}".encode("utf-8", "surrogatepass")).digest()

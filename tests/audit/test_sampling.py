"""A sample depends on the population and the seed, and on nothing else."""

from __future__ import annotations

import hashlib
import random

import pytest

from smsops.audit.population import Item
from smsops.audit.sampling import sample
from tests.audit.build import version

ITEMS = tuple(
    Item(id=f"change:c{n}:a", at=f"{n:04}", what="change", account="", channel="", summary="", subject=version())
    for n in range(200)
)


def test_the_sample_is_what_the_working_papers_of_another_year_say() -> None:
    """Numbers written down once: they must never change, whatever becomes of the code."""
    assert [item.at for item in sample(ITEMS, size=5, seed="2026-Q1")] == ["0060", "0067", "0081", "0174", "0178"]


def test_it_is_ranked_by_the_sha256_of_seed_and_id() -> None:
    ranked = sorted(ITEMS, key=lambda item: hashlib.sha256(f"s\n{item.id}".encode()).hexdigest())
    assert set(sample(ITEMS, size=20, seed="s")) == set(ranked[:20])


def test_the_order_of_reading_decides_nothing_and_the_items_keep_theirs() -> None:
    mixed = random.Random(1).sample(ITEMS, len(ITEMS))
    drawn = sample(mixed, size=20, seed="s")
    assert set(drawn) == set(sample(ITEMS, size=20, seed="s"))
    assert list(drawn) == [item for item in mixed if item in drawn]


def test_a_larger_sample_holds_the_smaller_and_all_of_it_is_the_population() -> None:
    assert set(sample(ITEMS, size=10, seed="s")) < set(sample(ITEMS, size=11, seed="s"))
    assert sample(ITEMS, size=200, seed="s") == sample(ITEMS, size=9999, seed="s") == ITEMS


@pytest.mark.parametrize("seed", ["", "t", "\udcff", "s\n"])
def test_another_seed_draws_another_sample(seed: str) -> None:
    assert sample(ITEMS, size=10, seed=seed) != sample(ITEMS, size=10, seed="s")
    assert len(sample(ITEMS, size=10, seed=seed)) == 10

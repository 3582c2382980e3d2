"""Names from friendly names, which may be anything."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.adopting.naming import free_name
from tests.adopting import SID

NAME = r"[a-z0-9][a-z0-9-]{0,62}"


@pytest.mark.parametrize(
    ("friendly_name", "name"),
    [
        ("Orders EU", "orders-eu"),
        ("Ünïcödé – Straße", "unicode-strasse"),
        ("--a__b..c--", "a-b-c"),
        ("通知", "service-89abcd"),
        ("", "service-89abcd"),
        ("x" * 70, "x" * 63),
        (f"{'x' * 62}-y", "x" * 62),
        ("taken", "taken-89abcd"),
        ("y" * 63, f"{'y' * 56}-89abcd"),
    ],
)
def test_a_name_is_what_is_left_of_the_friendly_name(friendly_name: str, name: str):
    assert free_name(friendly_name, SID, {"taken", "y" * 63}) == name


def test_more_of_the_sid_follows_until_the_name_is_the_only_one():
    taken = {"a", "a-89abcd", "a-789abcd"}
    assert free_name("a", SID, taken) == "a-6789abcd"
    digits = SID.removeprefix("MG").lower()
    assert free_name("a", SID, taken | {f"a-{digits[-size:]}" for size in range(6, 32)}) == digits


@given(st.text(), st.sets(st.text("ab-", min_size=1)))
def test_every_name_is_valid_and_free(friendly_name: str, taken: set[str]):
    name = free_name(friendly_name, SID, taken)
    assert re.fullmatch(NAME, name)
    assert name not in taken

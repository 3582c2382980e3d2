"""What a page keeps when not everything fits."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.render.cutting import LIMIT, Detail, Weight, cut, fitted, size
from smsops.render.escape import fence

HIGH = Detail(weight=Weight.HIGH, full="HHHHHHHHHH", lean="hhhhh")
MEDIUM = Detail(weight=Weight.MEDIUM, full="MMMMMMMMMM", lean="mmmmm")
LOW = Detail(weight=Weight.LOW, full="LLLLLLLLLL", lean="lllll")
ADDITION = Detail(weight=Weight.ADDITIONS, full="AAAAAAAAAA", lean="aaaaa")


@pytest.mark.parametrize(
    ("room", "kept"),
    [
        (50, "HHHHHHHHHHMMMMMMMMMMLLLLLLLLLLAAAAAAAAAAAAAAAAAAAA"),
        (49, "HHHHHHHHHHMMMMMMMMMMLLLLLLLLLLAAAAAAAAAAaaaaa"),
        (44, "HHHHHHHHHHMMMMMMMMMMLLLLLLLLLLaaaaaaaaaa"),
        (39, "HHHHHHHHHHMMMMMMMMMMLLLLLLLLLLaaaaa"),
        (34, "HHHHHHHHHHMMMMMMMMMMLLLLLLLLLL"),
        (29, "HHHHHHHHHHMMMMMMMMMMlllll"),
        (24, "HHHHHHHHHHmmmmmlllll"),
        (19, "hhhhhmmmmmlllll"),
        (14, "hhhhhmmmmm"),
        (9, "hhhhh"),
        (4, ""),
        (-1, ""),
    ],
)
def test_additions_go_first_then_lists_then_low_medium_and_high_risk(room: int, kept: str) -> None:
    assert cut([HIGH, MEDIUM, LOW, ADDITION, ADDITION], room).text == kept


def test_what_is_cut_is_counted() -> None:
    left = cut([HIGH, MEDIUM, LOW, ADDITION, ADDITION], 29)
    assert (left.lean, left.gone) == (1, Counter({Weight.ADDITIONS: 2}))
    assert cut([HIGH], 10) == cut([HIGH], 11)
    assert cut([HIGH], 10).gone == Counter()


def test_bytes_count_and_not_characters() -> None:
    wide = Detail(weight=Weight.LOW, full="→" * 4, lean="→")
    assert cut([wide], 12).text == wide.full
    assert cut([wide], 11).text == wide.lean


def test_a_lean_form_that_saves_nothing_is_not_taken() -> None:
    odd = Detail(weight=Weight.HIGH, full="short", lean="much longer")
    assert cut([odd, LOW], 5).text == "short"


def test_what_a_long_detail_leaves_behind_is_filled_with_details_of_its_weight_or_more() -> None:
    long = Detail(weight=Weight.LOW, full="X" * 100, lean="X" * 90)
    # The last one goes first; when the long one goes as well, there is room for the last one again.
    assert cut([HIGH, long, LOW], 20).text == HIGH.full + LOW.full
    assert cut([HIGH, long, LOW], 17).text == HIGH.full + LOW.lean
    assert cut([HIGH, long, LOW], 12).text == HIGH.full
    # But nothing lighter is shown while a heavier one is not.
    assert cut([HIGH, long, ADDITION], 30).text == HIGH.full


details = st.builds(
    Detail, weight=st.sampled_from(Weight), full=st.text(min_size=1, max_size=30), lean=st.text(min_size=1, max_size=30)
)


@given(found=st.lists(details, max_size=12), room=st.integers(-5, 400))
def test_the_details_never_take_more_than_the_room(found: list[Detail], room: int) -> None:
    found = sorted(found, key=lambda detail: -detail.weight)
    left = cut(found, room)
    assert size(left.text) <= max(room, 0)
    assert sum(left.gone.values()) + left.lean <= len(found)
    if sum(size(detail.full) for detail in found) <= room:
        assert left.text == "".join(detail.full for detail in found)


def test_a_fence_fills_its_room_to_the_byte() -> None:
    items = [["a"], ["→", "/b"], ["``` c"], ["d"]]
    for room in range(80):
        text, count = fitted(items, room, "diff")
        assert size(text) <= room
        assert not count or text == fence([line for item in items[:count] for line in item], "diff")
        assert count == 4 or size(fence([line for item in items[: count + 1] for line in item], "diff")) > room


def test_the_limit_is_that_of_the_contract() -> None:
    assert LIMIT == 60_000


@given(
    items=st.lists(st.lists(st.text("`/ a→", max_size=8), min_size=1, max_size=3), max_size=12),
    room=st.integers(0, 120),
)
def test_a_fence_takes_as_many_of_the_first_items_as_fit(items: list[list[str]], room: int) -> None:
    text, count = fitted(items, room, "diff")
    assert size(text) <= room
    assert (text == "") == (count == 0)
    more, _ = fitted(items[: count + 1], 10_000, "diff")
    assert count == len(items) or size(more) > room

"""Pages of sections: room is given out from the top, and the limit holds."""

from __future__ import annotations

import re

import pytest

from smsops.render.cutting import LIMIT, size
from smsops.render.sections import FRAME, Section, page


def section(name: str, count: int, *, folded: bool = False) -> Section:
    items = [[f"{name} {index:05}"] for index in range(count)]
    return Section(heading=name, items=items, noun="change", folded=folded)


@pytest.mark.parametrize("count", [1, 100, 1_500, 4_000, 9_000])
def test_a_page_keeps_its_limit_and_wastes_little(count: int) -> None:
    sections = [section(name, count, folded=name > "d") for name in "abcdef"]
    text = page("h" * 9_000, sections, "e" * 9_000)
    assert size(text) <= LIMIT
    assert text.startswith("h" * 9_000)
    assert text.endswith("e" * 9_000)
    if count > 1_000:
        assert size(text) > LIMIT - FRAME * len(sections)
    listed = len(re.findall(r"^[a-f] \d{5}$", text, re.MULTILINE))
    missing = sum(
        int(number.replace(",", "")) for number in re.findall(r"^([\d,]+) changes? not shown here", text, re.M)
    )
    assert listed + missing == 6 * count


def test_the_first_sections_get_room_first() -> None:
    text = page("", [section("a", 5_000), section("b", 5_000), section("c", 5_000)])
    assert text.count("a 0") == 5_000
    assert 0 < text.count("b 0") < 5_000
    assert text.count("c 0") < 50
    assert "### c\n" in text


def test_a_section_without_items_is_not_there() -> None:
    assert page("head\n", [section("a", 0)], "end\n") == "head\nend\n"

"""The report in Chromium, from disk and without a network: it can be read, filtered, sorted, printed and heard.

Needs Chromium, node, and a folder with the npm packages playwright-core and axe-core that SMSOPS_BROWSER_TOOLS names.
Without that variable these tests are skipped; with it, whatever is missing is a failure.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from smsops.render.site import pages
from tests.site import scenes

TOOLS = os.environ.get("SMSOPS_BROWSER_TOOLS", "")
CHROMIUM = os.environ.get("SMSOPS_CHROMIUM") or shutil.which("chromium") or ""
NODE = shutil.which("node") or ""
PROGRAM = Path(__file__).with_name("browser.mjs")


def write(folder: Path, shape: tuple[int, int, int, int], *, single: bool) -> None:
    made = pages(
        scenes.project(*shape), title="SMS channels of Example Clinics", attention=scenes.findings(), single_file=single
    )
    for path, html in made:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(html, encoding="utf-8")


def seen_of(folder: Path) -> dict[str, Any]:
    """What one run of the browser saw on sites of several sizes."""
    assert CHROMIUM, "Chromium is missing: apt-get install chromium, or name it in SMSOPS_CHROMIUM."
    assert NODE, "node is missing."
    for package in ("playwright-core", "axe-core"):
        assert Path(TOOLS, "node_modules", package).is_dir(), f"npm install {package} in {TOOLS}"
    for size, shape in (("5", (5, 20, 8, 3)), ("50", (50, 50, 10, 5))):
        write(folder / size, shape, single=False)
        write(folder / size / "single", shape, single=True)
    # Enough versions for the short form, and few enough to be quick; benchmarks/site_opening.py opens a full one.
    write(folder / "large", (400, 4_000, 160, 25), single=True)
    command = [NODE, str(PROGRAM), "look", TOOLS, CHROMIUM, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def axe_finds_nothing_in_light_and_in_dark(seen):
    assert len(seen["axe"]) == 16
    assert {page: found for page, found in seen["axe"].items() if found} == {}


def nothing_is_asked_of_the_network_and_the_policy_is_kept(seen):
    assert seen["requests"] == []
    assert seen["console"] == []


def the_keyboard_reaches_the_content_and_the_filter(seen):
    for site in SITES:
        assert [seen[site][step] for step in ("skip", "main", "focus")] == ["skip", "main", "find"], site


def the_filter_leaves_what_has_every_word_and_says_how_much(seen):
    for site, (channels, applies) in SITES.items():
        told = seen[site]
        assert told["all"] == told["cleared"] == channels
        (row,) = told["filtered"]
        assert scenes.name(3) in row
        assert told["counted"].startswith(f"1 of {channels} channels, ")
        assert told["counted"].endswith(f" of {applies} applies")


def a_head_sorts_both_ways_and_says_so(seen):
    for site in SITES:
        told = seen[site]
        assert told["up"] == sorted(told["up"])
        assert told["down"] == sorted(told["up"], reverse=True)
        assert len(told["down"]) == told["all"]
        said = ("ascending", "descending") if site == "files" else ("up true", "down true")
        assert (told["up said"], told["down said"]) == said


def a_link_to_a_closed_channel_opens_it(seen):
    assert all(told["open"] and told["seen"] for told in seen["followed"].values())
    assert len(seen["followed"]) == 2


def without_a_script_all_can_be_read(seen):
    assert seen["plain"] == {"before": False, "filter": False, "after": True, "buttons": 0}


def on_paper_there_is_no_control_and_nothing_folded(seen):
    assert len(seen["paper"]) == 4
    for path, told in seen["paper"].items():
        assert (told["filter"], told["closed"], told["wide"]) == ("none", 0, False), path
        assert told["bytes"] > 10_000, path


def on_a_phone_no_page_is_wider_than_the_screen(seen):
    assert seen["narrow"] == []


SITES = {"files": (50, 10), "single": (50, 10), "large": (400, 160)}
"""Channels and applies of the sites that are used by hand."""
CHECKS = (
    axe_finds_nothing_in_light_and_in_dark,
    nothing_is_asked_of_the_network_and_the_policy_is_kept,
    the_keyboard_reaches_the_content_and_the_filter,
    the_filter_leaves_what_has_every_word_and_says_how_much,
    a_head_sorts_both_ways_and_says_so,
    a_link_to_a_closed_channel_opens_it,
    without_a_script_all_can_be_read,
    on_paper_there_is_no_control_and_nothing_folded,
    on_a_phone_no_page_is_wider_than_the_screen,
)


@pytest.mark.no_cover
@pytest.mark.skipif(not TOOLS, reason="SMSOPS_BROWSER_TOOLS names no folder with playwright-core and axe-core")
def test_in_chromium_the_report_keeps_what_it_promises(tmp_path):
    """One test, because one browser sees it all; it tells every promise that is broken."""
    seen = seen_of(tmp_path)
    broken = {}
    for check in CHECKS:
        try:
            check(seen)
        except (AssertionError, ValueError) as error:
            broken[check.__name__] = str(error)
    assert broken == {}

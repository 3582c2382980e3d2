"""History, blame and the population in four formats: both times are told, and no text of others is more than a text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsops.audit.population import Period
from smsops.frozen import replace
from smsops.history.recorded import Diff
from smsops.history.values import Kind, Person, Signature, Standing, Verdict, Version
from smsops.render.blamed import BLAME, Blamed, BlameRow
from smsops.render.listed import LISTED, Listed
from smsops.render.past import HISTORY, Told
from smsops.render.plain import width
from tests.render import pasts
from tests.render.pages import Page, shown

HARMLESS = "zebra"
VIEWS: dict[str, tuple[dict[str, Callable[..., str]], Callable[[str], Any]]] = {
    "history": (HISTORY, pasts.told),
    "blame": (BLAME, pasts.blamed),
    "log": (LISTED, pasts.logged),
    "sample": (LISTED, pasts.sampled),
}
ALL = [
    "```\n</details>\n# Approved",
    "<script>alert(1)</script> | @octocat [x](javascript:alert(1))",
    "::error::x",
    "\n::set-output name=a::b\n/approve",
    "##[error]x",
    "\x1b[31mred\x9b1m\x00\x7f\u202e\ud800",
    "one\ntwo\r\nthree\x85four\u2028five",
    "=cmd|' /C calc'!A0",
    "+1",
    "-->",
    "\t@SUM(1)",
    "\uff1d1",
]
"""One of each kind; `test_escape` and `test_plain` try many more on the doors through which all of them go."""


def drawn(view: str, format: str, text: str) -> str:
    renderers, built = VIEWS[view]
    return renderers[format](built(text), color=False)


def history(*versions: Version, format: str = "text", color: bool = False) -> str:
    return HISTORY[format](Told(versions=versions, title="support", ledger="branch smsops-ledger"), color=color)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


# --- what is said --------------------------------------------------------------------------------------------


def test_a_version_tells_when_it_was_merged_and_when_it_went_live_and_by_whose_leave() -> None:
    one = pasts.version(
        "x",
        channel="support",
        commit=pasts.commit("ann", author=Person(name="Ann", email="a@example.com"), request="#12", subject="Longer"),
        diffs=(
            Diff(field="webhook_url", before="https://a.example.com", after="https://b.example.com"),
            Diff(field="owner.team", before=None, after="care"),
            Diff(field="fallback_url", before="https://c.example.com", after=None),
            Diff(field="+12065550101", before=None, after=""),
            Diff(field="+12065550102", before="", after=None),
        ),
        apply=pasts.apply(
            "x", path="records/us/1.json", approval=replace(pasts.approval("bo"), requester="cy", separation="kept")
        ),
    )
    assert history(one) == (
        "000000000000  merged 2026-02-02 01:00:00Z  support: changed\n"
        "  author:    Ann <a@example.com>, 2026-02-01 01:00:00Z\n"
        "  committer: merged by ann <ann>\n"
        "  subject:   Longer\n"
        "  signature: signed with SSH, good, by ann\n"
        "  request:   #12, says the message\n"
        "  approved:  bo at 2026-02-02 09:00:00Z, somebody else than requester and authors; asked for by cy\n"
        "  account:   live since 2026-02-03 10:00:05Z, says records/us/1.json\n"
        "    ~ webhook_url: https://a.example.com → https://b.example.com\n"
        "    + owner.team: care\n"
        "    - fallback_url: https://c.example.com\n"
        "    + +12065550101\n"
        "    - +12065550102\n"
        "\n"
        "1 version of support. Records: branch smsops-ledger.\n"
    )


@pytest.mark.parametrize(
    ("signature", "verdict", "words"),
    [
        (Signature.NONE, Verdict.NOT_CHECKED, "not signed"),
        (Signature.OPENPGP, Verdict.NOT_CHECKED, "signed with OpenPGP, not checked"),
        (Signature.SSH, Verdict.GOOD, "signed with SSH, good, by ann"),
        (Signature.X509, Verdict.UNKNOWN, "signed with X.509, by a key that is not known here"),
        (Signature.SSH, Verdict.BAD, "signed with SSH, bad"),
        (Signature.SSH, Verdict.REVOKED, "signed with SSH, revoked"),
    ],
)
def test_a_signature_is_told_with_what_it_is_worth_here(signature: Signature, verdict: Verdict, words: str) -> None:
    one = pasts.version("x", commit=pasts.commit("ann", signature=signature, verdict=verdict))
    assert f"  signature: {words}\n" in history(one)


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing.LIVE, "live since 2026-02-03 10:00:05Z, says r.json"),
        (Standing.IN_PART, "applied in part at 2026-02-03 10:00:05Z, says r.json"),
        (Standing.NOTHING_TO_APPLY, "nothing to apply"),
        (Standing.SUPERSEDED, "never live: another version came before any apply"),
        (Standing.WAITING, "not live: no record says that it was applied"),
        (Standing.UNKNOWN, "not known"),
    ],
)
def test_merged_and_applied_are_two_times_and_only_a_version_that_is_live_has_the_second(
    standing: Standing, words: str
) -> None:
    has_record = standing in (Standing.LIVE, Standing.IN_PART)
    one = pasts.version("x", standing=standing, apply=pasts.apply("x", path="r.json") if has_record else None)
    assert f"  account:   {words}\n" in history(one)
    for row in rows(history(one, format="csv")):
        assert row["merged_at"] == "2026-02-02T01:00:00Z"
        assert row["live_at"] == ("2026-02-03T10:00:05.250Z" if standing is Standing.LIVE else "")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.RENAMED, "support: renamed from old"),
        (Kind.MOVED, "support: moved from channels/old.yaml"),
        (Kind.BROKEN, "support: cannot be read: line 3"),
        (Kind.PROJECT, "support: smsops.yaml changed what holds for it"),
        (Kind.DELETED, "support: deleted"),
    ],
)
def test_what_a_commit_did_to_the_channel_is_said_in_words(kind: Kind, words: str) -> None:
    one = pasts.version(
        "x",
        kind=kind,
        channel="support",
        path="smsops.yaml",
        was_channel="old",
        was_path="channels/old.yaml",
        problem="line 3",
    )
    assert words in history(one)
    assert words.partition(": ")[2] in "".join(shown(history(one, format="markdown")).verbatim)


def test_who_committed_is_told_only_when_it_is_another_and_an_approval_only_when_there_is_one() -> None:
    ann = Person(name="Ann", email="a@example.com")
    alone = pasts.version(
        "x", commit=pasts.commit("x", author=ann, committer=ann, request=""), apply=pasts.apply("x", approval=None)
    )
    written = history(alone)
    assert not re.search("^  (committer|request|approved|brought):", written, re.MULTILINE)
    nobody = replace(pasts.approval("x"), approver="", requester="", separation="broken")
    refused = replace(alone, apply=pasts.apply("x", approval=nobody))
    said = "nobody, not somebody else than requester and authors; asked for by somebody unknown"
    assert f"  approved:  {said}\n" in history(refused)


def test_a_merge_tells_the_commits_that_it_brought() -> None:
    one = pasts.version("x", commit=pasts.commit("x", 5, brought=(pasts.commit("eve", 3, subject="Second try"),)))
    assert "  brought:   000000000000 by eve <eve>, 2026-02-01 03:00:00Z: Second try\n" in history(one)
    [version] = json.loads(history(one, format="json"))["versions"]
    assert [brought["subject"] for brought in version["commit"]["brought"]] == ["Second try"]


def test_colour_only_repeats_the_signs() -> None:
    one = pasts.version("x")
    painted = history(one, color=True)
    assert re.sub("\x1b\\[[0-9;]*m", "", painted) == history(one)
    for paint in ("32", "33", "31"):
        assert f"\x1b[{paint}m" in painted


def test_an_empty_value_is_not_an_absent_one() -> None:
    one = pasts.version("x", diffs=(Diff(field="a", before="", after="b"), Diff(field="c", before="d", after="")))
    assert "    ~ a: (none) → b\n    ~ c: d → (none)\n" in history(one)
    [version] = json.loads(history(one, format="json"))["versions"]
    assert [(diff["before"], diff["after"]) for diff in version["diffs"]] == [("", "b"), ("d", "")]


def test_a_spreadsheet_has_a_row_a_difference_and_one_for_a_version_without_any() -> None:
    found = rows(history(pasts.version("x", 2), pasts.version("x", 1, diffs=(), problem="broken"), format="csv"))
    assert [(row["field"], row["before"], row["after"]) for row in found] == [
        ("x", "", "x"),
        ("x", "x", "xx"),
        ("x", "x", ""),
        ("'+12065550101", "", ""),
        ("'+12065550102", "", ""),
        ("", "", "broken"),
    ]
    assert len({row["commit"] for row in found}) == 2


def test_a_program_gets_every_time_and_the_approval() -> None:
    [found] = json.loads(history(pasts.version("x"), format="json"))["versions"]
    assert found["commit"]["author"]["at"] == "2026-02-01T01:00:00Z"
    assert found["commit"]["merged_at"] == "2026-02-02T01:00:00Z"
    assert found["apply"]["at"] == "2026-02-03T10:00:05.250Z"
    assert found["apply"]["approval"]["approved_at"] == "2026-02-02T09:00:00Z"
    assert found["apply"]["approval"]["authors"] == ["x", "x"]


# --- blame, population, sample -------------------------------------------------------------------------------


def test_blame_names_commit_person_and_both_times_of_each_key() -> None:
    ann = pasts.commit("ann", id="abcdef" * 6 + "abcd", request="#12")
    live = pasts.version("x", commit=ann)
    waiting = replace(live, standing=Standing.WAITING, apply=None)
    told = Blamed(
        channel="support",
        rows=(
            BlameRow(field="webhook_url", value="https://a.example.com", version=live),
            BlameRow(field="+12065550101", value="", version=waiting),
        ),
    )
    head, first, second = BLAME["text"](told, color=False).splitlines()
    assert head.split() == ["FIELD", "VALUE", "COMMIT", "MERGED", "AUTHOR", "REQUEST", "LIVE"]
    assert re.split("  +", first) == [
        *("webhook_url", "https://a.example.com", "abcdefabcdef", "2026-02-02 01:00:00Z"),
        *("ann <ann>", "#12", "2026-02-03 10:00:05Z"),
    ]
    assert second.endswith("waiting")
    assert [row["live_at"] for row in rows(BLAME["csv"](told, color=False))] == ["2026-02-03T10:00:05.250Z", ""]
    assert [row["value"] for row in json.loads(BLAME["json"](told, color=False))["rows"]] == [
        "https://a.example.com",
        "",
    ]


def test_a_long_value_is_cut_in_the_table_of_people_and_nowhere_else() -> None:
    told = Blamed(channel="x", rows=(BlameRow(field="x", value="v" * 4000, version=pasts.version("x")),))
    assert max(width(line) for line in BLAME["text"](told, color=False).splitlines()) < 300
    for format in ("json", "csv"):
        assert "v" * 4000 in BLAME[format](told, color=False)


def test_the_population_is_counted_and_each_item_says_where_to_look() -> None:
    listed = pasts.logged("x")
    written = LISTED["text"](listed, color=False)
    assert written.endswith("\n9 items from 2026-01-01T00:00:00Z to 2026-04-01T00:00:00Z.\n")
    found = rows(LISTED["csv"](listed, color=False))
    assert [row["id"] for row in found] == [item.id for item in listed.items]
    assert {row["commit_or_record"] for row in found if row["what"] == "apply"} == {"x", "x2"}
    assert {row["who"] for row in found if row["what"] == "apply"} == {"x"}
    assert {row["who"] for row in found if row["what"] == "project"} == {"x <x>"}
    assert [row["approver"] for row in found if row["what"] == "apply"] == ["", "x"]


def test_a_sample_says_how_it_is_drawn_again() -> None:
    listed = pasts.sampled("2026-Q1")
    drawn_so = "drawn with size 3 and seed '2026-Q1'."
    assert f"3 of 9 items from 2026-01-01T00:00:00Z to 2026-04-01T00:00:00Z, {drawn_so}" in LISTED["text"](
        listed, color=False
    )
    assert drawn_so in "".join(shown(LISTED["markdown"](listed, color=False)).verbatim)
    told = json.loads(LISTED["json"](listed, color=False))
    assert (told["population"], told["size"], told["seed"], len(told["items"])) == (9, 3, "2026-Q1", 3)


def test_where_nothing_happened_only_the_count_is_told() -> None:
    nothing = Listed(items=(), period=Period(), population=0)
    assert LISTED["text"](nothing, color=False) == "0 items from the beginning to now.\n"
    assert history() == "0 versions of support. Records: branch smsops-ledger.\n"


# --- text of others ------------------------------------------------------------------------------------------


def skeleton(page: Page) -> tuple[object, ...]:
    return (page.tags, page.comments, "".join(page.prose))


@cache
def expected(view: str) -> tuple[object, ...]:
    return skeleton(shown(drawn(view, "markdown", HARMLESS)))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("hostile", ALL, ids=ascii)
def test_it_drives_no_terminal_and_commands_no_ci_system(hostile: str, view: str) -> None:
    for format in VIEWS[view][0]:
        lines = re.split("\r?\n", drawn(view, format, hostile))
        assert all(line.isprintable() for line in lines), format
        assert not [line for line in lines if re.search(r"^ *::|##[a-z]*\[", line)], format
        if format != "text":
            continue
        # No text makes a line of its own.
        assert len(lines) == len(drawn(view, format, HARMLESS).split("\n"))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("hostile", ALL, ids=ascii)
def test_in_markdown_it_is_code_and_nothing_else(hostile: str, view: str) -> None:
    seen = shown(drawn(view, "markdown", f"{HARMLESS}{hostile}{HARMLESS}"))
    assert skeleton(seen) == expected(view)
    assert HARMLESS in "".join(seen.verbatim)
    assert HARMLESS not in "".join([*seen.prose, *seen.comments])
    assert seen.names <= {"h3", "ul", "li", "p", "code", "table", "thead", "tbody", "tr", "th", "td"}
    for line in drawn(view, "markdown", hostile).split("\n"):
        assert not re.search(r"^ */|@|(?<!&)#(?!#|\d)|://|www\.|\[|~~", line.removeprefix("### ")), line


@pytest.mark.no_cover
@settings(max_examples=25)
@given(text=st.text(max_size=30), view=st.sampled_from(sorted(VIEWS)))
def test_whatever_the_text_the_markdown_around_it_is_the_same(text: str, view: str) -> None:
    assert skeleton(shown(drawn(view, "markdown", f"{HARMLESS}{text}{HARMLESS}"))) == expected(view)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("hostile", ALL, ids=ascii)
def test_a_program_reads_it_as_it_is_and_a_spreadsheet_as_a_text(hostile: str, view: str) -> None:
    written = drawn(view, "json", hostile)
    assert written.isascii()
    assert hostile in texts(json.loads(written))
    for row in csv.reader(io.StringIO(drawn(view, "csv", hostile), newline=""), strict=True):
        assert not [cell for cell in row if cell.lstrip(" '\"").startswith((*"=+-@|%\t\r",)) and cell[0] != "'"]


def texts(value: object) -> set[str]:
    if isinstance(value, dict):
        return {text for inside in value.values() for text in texts(inside)}
    if isinstance(value, list):
        return {text for inside in value for text in texts(inside)}
    return {value} if isinstance(value, str) else set()


@pytest.mark.parametrize("view", ["history", "log"])
@pytest.mark.parametrize(
    "hostile", ["| x |\n# Approved", "<img src=x>", "\x1b[31m", "@octocat", "2026-02-03 <b>bold</b>"]
)
def test_a_time_in_a_record_is_a_text_of_others_too(hostile: str, view: str) -> None:
    apply = pasts.apply("x", started_at=hostile, finished_at=hostile)
    said: dict[str, Any] = {
        "history": Told(versions=(pasts.version("x", apply=apply),), title="x", ledger="x"),
        "log": replace(pasts.logged("x"), items=tuple(replace(one, at=hostile) for one in pasts.logged("x").items)),
    }
    for format, renderer in VIEWS[view][0].items():
        written = renderer(said[view], color=False)
        assert all(line.isprintable() for line in re.split("\r?\n", written)), format
        if format == "markdown":
            assert shown(written).names <= {"h3", "ul", "li", "p", "code", "table", "thead", "tbody", "tr", "th", "td"}
            assert not re.search("@|<(?!/?code>)", written)

"""What belongs to a period, in which order, and how people write dates."""

from __future__ import annotations

import pytest

from smsops.audit.population import Period, parsed_time, population
from smsops.errors import UsageError
from smsops.frozen import replace
from smsops.history.recorded import Diff
from smsops.history.values import Kind
from tests.audit.build import apply, approval, call, chronicle, commit, past, project_change, version


@pytest.mark.parametrize(
    ("text", "start", "end", "after"),
    [
        ("2026-11-25", "2026-11-25T00:00:00Z", "2026-11-25T23:59:59Z", "2026-11-26T00:00:00Z"),
        (" 2026-12-31 ", "2026-12-31T00:00:00Z", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"),
        ("2026-11-25T10:00Z", *["2026-11-25T10:00:00Z"] * 3),
        ("2026-11-25T10:00", *["2026-11-25T10:00:00Z"] * 3),
        ("2026-11-25T01:30+05:30", *["2026-11-24T20:00:00Z"] * 3),
        ("2026-11-25 10:00:07-08:00", *["2026-11-25T18:00:07Z"] * 3),
        ("0999-01-01", "0999-01-01T00:00:00Z", "0999-01-01T23:59:59Z", "0999-01-02T00:00:00Z"),
    ],
)
def test_a_date_is_a_day_in_utc_and_a_time_is_itself(text: str, start: str, end: str, after: str) -> None:
    assert (parsed_time(text), parsed_time(text, end_of_day=True), parsed_time(text, after_day=True)) == (
        start,
        end,
        after,
    )


@pytest.mark.parametrize("text", ["", "yesterday", "25.11.2026", "2026-02-30", "2026-11-25T25:00", "HEAD"])
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="is no date") as caught:
        parsed_time(text)
    assert "2026-03-31" in caught.value.hint


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01T00:00+05:00"])
def test_a_date_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="out of the calendar"):
        parsed_time(text, after_day=True)


def test_a_period_holds_its_first_second_and_not_the_one_after_its_last() -> None:
    march = Period(since="2026-03-01T00:00:00Z", until="2026-04-01T00:00:00Z")
    held = {
        "2026-02-28T23:59:59.999999Z": False,
        "2026-03-01T00:00:00Z": True,
        "2026-03-01T00:00:00.000001Z": True,
        "2026-03-31T23:59:59.999999Z": True,
        "2026-04-01T00:00:00Z": False,
        "2026-04-01T00:00:00.000001Z": False,
    }
    assert {at: march.holds(at) for at in held} == held
    assert all(Period().holds(at) for at in held)


def test_what_has_no_time_is_in_every_period_so_that_nobody_hides_a_change_by_it() -> None:
    assert Period(since="2026-03-01T00:00:00Z", until="2026-04-01T00:00:00Z").holds("")


def test_everything_of_the_period_is_there_once_and_in_order() -> None:
    first, second = commit("c1", "2026-03-01T10:00:00Z"), commit("c2", "2026-03-02T10:00:00Z")
    told = chronicle(
        past(
            version(first, kind=Kind.CREATED, diffs=tuple(Diff(f"f{n}", None, "x") for n in range(6))),
            version(second, kind=Kind.PROJECT, path="smsops.yaml"),
            version(second, kind=Kind.BROKEN, problem="Line 3: no"),
        ),
        past(version(first, channel="codes", path="channels/codes.yaml", kind=Kind.DELETED), name="codes"),
        project=[project_change(Diff("policy.drift", "revert", "report"), of=second)],
        applies=[
            apply("2026-03-01T10:00:00.5Z", calls=(call("done"), call("failed"), call("done"), call(""))),
            apply("2026-02-01T10:00:00Z"),
            apply("2026-03-03T10:00:00Z", finished_at="", ending="", calls=()),
        ],
    )
    items = population(told, Period(since="2026-03-01T00:00:00Z"))
    assert [(item.id, item.account, item.channel, item.summary) for item in items] == [
        ("change:c1:channels/codes.yaml", "us", "codes", "deleted: no field"),
        ("change:c1:channels/support.yaml", "us", "support", "created: f0, f1, f2, f3, 2 more"),
        ("apply:records/us/2026-03-01T10:00:00.5Z.json", "us", "", "applied: 2 done, 1 failed, 1 not attempted"),
        ("change:c2:channels/support.yaml", "us", "support", "broken: Line 3: no"),
        ("project:c2", "", "", "smsops.yaml: policy.drift"),
        ("apply:records/us/2026-03-03T10:00:00Z.json", "us", "", "without an end: no change"),
    ]
    assert items[2].subject is told.applies[0]
    assert [item.id for item in population(told, Period(until="2026-03-01T00:00:00Z"))] == [
        "apply:records/us/2026-02-01T10:00:00Z.json"
    ]


def test_what_was_merged_and_applied_in_one_second_comes_by_the_main_line_and_by_the_chain_of_records() -> None:
    at = "2026-03-01T10:00:00Z"
    line = [f"{digit}" * 3 for digit in "fa9c"]
    told = chronicle(
        past(*(version(commit(id, at)) for id in line)),
        past(version(commit(line[1], at), channel="codes", path="channels/codes.yaml"), name="codes"),
        project=[project_change(of=commit(line[2], at))],
        applies=[
            apply(f"2026-03-01T10:00:00.{fraction}Z", path=f"records/us/20260301T{key}-{plan}.json")
            for key, plan, fraction in (("101", "aa", "2"), ("100", "bb", "9"), ("102", "00", "1"))
        ],
    )
    told = replace(told, line=tuple(line))
    listed = [item.id for item in population(told, Period())]
    assert listed == [
        "change:fff:channels/support.yaml",
        "change:aaa:channels/codes.yaml",
        "change:aaa:channels/support.yaml",
        "change:999:channels/support.yaml",
        "project:999",
        "change:ccc:channels/support.yaml",
        "apply:records/us/20260301T100-bb.json",
        "apply:records/us/20260301T101-aa.json",
        "apply:records/us/20260301T102-00.json",
    ]
    backwards = replace(told, pasts=told.pasts[::-1], applies=told.applies[::-1])
    assert [item.id for item in population(backwards, Period())] == listed


def test_a_merge_stands_before_the_apply_of_the_same_second() -> None:
    told = chronicle(
        past(version(commit("c1", "2026-03-01T10:00:00Z"))),
        applies=[apply("2026-03-01T10:00:00.25Z", approval=approval())],
    )
    assert [item.what for item in population(told, Period())] == ["change", "apply"]

"""A channel at a moment: what was merged beside what was applied, in every form, and hostile text in none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from smsops.history.contents import Wanted
from smsops.history.moment import Moment, applied_by, checked_by, effect_at, rows_of, version_at
from smsops.history.recorded import Apply, Check, Drift, Entry
from smsops.history.values import Commit, Kind, Person, Standing, Version
from smsops.render.at import AT, at_text

HOSTILE = "\x1b[31m::error::|`<b>=1+1\n# x"
ANN = Person(name="Ann", email="ann@example.com")
COMMIT = Commit(
    id="a" * 40,
    author=ANN,
    authored_at="2026-01-01T00:00:00Z",
    committer=ANN,
    merged_at="2026-01-01T00:00:00Z",
    subject="x",
)
VERSION = Version(channel="otp", account="us", path="channels/otp.yaml", commit=COMMIT, kind=Kind.CREATED)
ENTRY = Entry(service_sid="MG1", fields={"webhook_url": "https://a.example.com/"}, numbers=("+12065550101",))
APPLY = Apply(
    path="records/us/1.json",
    account="us",
    account_sid="AC1",
    server="",
    actor="ci",
    plan_id="sha256:1",
    commit="a" * 40,
    author="",
    dirty=False,
    started_at="2026-01-01T00:00:01Z",
    finished_at="2026-01-01T00:00:02Z",
    ending="applied",
    approval=None,
    calls=(),
    inventory={"otp": ENTRY},
)
WANTED = Wanted(fields={"webhook_url": "https://b.example.com/"}, numbers=frozenset({"+12065550102"}))


def check(*found: Drift, at: str = "2026-01-02T00:00:00Z") -> Check:
    return Check(path="checks/us/1.json", account="us", account_sid="AC1", server="", actor="", at=at, found=found)


def moment(**fields: object) -> Moment:
    whole = Moment(
        asked="2026-01-01",
        version=replace(VERSION, standing=Standing.LIVE, apply=APPLY),
        apply=APPLY,
        entry=ENTRY,
        rows=rows_of(WANTED, ENTRY),
        declared=(("owner.team", "care"),),
    )
    return replace(whole, **fields)  # type: ignore[arg-type]


def test_rows_hold_what_git_asked_for_and_what_the_record_says():
    rows = [(row.key, row.merged, row.applied, row.differs) for row in rows_of(WANTED, ENTRY)]
    assert rows == [
        ("webhook_url", "https://b.example.com/", "https://a.example.com/", True),
        ("+12065550101", None, "", True),
        ("+12065550102", "", None, True),
    ]
    assert rows_of(None, None) == ()


def test_the_text_names_both_times_and_marks_what_differs():
    text = at_text(moment(check=check()), color=False)
    assert "As merged 2026-01-01 00:00:00Z by Ann <ann@example.com> in aaaaaaaaaaaa." in text
    assert "As applied 2026-01-01 00:00:02Z by ci: record records/us/1.json." in text
    assert "At 2026-01-02 00:00:00Z the account was as recorded" in text
    assert text.count("differs") == 3
    assert "owner.team" in text


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing.WAITING, "No apply has brought this version about."),
        (Standing.IN_PART, "Only some of it had been written."),
        (Standing.SUPERSEDED, "another came before"),
        (Standing.UNKNOWN, "not known here"),
    ],
)
def test_what_became_of_a_version_is_said_in_words(standing: Standing, words: str):
    text = at_text(moment(version=replace(VERSION, standing=standing), apply=None, entry=None, rows=()), color=False)
    assert words in text
    assert "No record says what the account had of it." in text


def test_drift_that_a_check_found_is_told_for_the_service_of_the_channel_alone():
    ours = Drift(channel="otp", service_sid="MG1", field="webhook_url", recorded="", live="https://c.example.com/")
    gone = Drift(channel="otp", service_sid="MG1", field="phone_numbers", recorded="+12065550101", live=None)
    other = replace(ours, service_sid="MG2")
    found = moment(check=check(ours, gone, other))
    assert found.drift == (ours, gone)
    text = at_text(found, color=False)
    assert "! webhook_url: (none) → https://c.example.com/" in text
    assert "! phone_numbers: +12065550101 → not there" in text
    assert moment(check=check(ours), entry=None).drift == ()
    assert len(json.loads(AT["json"](found, color=False))["drift"]) == 2


def test_a_revision_that_is_not_on_the_main_line_has_no_version():
    document = json.loads(AT["json"](moment(version=None, apply=None, entry=None), color=False))
    assert (document["merged"], document["applied"], document["checked"]) == (None, None, None)
    assert "As merged" not in at_text(moment(version=None), color=False)


@pytest.mark.parametrize("form", AT)
def test_hostile_text_is_harmless_in_every_form(form: str):
    version = replace(VERSION, commit=replace(COMMIT, author=Person(name=HOSTILE, email=HOSTILE), request=HOSTILE))
    found = moment(
        version=replace(version, standing=Standing.LIVE, apply=APPLY),
        apply=replace(APPLY, actor=HOSTILE, path=HOSTILE),
        rows=rows_of(Wanted(fields={HOSTILE: HOSTILE}, numbers=frozenset()), ENTRY),
        declared=((HOSTILE, HOSTILE),),
        check=check(Drift(channel="otp", service_sid="MG1", field=HOSTILE, recorded=HOSTILE, live=HOSTILE)),
    )
    text = AT[form](found, color=False)
    assert "\x1b" not in text
    assert not any(line.lstrip().startswith(("::", "# x", "=1")) for line in text.splitlines())
    if form == "markdown":
        assert "<b>" not in text
    if form == "csv":
        assert '"=' not in text


def test_the_last_apply_that_knew_the_channel_by_then_tells_what_the_account_had():
    later = replace(APPLY, path="records/us/2.json", finished_at="2026-02-01T00:00:00Z", inventory={})
    refused = replace(APPLY, path="records/us/3.json", ending="refused")
    assert applied_by([APPLY, refused, later], ["otp"], "2026-01-31T00:00:00Z") == (APPLY, ENTRY)
    assert applied_by([APPLY, later], ["otp"], "2026-02-02T00:00:00Z") is None
    assert applied_by([APPLY], ["otp"], "2025-01-01T00:00:00Z") is None


def test_the_last_check_and_the_version_up_to_a_moment():
    first, second = check(), check(at="2026-01-03T00:00:00Z")
    assert checked_by([first, second], "2026-01-02T12:00:00Z") == first
    assert checked_by([first], "2026-01-01T00:00:00Z") is None
    label = replace(VERSION, commit=replace(COMMIT, id="b" * 40), standing=Standing.NOTHING_TO_APPLY)
    live = replace(VERSION, standing=Standing.LIVE, apply=APPLY)
    places = {"a" * 40: 0, "b" * 40: 5}
    assert version_at([live, label], places, 4) == live
    assert version_at([live, label], places, 5) == label
    assert effect_at([live, label], places, 5) == APPLY
    assert effect_at([label], places, 5) is None

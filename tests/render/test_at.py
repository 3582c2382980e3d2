"""A channel at a moment: what was merged beside what was applied, in every form, and hostile text in none."""

from __future__ import annotations

import json

import pytest

from smsops.frozen import replace
from smsops.history.contents import Content, content_of
from smsops.history.filed import declared_of, rows_of, without_secrets
from smsops.history.moment import Moment, Refusal, Row, Unreadable, applied_by, checked_by, effect_at, version_at
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
URL, NUMBER = "https://b.example.com/", "+12065550102"
ROWS = (
    Row(key="webhook_url", merged=URL, applied="https://a.example.com/", differs=True),
    Row(key="+12065550101", merged=None, applied="", differs=True),
    Row(key=NUMBER, merged="", applied=None, differs=True),
)


def read(text: str) -> Content:
    return content_of(text.encode(), "100644")


FILE = (
    f"name: otp\nprovider: twilio\naccount: us\ndirection: outbound\nwebhook_url: {URL}\nowner: {{team: care}}\n"
    f'phone_numbers:\n  - {{number: "{NUMBER}", label: Desk}}\n'
)


def check(*found: Drift, at: str = "2026-01-02T00:00:00Z") -> Check:
    return Check(path="checks/us/1.json", account="us", account_sid="AC1", server="", actor="", at=at, found=found)


def moment(**fields: object) -> Moment:
    whole = Moment(
        asked="2026-01-01",
        version=replace(VERSION, standing=Standing.LIVE, apply=APPLY),
        apply=APPLY,
        entry=ENTRY,
        rows=ROWS,
        declared=(("owner.team", "care"),),
    )
    return replace(whole, **fields)  # type: ignore[arg-type]


def told(content: Content, entry: Entry | None, *, valid: bool) -> dict[str, tuple[str | None, str | None, bool]]:
    return {row.key: (row.merged, row.applied, row.differs) for row in rows_of(content, entry, valid=valid)}


NUMBERS = {"+12065550101": (None, "", True), NUMBER: ("", None, True)}


def test_rows_of_a_valid_file_hold_what_an_apply_sends_and_what_the_record_says():
    rows = told(read(FILE), ENTRY, valid=True)
    assert rows["webhook_url"] == ("", "https://a.example.com/", True), "with this direction nothing is called"
    assert rows["webhook_method"] == ("POST", None, True)
    assert {key: row for key, row in rows.items() if key.startswith("+")} == NUMBERS
    assert rows_of(Content(), None, valid=False) == ()
    held = told(Content(), ENTRY, valid=False)
    assert held == {"webhook_url": (None, "https://a.example.com/", False), "+12065550101": (None, "", True)}


def test_rows_of_any_other_file_hold_what_stands_in_it_and_compare_what_it_comes_to():
    held = replace(ENTRY, fields={"webhook_url": "", "webhook_method": "POST", "friendly_name": "x"})
    assert told(read(FILE), held, valid=False) == {
        "webhook_url": (URL, "", False),
        "webhook_method": (None, "POST", False),
        "friendly_name": (None, "x", True),
        **NUMBERS,
    }
    lost = read(FILE.replace("direction: outbound\n", "directoin: outbound\n"))
    assert told(lost, held, valid=False)["webhook_url"] == (URL, "", True)
    assert told(lost, held, valid=False)["webhook_method"] == (None, "POST", False), "it may stand for any default"
    assert declared_of(lost) == {
        "name": "otp",
        "provider": "twilio",
        "account": "us",
        "directoin": "outbound",
        "owner.team": "care",
        f"{NUMBER} label": "Desk",
    }


SECRET = "Zk3vQ8pL1xWm7TnB2cYd5HsE"


@pytest.mark.parametrize("valid", [True, False])
def test_nothing_is_shown_that_history_hides(valid: bool):
    more = f"friendly_name: {SECRET}\ntags: {{auth_token: sesame, note: 'ann:sesame@example.com'}}\n"
    content = read(FILE.replace("//b.", "//ann:sesame@b.").replace("outbound", "inbound") + more)
    held = replace(ENTRY, fields={"webhook_url": "https://****@b.example.com/", "friendly_name": SECRET})
    rows = rows_of(content, held, valid=valid)
    drift = Drift(channel="otp", service_sid="MG1", field="friendly_name", recorded=SECRET, live=f"x {SECRET}")
    shown = moment(rows=rows, entry=None, declared=tuple(declared_of(content).items()))
    shown = replace(shown, entry=held, check=without_secrets(check(drift)))
    assert not told(content, held, valid=valid)["webhook_url"][2], "the logins are the same, as far as can be told"
    for form in AT:
        text = AT[form](shown, color=False)
        assert SECRET not in text
        assert "sesame@" not in text
        assert 'sesame"' not in text
    assert shown.drift


def test_the_text_names_both_times_and_marks_what_differs():
    text = at_text(moment(check=check()), color=False)
    assert "As merged 2026-01-01 00:00:00Z by Ann <ann@example.com> in aaaaaaaaaaaa." in text
    assert "As applied 2026-01-01 00:00:02Z by ci: record records/us/1.json." in text
    assert "At 2026-01-02 00:00:00Z the account was as recorded" in text
    assert text.count("differs") == 3
    assert "owner.team" in text
    assert "owner.team" in at_text(moment(rows=()), color=False)
    assert "DECLARED ONLY" not in at_text(moment(declared=()), color=False)


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


def test_a_file_that_an_apply_of_today_would_not_take_is_said_to_be_so_in_a_line():
    refused = (Refusal(code="SMS201", path="channels/otp.yaml"), Refusal(code="SMS203", path="smsops.yaml"))
    found = moment(refused=refused)
    line = "does not pass the validation of today: SMS201 in channels/otp.yaml, SMS203 in smsops.yaml.\n"
    assert line in at_text(found, color=False)
    document = json.loads(AT["json"](found, color=False))
    assert document["refused"][0] == {"code": "SMS201", "path": "channels/otp.yaml"}
    assert document["unreadable"] is None
    assert f"""{line.strip()}"\r\n""" in AT["csv"](found, color=False)


def test_a_file_that_could_not_be_read_is_said_to_be_so_with_what_is_shown_in_its_place():
    broken = Unreadable(path="channels/otp.yaml", problem="Line 2: A bracket is open.", shown=VERSION)
    version = replace(VERSION, kind=Kind.BROKEN)
    text = at_text(moment(version=version, unreadable=broken), color=False)
    assert "channels/otp.yaml could not be read as it was then: Line 2: A bracket is open.\n" in text
    assert "the last version before it that can be read, merged 2026-01-01 00:00:00Z by Ann" in text
    assert "not known here" not in text, "the record of the version before it tells"
    never = moment(version=version, unreadable=replace(broken, shown=None))
    assert "No version before it can be read either." in at_text(never, color=False)
    empty = replace(never, rows=(), declared=())
    assert AT["csv"](empty, color=False).count("No version before it can be read either.") == 1
    documents = [json.loads(AT["json"](one, color=False)) for one in (moment(unreadable=broken), never)]
    assert [document["unreadable"]["shown_commit"] for document in documents] == ["a" * 40, None]


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
        rows=(Row(key=HOSTILE, merged=HOSTILE, applied=HOSTILE, differs=True), *ROWS),
        declared=((HOSTILE, HOSTILE),),
        check=check(Drift(channel="otp", service_sid="MG1", field=HOSTILE, recorded=HOSTILE, live=HOSTILE)),
        refused=(Refusal(code="SMS201", path=HOSTILE),),
        unreadable=Unreadable(path=HOSTILE, problem=HOSTILE, shown=version),
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

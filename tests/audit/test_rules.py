"""What an auditor is told: each rule where it finds something, where it does not, and how grave that is."""

from __future__ import annotations

from typing import Any

import pytest

from smsops.audit.rules import Case, audit_findings
from smsops.history.contents import Unsaid
from smsops.history.recorded import Apply, Diff
from smsops.history.values import Commit, Kind, Signature, Standing, Verdict
from smsops.project import AuditPolicy
from tests.audit.build import (
    FILE,
    A,
    apply,
    approval,
    case,
    check,
    chronicle,
    commit,
    drift,
    entry,
    past,
    project_change,
    version,
    wanted,
)

STRICT = AuditPolicy(require_approval=True, require_signature=True)


def told(of: Case, code: str) -> list[tuple[str, str, str]]:
    """Severity, place and message of the findings of one code."""
    return [(f.severity, f.location.path, f.message) for f in audit_findings(of) if f.code == code]


def test_a_past_that_is_as_it_should_be_gives_nothing() -> None:
    applied = apply(inventory={"support": entry(A, webhook_url="one")})
    whole = chronicle(
        past(
            version(standing=Standing.LIVE, apply=applied),
            fields={"owner.team": "care", "tags.review_by": "2026-03-31"},
        ),
        project=[project_change(Diff("version", None, "1"))],
        applies=[applied],
        checks=[check("2026-03-30T06:00:00Z")],
    )
    assert audit_findings(case(whole, policy=STRICT, says=lambda *_: wanted(A, webhook_url="one"))) == ()


# --- approvals ---------------------------------------------------------------------------------------------


def live(applied: Apply, **facts: Any) -> Case:
    one = version(**{"standing": Standing.LIVE, "apply": applied, **facts})
    return case(chronicle(past(one), applies=[applied]))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "went live and its record tells of no approval"),
        (approval(approver="", separation="unknown"), "went live without an approval by somebody else"),
        (approval(approver="ada", separation="broken"), "went live without an approval by somebody else"),
        (approval(separation="unknown"), "went live approved by bob, who may have taken part in it"),
    ],
)
def test_a_change_that_went_live_unapproved_is_told_with_what_is_missing(given: Any, said: str) -> None:
    ((severity, path, message),) = told(live(apply(approval=given)), "SMS610")
    assert (severity, path) == ("warning", FILE)
    assert message == f"The change of channel support in commit c1 by Ada <ada@example.com> {said}."


def test_what_an_account_got_in_part_or_through_smsops_yaml_needs_an_approval_too() -> None:
    ((_, _, message),) = told(live(apply(approval=None), standing=Standing.IN_PART), "SMS610")
    assert "went live in part and its record" in message
    ((_, path, _),) = told(live(apply(approval=None), kind=Kind.PROJECT, path="smsops.yaml"), "SMS610")
    assert path == "smsops.yaml"


def test_what_never_went_live_cannot_be_judged() -> None:
    assert told(live(apply(approval=None), standing=Standing.SUPERSEDED, apply=None), "SMS610") == []


def test_an_apply_that_was_bound_to_no_approved_plan_is_told_if_it_made_a_call() -> None:
    applies = [
        apply("2026-03-01", approval=None),
        apply("2026-03-02", approval=None, calls=()),
        apply("2026-03-03", approval=None, ending="refused"),
        apply("2026-03-04", approval=None, ending="", finished_at=""),
        apply("2026-03-05"),
    ]
    found = told(case(chronicle(applies=applies)), "SMS611")
    assert [path for _, path, _ in found] == ["records/us/2026-03-01.json", "records/us/2026-03-04.json"]


def test_the_policy_makes_a_missing_approval_an_error() -> None:
    applied = apply(approval=None)
    told_of = chronicle(past(version(standing=Standing.LIVE, apply=applied)), applies=[applied])
    for policy, severity in ((AuditPolicy(), "warning"), (AuditPolicy(require_approval=True), "error")):
        found = audit_findings(case(told_of, policy=policy))
        assert [(f.code, f.severity) for f in found] == [("SMS610", severity), ("SMS611", severity)]


def test_records_of_a_server_that_stood_in_are_no_matter() -> None:
    told_of = chronicle(applies=[apply(approval=None, dirty=True)], checks=[check("2026-01-01T00:00:00Z", drift())])
    assert audit_findings(case(told_of, counting=())) == ()


# --- signatures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "code", "severities", "said"),
    [
        (
            {"signature": Signature.NONE},
            "SMS612",
            ("warning", "error"),
            "Commit c1 by Ada <ada@example.com> is not signed.",
        ),
        ({"verdict": Verdict.UNKNOWN}, "SMS612", ("warning", "error"), "whether that is good is not certain."),
        (
            {"verdict": Verdict.BAD},
            "SMS613",
            ("error", "error"),
            "The signature of commit c1 by Ada <ada@example.com> is not good: bad.",
        ),
        ({"verdict": Verdict.EXPIRED}, "SMS613", ("error", "error"), "is not good: expired."),
        ({"verdict": Verdict.REVOKED}, "SMS613", ("error", "error"), "is not good: revoked."),
    ],
)
def test_a_signature_is_judged_and_the_policy_says_how_much_it_matters(
    facts: dict[str, Any], code: str, severities: tuple[str, str], said: str
) -> None:
    told_of = chronicle(past(version(commit(**facts))))
    for policy, severity in zip((AuditPolicy(), STRICT), severities, strict=True):
        (one,) = audit_findings(case(told_of, policy=policy))
        assert (one.code, one.severity, one.location.path) == (code, severity, FILE)
        assert said in one.message


@pytest.mark.parametrize("verdict", [Verdict.GOOD, Verdict.NOT_CHECKED])
def test_a_good_signature_and_one_that_nobody_checked_are_no_finding(verdict: Verdict) -> None:
    assert audit_findings(case(chronicle(past(version(commit(verdict=verdict)))), policy=STRICT)) == ()


def test_a_commit_is_told_once_and_those_that_a_merge_brought_are_told_as_well() -> None:
    side = commit("c2", signature=Signature.NONE)
    merge = commit("c1", signature=Signature.NONE, brought=(side,))
    told_of = chronicle(
        past(version(merge)),
        past(version(merge, channel="codes", path="channels/codes.yaml"), name="codes"),
        project=[project_change(of=merge), project_change(of=commit("c3", signature=Signature.NONE))],
    )
    assert [(path, message.split()[1]) for _, path, message in told(case(told_of), "SMS612")] == [
        (FILE, "c1"),
        (FILE, "c2"),
        ("smsops.yaml", "c3"),
    ]


# --- applies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"commit": ""}, "was of no commit."),
        ({"dirty": True}, "had changes that were in no commit."),
        ({"commit": "abcdef0123456789"}, "was of commit abcdef012345, which is not on the main line."),
    ],
)
def test_an_apply_of_something_else_than_the_main_line_is_a_warning(facts: dict[str, Any], said: str) -> None:
    ((severity, path, message),) = told(case(chronicle(applies=[apply("2026-03-01", **facts)])), "SMS614")
    assert (severity, path) == ("warning", "records/us/2026-03-01.json")
    assert message == f"The apply of 2026-03-01 to account us by ci {said}"


def test_a_record_that_says_what_git_does_not_is_an_error() -> None:
    told_of = chronicle(applies=[apply(inventory={"support": entry(A, webhook_url="stranger")})])
    said = {("c1", "support"): wanted(A, webhook_url="one")}
    ((severity, _, message),) = told(case(told_of, says=lambda *asked: said[asked]), "SMS615")
    assert severity == "error"
    assert "as 'stranger'; in c1 it is 'one'." in message
    ((severity, _, message),) = told(case(told_of, says=lambda *_: Unsaid.NO_CHANNEL), "SMS615")
    assert severity == "error"
    assert "in c1 git has no channel of that name." in message
    assert told(case(told_of), "SMS615") == [], "what is not known is no finding"


# --- what waits and what drifts ----------------------------------------------------------------------------


def waiting(merged_at: str, standing: Standing, *later: Standing, **policy: Any) -> list[tuple[str, str, str]]:
    versions = [version(commit("c1", merged_at), standing=standing)]
    versions += [version(commit("c2", merged_at), standing=one) for one in later]
    return told(case(chronicle(past(*versions)), policy=AuditPolicy(**policy)), "SMS616")


def test_a_change_that_waits_for_longer_than_the_policy_says_is_a_warning() -> None:
    """It is noon of the last of March."""
    assert waiting("2026-03-23T12:00:01Z", Standing.WAITING) == []
    ((severity, path, message),) = waiting("2026-03-23T12:00:00Z", Standing.WAITING)
    assert (severity, path) == ("warning", FILE)
    assert message.endswith("was merged 8 days ago, and is not live.")
    ((_, _, message),) = waiting("2026-03-30T12:00:00Z", Standing.WAITING, pending_days=0)
    assert message.endswith("was merged 1 day ago, and is not live.")


@pytest.mark.parametrize("standing", [Standing.LIVE, Standing.NOTHING_TO_APPLY, Standing.SUPERSEDED, Standing.UNKNOWN])
def test_what_is_live_or_is_never_sent_does_not_wait(standing: Standing) -> None:
    assert waiting("2025-01-01T00:00:00Z", standing) == []


def test_what_went_live_in_part_waits_until_the_next_version_is_there() -> None:
    ((_, _, message),) = waiting("2026-01-30T12:00:00Z", Standing.IN_PART, Standing.NOTHING_TO_APPLY)
    assert message.endswith("was merged 60 days ago, and is live in part only.")
    assert waiting("2026-01-30T12:00:00Z", Standing.IN_PART, Standing.LIVE) == []


def test_a_commit_without_a_time_does_not_stop_the_others() -> None:
    assert waiting("", Standing.WAITING) == []
    assert waiting("2026-03-01", Standing.WAITING) == []


def drifting(since: str, **policy: Any) -> list[tuple[str, str, str]]:
    told_of = chronicle(
        applies=[apply()],
        checks=[
            check(since, drift("phone_numbers", None, A)),
            check("2026-03-31T06:00:00Z", drift("phone_numbers", None, A)),
        ],
    )
    return told(case(told_of, policy=AuditPolicy(**policy)), "SMS617")


def test_drift_is_a_warning_first_and_an_error_when_it_stays() -> None:
    ((severity, path, message),) = drifting("2026-03-23T12:00:01Z")
    assert (severity, path) == ("warning", "checks/us/2026-03-31T06:00:00Z.json")
    assert message == (
        f"Drift of channel support, {A}, is open for 7 days: every check of account us from 2026-03-23T12:00:01Z to "
        "2026-03-31T06:00:00Z found it."
    )
    assert [severity for severity, _, _ in drifting("2026-03-23T12:00:00Z")] == ["error"]
    assert [severity for severity, _, _ in drifting("2026-03-23T12:00:00Z", drift_days=8)] == ["warning"]
    ((_, _, message),) = drifting("2026-03-31T05:00:00Z")
    assert "is open for less than a day" in message


def test_drift_of_an_account_that_is_no_more_is_closed() -> None:
    told_of = chronicle(
        applies=[apply()],
        checks=[check("2026-01-01T00:00:00Z", drift())],
        project=[project_change(Diff("accounts.us.account_sid", "AC1", None))],
    )
    assert told(case(told_of), "SMS617") == []


# --- owners and reviews ------------------------------------------------------------------------------------


def today(exists: bool = True, **fields: str) -> list[tuple[str, str, str]]:
    named = {name.replace("__", "."): value for name, value in fields.items()}
    return told(case(chronicle(past(fields=named, exists=exists))), "SMS618")


def test_a_channel_without_an_owner_is_told_once_with_its_numbers() -> None:
    told_of = case(chronicle(past(fields={A: "", f"{A} label": "Desk", "+12065550102": "", "owner.email": "x"})))
    assert told(told_of, "SMS618") == [
        ("warning", FILE, f"Channel support has no owner, and so nobody answers for {A}, +12065550102.")
    ]
    many = {f"+1206555{n:04}": "" for n in range(1012)}
    ((_, _, message),) = told(case(chronicle(past(fields=many))), "SMS618")
    assert message.endswith("+12065550009 and 1,002 more.")
    assert "its numbers" in today()[0][2]


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2026-03-30", "The review of channel support was due by 2026-03-30."),
        ("next spring", "The review date of channel support, 'next spring', is no date."),
        ("", "The review date of channel support, '', is no date."),
    ],
)
def test_a_review_that_is_due_and_a_date_that_is_none_are_errors(until: str, said: str) -> None:
    assert today(owner__team="care", tags__review_by=until) == [("error", FILE, said)]


def test_on_the_day_itself_a_review_is_not_late_and_a_deleted_channel_needs_none() -> None:
    assert today(owner__team="care", tags__review_by="2026-03-31") == []
    assert today(exists=False, tags__review_by="2020-01-01") == []


def test_errors_stand_first_and_each_finding_has_a_hint() -> None:
    unsigned: Commit = commit(signature=Signature.NONE)
    told_of = chronicle(
        past(version(unsigned, standing=Standing.WAITING), fields={"tags.review_by": "x"}),
        applies=[apply(approval=None, commit="", inventory={"support": entry(A)})],
    )
    found = audit_findings(case(told_of))
    assert [(f.severity, f.code) for f in found] == [
        ("error", "SMS618"),
        ("warning", "SMS611"),
        ("warning", "SMS612"),
        ("warning", "SMS614"),
        ("warning", "SMS616"),
        ("warning", "SMS618"),
    ]
    assert all(f.hint for f in found)

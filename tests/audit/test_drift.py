"""Since when drift is open, and of which account the checks tell."""

from __future__ import annotations

from itertools import permutations

from smsops.audit.drift import accounts_of, open_drift
from smsops.history.recorded import Diff
from tests.audit.build import SID, A, B, apply, check, drift

US = {"us": (SID, "")}


def since(*checks, accounts=None) -> list[tuple[str, str]]:
    return [(one.found.field, one.since) for one in open_drift(checks, accounts or US)]


def test_drift_is_open_since_the_first_check_of_an_unbroken_row() -> None:
    checks = (
        check("2026-03-01", drift(live="two")),
        check("2026-03-02"),
        check("2026-03-03", drift(live="three")),
        check("2026-03-04", drift(live="four"), drift("fallback_url")),
    )
    for order in permutations(checks):
        assert since(*order) == [("webhook_url", "2026-03-03"), ("fallback_url", "2026-03-04")]


def test_what_the_last_check_did_not_find_is_not_open() -> None:
    assert since(check("2026-03-01", drift()), check("2026-03-02")) == []
    assert since() == []


def test_numbers_services_and_fields_are_each_a_difference_of_their_own() -> None:
    first = check(
        "2026-03-01",
        drift("phone_numbers", None, A),
        drift("phone_numbers", B, None),
        drift(service_sid="MG2"),
    )
    came = "+12065550103"
    second = check("2026-03-02", *(drift("phone_numbers", None, number) for number in (A, B, came)), drift())
    assert since(first, second) == [
        ("phone_numbers", "2026-03-01"),
        ("phone_numbers", "2026-03-01"),
        ("phone_numbers", "2026-03-02"),
        ("webhook_url", "2026-03-02"),
    ]


def test_checks_of_another_account_of_that_name_or_of_a_stand_in_tell_nothing() -> None:
    mine = check("2026-03-01", drift())
    others = (
        check("2026-02-01", drift(), account_sid="AC2"),
        check("2026-03-02", account_sid="AC2"),
        check("2026-03-03", server="localhost"),
        check("2026-03-04", drift("fallback_url"), account="uk"),
    )
    assert since(mine, *others) == [("webhook_url", "2026-03-01")]
    assert since(mine, *others, accounts={**US, "uk": (SID, "")}) == [
        ("fallback_url", "2026-03-04"),
        ("webhook_url", "2026-03-01"),
    ]


def test_an_account_is_what_its_last_record_says_unless_smsops_yaml_names_it_no_more() -> None:
    applies = [
        apply(account_sid="AC0"),
        apply(account_sid="AC1", server="localhost"),
        apply(account="old"),
        apply(account="back", account_sid="AC7"),
    ]
    named = [
        Diff("accounts.old.account_sid", None, "AC1"),
        Diff("accounts.back.account_sid", "AC7", None),
        Diff("accounts.old.account_sid", "AC1", None),
        Diff("accounts.back.account_sid", None, "AC7"),
    ]
    assert accounts_of(applies, named) == {"us": ("AC1", "localhost"), "back": ("AC7", "")}

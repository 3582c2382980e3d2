"""What came into a record must stand in the files of its commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from smsops.audit.against import against_git
from smsops.history.contents import Unsaid, Wanted
from smsops.history.recorded import Apply
from tests.audit.build import A, B, apply, entry, wanted

FIRST = apply("2026-03-01", commit="c1", inventory={"support": entry(A, webhook_url="one")})
SAYS = {"c1": wanted(A, webhook_url="one"), "c2": wanted(B, webhook_url="two")}


def told(*applies: Apply, says: Mapping[str, Wanted | Unsaid] = SAYS) -> list[str]:
    found = against_git(applies, frozenset({"c1", "c2"}), lambda commit, channel: says.get(commit, Unsaid.NOT_KNOWN))
    return [f"{path.rpartition('/')[2][:10]} {sentence}" for path, sentence in found]


def second(*numbers: str, name: str = "support", sid: str = "MG1", **facts: Any) -> Apply:
    url = facts.pop("url", "two")
    held = {name: entry(*numbers, sid=sid, webhook_url=str(url))}
    return apply("2026-03-02", **{"commit": "c2", "inventory": held, **facts})


def test_a_record_of_what_git_said_is_as_it_must_be() -> None:
    assert told(FIRST, second(B)) == []


def test_a_value_that_git_did_not_say_is_told_with_both() -> None:
    assert told(FIRST, second(B, url="stranger")) == [
        "2026-03-02 The record records/us/2026-03-02.json has webhook_url of channel support as 'stranger'; "
        "in c2 it is 'two'."
    ]


def test_a_number_that_git_did_not_declare_is_told() -> None:
    assert told(FIRST, second(A, B)) == [], "it waits in the pool"
    (sentence,) = told(FIRST, second(B, "+12065550109"))
    assert "+12065550109 came into the pool of channel support; in c2 the channel does not declare it." in sentence


def test_the_first_record_is_held_against_git_in_full() -> None:
    (sentence,) = told(apply("2026-03-01", inventory={"support": entry(A, webhook_url="x")}))
    assert "webhook_url" in sentence


def test_what_stayed_as_it_was_is_no_matter_and_a_field_that_git_leaves_alone_neither() -> None:
    assert told(FIRST, second(A, url="one")) == [], "the write failed, and the record keeps what was"
    assert told(FIRST, second(B, url="one")) == [], "only the number arrived"
    held = {"support": entry(B, webhook_url="two", fallback_url="x")}
    assert told(FIRST, apply("2026-03-02", commit="c2", inventory=held)) == []


def test_a_channel_that_was_renamed_keeps_what_its_service_had() -> None:
    assert told(FIRST, second(A, name="help", url="one")) == []


def test_a_service_that_goes_over_to_another_channel_is_held_against_git() -> None:
    held = {
        "support": entry(B, sid="MG2", webhook_url="two"),
        "codes": entry(A, sid="MG1", webhook_url="one"),
    }
    sentences = told(FIRST, apply("2026-03-02", commit="c2", inventory=held))
    assert len(sentences) == 2
    assert all("channel codes" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    "facts",
    [{"dirty": True}, {"commit": "elsewhere"}, {"commit": ""}, {"finished_at": ""}],
    ids=["dirty", "another branch", "no commit", "no end"],
)
def test_what_was_not_a_commit_of_the_main_line_cannot_be_told_and_is_the_base_of_the_next(
    facts: dict[str, Any],
) -> None:
    odd = second(B, url="stranger", **facts)
    says = {**SAYS, "elsewhere": SAYS["c2"], "": SAYS["c2"]}
    assert told(FIRST, odd, says=says) == []
    after = apply("2026-03-03", commit="c2", inventory=odd.inventory)
    assert bool(told(FIRST, odd, after, says=says)) == ("finished_at" in facts)


def test_where_git_cannot_tell_nothing_is_found() -> None:
    assert told(FIRST, second(B, url="stranger"), says={}) == []


GONE: Mapping[str, Wanted | Unsaid] = {**SAYS, "c2": Unsaid.NO_CHANNEL}


def test_a_channel_that_git_never_had_is_told_with_its_service() -> None:
    assert told(FIRST, second(B, name="ghost", sid="MG2"), says=GONE) == [
        "2026-03-02 The record records/us/2026-03-02.json has service MG2 as channel ghost; "
        "in c2 git has no channel of that name."
    ]
    nothing = apply("2026-03-02", commit="c2", inventory={"ghost": entry(sid="MG2")})
    assert len(told(FIRST, nothing, says=GONE)) == 1, "also where it says nothing of it"


def test_a_name_that_git_never_had_for_the_service_of_a_channel_is_told() -> None:
    (sentence,) = told(FIRST, second(A, name="ghost", url="one"), says=GONE)
    assert "service MG1 as channel ghost" in sentence


def test_a_channel_that_left_git_stays_as_it_was_and_gets_nothing_new() -> None:
    assert told(FIRST, second(A, url="one"), says=GONE) == []
    assert told(FIRST, second(url="one"), says=GONE) == [], "another channel took the number"
    for more in (second(A, url="stranger"), second(A, B, url="one")):
        (sentence,) = told(FIRST, more, says=GONE)
        assert "has new values or numbers of channel support; in c2 git has no channel of that name." in sentence


def test_another_account_or_server_of_that_name_has_records_of_its_own() -> None:
    other = apply("2026-03-02", commit="c1", account_sid="AC2", inventory={"support": entry(A, webhook_url="one")})
    again = apply("2026-03-03", commit="c2", inventory={"support": entry(A, webhook_url="one")})
    assert told(FIRST, other, again) == []
    stranger = apply("2026-03-03", commit="c2", account_sid="AC3", inventory={"support": entry(A, webhook_url="one")})
    assert len(told(FIRST, stranger)) == 2

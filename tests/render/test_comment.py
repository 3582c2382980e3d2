"""The comment that every push rewrites: how it is found, what it remembers, and what it says is new."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsops.changes import Change, FieldDiff, Gate
from smsops.frozen import replace
from smsops.render.comment import comment_markdown, marker, no_plan_markdown
from smsops.render.cutting import LIMIT, size
from smsops.render.drawn import Drawn
from tests.render.plans import drawn, many, removed
from tests.render.test_text import ATTACH, CHANNEL, DETACH, MOVE, UPDATE

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def comment(plan: Drawn, previous: str | None = None) -> str:
    text = comment_markdown(plan, key="plan", previous=previous)
    assert size(text) <= LIMIT
    return text


def since(*now: Change, before: str | None) -> str:
    """What the comment says of the last push."""
    return comment(drawn(*now), before).split("\n\n| |")[0].rpartition("\n\n")[2]


def test_the_first_line_finds_the_comment_and_the_second_remembers_the_plan() -> None:
    plan = drawn(ATTACH, DETACH, commit=COMMIT)
    lines = comment(plan).split("\n")
    assert lines[0] == "<!-- smsops comment plan -->" == marker("plan")
    state = re.fullmatch(r"<!-- smsops state 1 (sha256:[0-9a-f]{64}) ([0-9a-f]{40}) \.([0-9a-f]{20}) -->", lines[1])
    assert state
    assert (state[1], state[2]) == (plan.plan.plan_id, COMMIT)
    assert lines[2] == f"<!-- smsops plan {plan.plan.plan_id} -->"
    assert f"## {'Plan: attach 1 number, detach 1 number. 2 channels unchanged.'}" in lines


@pytest.mark.parametrize("key", ["a", "0", "plan-clinic", "a" * 40])
def test_a_key_of_letters_digits_and_hyphens_makes_a_marker(key: str) -> None:
    assert marker(key) == f"<!-- smsops comment {key} -->"


@pytest.mark.parametrize("key", ["", "-a", "A", "a_b", "a" * 41, "a -->", "a\n", "é"])
def test_any_other_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="1 to 40"):
        marker(key)
    with pytest.raises(ValueError, match="1 to 40"):
        comment_markdown(drawn(), key=key, previous=None)
    with pytest.raises(ValueError, match="1 to 40"):
        no_plan_markdown(key=key, commit=None, previous=None)


def test_the_first_comment_says_that_it_is_the_first() -> None:
    assert since(ATTACH, before=None) == "This is the first plan here."


def test_the_same_plan_is_said_to_be_the_same_with_the_commit_that_it_was_made_from() -> None:
    before = comment(drawn(ATTACH, commit=COMMIT))
    assert since(ATTACH, before=before) == (
        "Since the last push: the same plan. It was made from commit `0123456789ab` then."
    )
    assert "It was made outside git then." in since(ATTACH, before=comment(drawn(ATTACH)))


def test_new_changes_are_named_those_of_high_risk_first_and_gone_ones_are_counted() -> None:
    before = comment(drawn(ATTACH, MOVE))
    assert since(UPDATE, ATTACH, DETACH, before=before) == (
        "Since the last push: 2 changes new (<code>- care&#58; number +12065550109</code>, "
        "<code>&#126; care&#58; fallback&#95;url</code>), 1 gone."
    )
    assert since(ATTACH, before=before) == "Since the last push: 0 changes new, 1 gone."


def test_ten_new_changes_are_named_and_the_rest_is_counted() -> None:
    told = since(*(replace(ATTACH, number=f"+1206555{i:04}") for i in range(13)), before=comment(drawn()))
    assert told.startswith("Since the last push: 13 changes new (<code>+ care&#58; number +12065550000</code>, ")
    assert told.count("<code>") == 10
    assert told.endswith("<code>+ care&#58; number +12065550009</code> and 3 more), 0 gone.")
    ten = since(*(replace(ATTACH, number=f"+1206555{i:04}") for i in range(10)), before=comment(drawn()))
    assert ten.endswith("<code>+ care&#58; number +12065550009</code>), 0 gone.")


def test_a_change_with_another_value_is_another_change() -> None:
    other = replace(UPDATE, fields=(FieldDiff(name="fallback_url", field="fallback_url", before="a", after="b"),))
    assert "1 change new" in since(other, before=comment(drawn(UPDATE)))


def test_where_a_change_is_declared_and_what_a_gate_says_makes_it_no_other_change() -> None:
    before = comment(drawn(replace(ATTACH, precondition="sha256:1")))
    now = replace(ATTACH, precondition="sha256:2", refused=Gate.LIMIT)
    assert since(now, before=before) == (
        "Since the last push: the same changes, but the account is not as it was then, so the id is new."
    )


def test_a_carriage_return_that_a_forge_put_in_does_not_matter() -> None:
    assert "the same plan" in since(ATTACH, before=comment(drawn(ATTACH)).replace("\n", "\r\n"))


STATE = f"<!-- smsops state 1 sha256:{'0' * 64} - .{'a' * 10} -->"


@pytest.mark.parametrize(
    "second",
    [
        "",
        STATE.replace("state 1", "state 2"),
        STATE.replace("a" * 10, "a" * 9),
        STATE.replace("a" * 10, "A" * 10),
        STATE.replace("0" * 64, "0" * 63),
        STATE.replace(" - ", " <b>evil</b> "),
        STATE.replace(" - ", " abcdef "),
        STATE + " more",
        " " + STATE,
        STATE.replace("a" * 10, "a" * 10 * 1_001),
        "\u2028" + STATE,
    ],
    ids=range(11),
)
def test_what_is_not_as_it_was_written_is_ignored(second: str) -> None:
    before = f"{marker('plan')}\n{second}\nanything"
    assert since(ATTACH, before=before) == (
        "Since the last push: not known, because the comment before does not say what it planned."
    )
    assert "evil" not in no_plan_markdown(key="plan", commit=None, previous=before)
    # Whole, it is read: the test does not pass for another reason.
    assert "1 gone" in since(ATTACH, before=f"{marker('plan')}\n{STATE}\nanything")
    assert "1 gone" in since(ATTACH, before=f"{marker('plan')}\n{STATE}")


@pytest.mark.parametrize("previous", ["", "x", STATE, f"\n\n{STATE}", marker("plan")])
def test_a_state_elsewhere_than_in_the_second_line_is_ignored(previous: str) -> None:
    assert "not known" in since(ATTACH, before=previous)


@settings(max_examples=40)
@given(st.text(max_size=60) | st.from_regex(r"x\n<!-- smsops state 1 [ -~\n]{0,90}-->"))
def test_whatever_the_comment_before_says_none_of_it_is_shown(previous: str) -> None:
    here = comment(drawn(ATTACH), f"zebra{previous}zebra")
    assert "zebra" not in here
    assert here.split("\n", 2)[2].startswith(f"<!-- smsops plan {drawn(ATTACH).plan.plan_id} -->")


def test_a_commit_that_is_none_is_not_remembered() -> None:
    odd = comment(drawn(ATTACH, commit="HEAD --> <b>"))
    assert " - ." in odd.split("\n")[1]
    assert "the same plan" in since(ATTACH, before=odd)


def test_a_thousand_changes_are_remembered_and_of_more_only_the_id() -> None:
    def plan(count: int) -> Drawn:
        return drawn(*(replace(ATTACH, number=f"+1206{i:07}") for i in range(count)))

    most = comment(plan(1_000))
    assert len(most.split("\n")[1]) > 10_000
    assert "1 change new (<code>+ care&#58; number +12060000999</code>), 0 gone." in comment(
        plan(1_000), comment(plan(999))
    )
    assert "0 changes new, 1 gone." in comment(plan(999), most)
    many_more = comment(plan(1_001))
    assert many_more.split("\n")[1].endswith(f"{plan(1_001).plan.plan_id} - - -->")
    too_many = "Since the last push: another plan. There are too many changes to tell which are new.\n"
    assert too_many in comment(plan(10), many_more)
    assert too_many in comment(plan(1_001), comment(plan(10)))
    assert "the same plan" in comment(plan(1_001), many_more)


def test_eight_hundred_changed_channels_fit_with_every_removal() -> None:
    plan = drawn(*many(800, detached=400))
    text = comment(plan, comment(drawn(ATTACH)))
    assert sorted(removed(text)) == [f"+1306555{i:04}" for i in range(400)]
    assert text.count(plan.plan.plan_id) == 3


def test_a_removal_is_worth_more_than_what_is_remembered() -> None:
    name = "larkspur-dental-reminders-of-the-northern-clinics-{:04}"
    changes = tuple(replace(DETACH, channel=name.format(i), number=f"+1306{i:07}") for i in range(760))
    text = comment(drawn(*changes), comment(drawn(changes[0])))
    assert len(removed(text)) == 760
    assert text.split("\n")[1].endswith(" - - -->")
    assert "759 changes new" in text


def test_a_push_without_a_plan_says_that_no_plan_counts() -> None:
    before = comment(drawn(ATTACH, commit=COMMIT))
    text = no_plan_markdown(key="plan", commit="fedcba9876543210", previous=before)
    plan_id = drawn(ATTACH).plan.plan_id
    assert text == (
        "<!-- smsops comment plan -->\n"
        f"{before.split(chr(10))[1]}\n"
        "\n"
        "## No plan: planning failed\n"
        "\n"
        "There is no plan for commit <code>fedcba987654</code>. The log of this run says why.\n"
        "\n"
        "> **A plan of an earlier push does not count for this one. Do not approve it.**\n"
        "\n"
        f"The last plan was `{plan_id[:19]}…`, made from commit `0123456789ab`.\n"
    )
    assert "the same plan" in since(ATTACH, before=text)


def test_a_first_push_without_a_plan_has_nothing_to_remember() -> None:
    text = no_plan_markdown(key="plan", commit=None, previous=None)
    assert text.startswith("<!-- smsops comment plan -->\n\n## No plan: planning failed\n\nThere is no plan. The log")
    assert text.endswith("Do not approve it.**\n")
    assert "not known" in since(ATTACH, before=text)


def test_labels_of_the_channels_are_shown() -> None:
    assert CHANNEL.senders[0].label == "Desk"
    assert "+ number +12065550101 (Desk)\n" in comment(drawn(ATTACH))


def test_the_comment_says_how_to_approve_this_plan_and_nothing_where_there_is_nothing_to_approve() -> None:
    plan = drawn(ATTACH)
    short = plan.plan.plan_id.removeprefix("sha256:")[:12]
    assert f"To approve exactly this, write `{short}` into an approving review." in comment(plan)
    assert "To approve" not in comment(drawn())
    assert "To approve" not in comment(drawn(replace(ATTACH, refused=Gate.LIMIT)))

"""The one comment: made once, updated in place, never anybody else's, and never twice."""

from __future__ import annotations

import pytest

from smsops.forges.base import Action, ForgeError, Lost, NotAllowed
from tests.forges.double import FaultKind
from tests.forges.scenes import MARK, Scene


def methods(scene: Scene) -> list[str]:
    return [method for method, _ in scene.double.writes()]


def test_the_first_comment_is_created_and_its_address_is_told(scene: Scene) -> None:
    posted = scene.post("one")
    assert posted.action is Action.CREATED
    assert scene.bodies() == [f"{MARK}\none"]
    assert "/7#" in posted.url
    assert posted.url.startswith("https://git")


def test_the_second_is_made_from_the_first_and_takes_its_place(scene: Scene) -> None:
    first = scene.post("one")
    second = scene.forge.comment(MARK, lambda previous: f"{previous}\ntwo")
    assert second.action is Action.UPDATED
    assert second.url == first.url
    assert scene.bodies() == [f"{MARK}\none\ntwo"]


def test_the_first_is_made_from_nothing(scene: Scene) -> None:
    scene.forge.comment(MARK, lambda previous: f"{MARK} {previous}")
    assert scene.bodies() == [f"{MARK} None"]


@pytest.mark.parametrize("kept", ["{}", "{}\n", "\n{}  \n"], ids=repr)
def test_the_same_text_makes_no_write(scene: Scene, kept: str) -> None:
    first = scene.post("one\ntwo")
    second = scene.forge.comment(MARK, lambda previous: kept.format(f"{MARK}\r\none\r\ntwo"))
    assert second.action is Action.UNCHANGED
    assert second.url == first.url
    assert len(methods(scene)) == 1


def test_a_comment_of_a_stranger_with_our_marker_is_neither_edited_nor_read(scene: Scene) -> None:
    scene.say("mallory", f"{MARK}\nall is well")
    posted = scene.forge.comment(MARK, lambda previous: f"{MARK}\n{previous}")
    assert posted.action is Action.CREATED
    assert scene.bodies() == [f"{MARK}\nall is well", f"{MARK}\nNone"]
    assert scene.post("two").action is Action.UPDATED
    assert scene.bodies() == [f"{MARK}\nall is well", f"{MARK}\ntwo"]


def test_a_comment_of_ours_that_only_quotes_the_marker_is_left_alone(scene: Scene) -> None:
    scene.say(scene.ours, f"> {MARK}\nis what you look for")
    assert scene.post("one").action is Action.CREATED


def test_a_comment_with_another_key_is_another_comment(scene: Scene) -> None:
    scene.post("one", "<!-- smsops comment north -->")
    assert scene.post("two").action is Action.CREATED
    assert len(scene.bodies()) == 2


def test_the_oldest_of_several_is_updated_and_the_others_are_left_alone(scene: Scene) -> None:
    for text in "abc":
        scene.say(scene.ours, f"{MARK}\n{text}")
    scene.post("one")
    assert scene.bodies() == [f"{MARK}\none", f"{MARK}\nb", f"{MARK}\nc"]


def test_our_comment_is_found_behind_hundreds_of_others(scene: Scene) -> None:
    for count in range(250):
        scene.say("rae", f"{count}")
    scene.say(scene.ours, f"{MARK}\nold")
    assert scene.post("new").action is Action.UPDATED
    assert scene.bodies()[-1] == f"{MARK}\nnew"
    assert len(scene.bodies()) == 251
    lists = [asked for asked in scene.double.asked if asked.path.endswith(("/comments", "/notes"))]
    assert [asked.query.get("page") for asked in lists] == [None, "2", "3"]


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("earlier", [False, True], ids=["create", "update"])
def test_a_token_that_only_reads_is_not_allowed_to(scene: Scene, status: int, earlier: bool) -> None:
    if earlier:
        scene.say(scene.ours, f"{MARK}\nold")
    scene.double.write_refusal = status
    with pytest.raises(NotAllowed) as raised:
        scene.post("new")
    assert raised.value.status == status
    assert raised.value.exit_code == 4
    assert len(methods(scene)) == 1


@pytest.mark.parametrize("kind", [FaultKind.LOST, FaultKind.HALF, FaultKind.RAW])
def test_a_post_whose_answer_was_lost_after_its_effect_is_not_repeated(scene: Scene, kind: FaultKind) -> None:
    scene.double.fault(kind, method="POST")
    posted = scene.post("one")
    assert posted.action is Action.CREATED
    assert scene.bodies() == [f"{MARK}\none"]
    assert methods(scene) == ["POST"]
    assert scene.slept == [1.0]


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.STATUS, FaultKind.HUGE])
def test_a_post_that_was_lost_before_its_effect_is_looked_for_and_then_repeated(scene: Scene, kind: FaultKind) -> None:
    scene.double.fault(kind, method="POST")
    assert scene.post("one").action is Action.CREATED
    assert scene.bodies() == [f"{MARK}\none"]
    assert [method for method in (asked.method for asked in scene.double.asked) if method == "POST"] == ["POST"] * 2


def test_what_another_run_wrote_while_the_answer_was_lost_is_brought_up_to_date(scene: Scene) -> None:
    scene.double.fault(FaultKind.CUT, method="POST")
    scene.woken = lambda: scene.say(scene.ours, f"{MARK}\ntheirs")
    assert scene.post("ours").action is Action.UPDATED
    assert scene.bodies() == [f"{MARK}\nours"]


def test_a_post_that_is_lost_again_and_again_ends(scene: Scene) -> None:
    for _ in range(3):
        scene.double.fault(FaultKind.CUT, method="POST")
    with pytest.raises(Lost):
        scene.post("one")
    assert methods(scene) == ["POST"] * 3
    assert scene.slept == [1.0, 2.0]


def test_an_update_whose_answer_was_lost_is_repeated(scene: Scene) -> None:
    scene.post("one")
    method = "PUT" if "api/v4" in scene.environ.get("CI_API_V4_URL", "") else "PATCH"
    scene.double.fault(FaultKind.LOST, method=method)
    assert scene.post("two").action is Action.UPDATED
    assert methods(scene) == ["POST", method, method]
    assert scene.bodies() == [f"{MARK}\ntwo"]


def test_a_post_that_is_told_to_wait_was_not_done_and_is_repeated(scene: Scene) -> None:
    scene.double.fault(FaultKind.STATUS, method="POST", status=429, headers={"Retry-After": "7"})
    assert scene.post("one").action is Action.CREATED
    assert scene.slept == [7.0]
    assert len(scene.bodies()) == 1


@pytest.mark.parametrize("raw", [b"[]", b"{}", b'{"id": "x", "html_url": "", "body": ""}', b"null"])
@pytest.mark.parametrize("earlier", [False, True], ids=["create", "update"])
def test_an_answer_of_another_shape_is_an_error_and_the_write_is_not_repeated(
    scene: Scene, raw: bytes, earlier: bool
) -> None:
    if earlier:
        scene.post("one")
    for method in ("POST", "PUT", "PATCH"):
        scene.double.fault(FaultKind.RAW, method=method, raw=raw)
    with pytest.raises(ForgeError, match="answers something that smsops does not understand"):
        scene.post("two")
    assert len(scene.bodies()) == 1


@pytest.mark.parametrize("raw", [b"[1]", b"7", b'[{"user": {}, "author": {}}]'])
def test_a_list_of_another_shape_is_an_error_before_any_write(scene: Scene, raw: bytes) -> None:
    scene.double.fault(FaultKind.RAW, path="/(comments|notes)$", raw=raw)
    with pytest.raises(ForgeError, match="does not understand"):
        scene.post("two")
    assert scene.double.writes() == []


@pytest.mark.parametrize("raw", [b"[]", b"{}", b"null"])
@pytest.mark.parametrize("scene", ["person", "gitlab"], indirect=True)
def test_who_cannot_be_told_who_we_are_writes_nothing(scene: Scene, raw: bytes) -> None:
    scene.double.fault(FaultKind.RAW, path="/user$", raw=raw)
    with pytest.raises(ForgeError, match="does not understand"):
        scene.post("two")
    assert scene.double.writes() == []


@pytest.mark.parametrize("scene", ["person"], indirect=True)
def test_a_person_s_token_does_not_touch_what_a_workflow_wrote(scene: Scene) -> None:
    scene.say("github-actions[bot]", f"{MARK}\ntheirs")
    assert scene.post("ours").action is Action.CREATED
    assert scene.bodies() == [f"{MARK}\ntheirs", f"{MARK}\nours"]


@pytest.mark.parametrize("scene", ["person"], indirect=True)
def test_a_login_is_the_same_in_other_letters(scene: Scene) -> None:
    scene.say("oPS", f"{MARK}\nours")
    assert scene.post("new").action is Action.UPDATED


@pytest.mark.parametrize("scene", ["workflow"], indirect=True)
def test_a_comment_whose_account_is_gone_or_whose_text_is_empty_is_not_ours(scene: Scene) -> None:
    gone = scene.say("rae", MARK)
    empty = scene.say(scene.ours, "")
    assert isinstance(gone, dict)
    assert isinstance(empty, dict)
    gone["user"], empty["body"] = None, None
    assert scene.post("new").action is Action.CREATED


@pytest.mark.parametrize("scene", ["workflow"], indirect=True)
@pytest.mark.parametrize(("login", "kind"), [("Copilot", "Bot"), ("ann", "User"), ("ann[bot]", "User")])
def test_only_a_program_with_the_name_of_one_is_a_workflow(scene: Scene, login: str, kind: str) -> None:
    comment = scene.say(login, f"{MARK}\ntheirs")
    assert isinstance(comment, dict)
    comment["user"]["type"] = kind
    assert scene.post("ours").action is Action.CREATED


@pytest.mark.parametrize("scene", ["gitlab"], indirect=True)
def test_a_note_of_gitlab_itself_is_not_ours(scene: Scene) -> None:
    note = scene.say(scene.ours, MARK)
    assert isinstance(note, dict)
    note["system"] = True
    assert scene.post("new").action is Action.CREATED

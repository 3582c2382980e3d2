"""What became of each version in the account, by the records of applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from smsops.git import Repository
from smsops.history.applies import apply_of
from smsops.history.chronicle import chronicle
from smsops.history.recorded import Apply
from smsops.history.values import Past, Standing
from tests.history.objects import START, Line, Store
from tests.history.stories import channel, number, project

US, UK = "AC00000000000000000000000000000101", "AC00000000000000000000000000000808"
PATH = "channels/otp.yaml"
LIVE, IN_PART, WAITING = Standing.LIVE, Standing.IN_PART, Standing.WAITING
NOTHING, SUPERSEDED, UNKNOWN = Standing.NOTHING_TO_APPLY, Standing.SUPERSEDED, Standing.UNKNOWN


def _settings(name: str, host: str) -> dict[str, object]:
    return {
        "friendly_name": name,
        "webhook_url": f"https://{host}.example.com/in",
        "webhook_method": "POST",
        "fallback_url": "",
        "fallback_method": "POST",
        "status_callback_url": f"https://{host}.example.com/status",
        "use_inbound_webhook_on_number": False,
    }


def entry(name: str, *numbers: int, host: str = "hooks", **fields: object) -> dict[str, object]:
    """What a record says of a channel of `stories.channel`."""
    pool = [number(index) for index in numbers]
    return {"service_sid": "MG1", "fields": {**_settings(name, host), **fields}, "pool": pool}


def call(action: str, name: str = "otp", status: str = "done") -> dict[str, object]:
    return {"action": action, "channel": name, "result": {"status": status}}


@dataclass
class Scene:
    """A project whose files are committed and applied in turn."""

    root: Path
    line: Line = field(default_factory=lambda: Line(Store()))
    applies: list[Apply] = field(default_factory=list)

    def commit(self, write: Mapping[str, str] | None = None, *drop: str, merged: int | None = None) -> str:
        return self.line.commit("A change", write, *drop, merged=merged)

    def apply(
        self,
        inventory: Mapping[str, object],
        *calls: Mapping[str, object],
        commit: str | None = None,
        account: str = "us",
        account_sid: str = US,
        server: str = "",
        ending: str = "applied",
        at: str = "2025-06-01T00:00:00.000001Z",
    ) -> str:
        """A record; without a commit it is of the latest. Returns its path."""
        path = f"records/{account}/{len(self.applies):04d}.json"
        data = {
            "account": account,
            "account_sid": account_sid,
            "server": server,
            "source": {"commit": self.line.tip if commit is None else commit},
            "ending": ending,
            "finished_at": at if ending else "",
            "changes": list(calls),
            "inventory": dict(inventory),
        }
        self.applies.append(apply_of(path, {"time": at, "data": data}))
        return path

    def pasts(self, *, known: bool = True) -> tuple[Past, ...]:
        if not self.root.exists():
            self.line.store.write(self.root, self.line.tip)
        counts = [apply.path for apply in self.applies if not apply.server]
        applies = self.applies if known else None
        return chronicle(Repository(self.root), "smsops.yaml", applies=applies, counts=lambda *_: counts)[0].pasts

    def standings(self, name: str = "otp", *, known: bool = True) -> list[tuple[Standing, str]]:
        """Of each version of the channel, its standing and the record that says so."""
        (past,) = [past for past in self.pasts(known=known) if past.name == name]
        return [(version.standing, version.apply.path if version.apply else "") for version in past.versions]

    def judged(self, name: str = "otp") -> list[Standing]:
        return [standing for standing, _ in self.standings(name)]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A project without channels."""
    made = Scene(tmp_path / "scene")
    made.commit({"smsops.yaml": project()})
    return made


def test_a_version_is_live_by_the_first_record_that_says_so(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    first = scene.apply({"otp": entry("otp", 1)}, call("service.create"))
    scene.apply({"otp": entry("otp", 1)})
    assert scene.standings() == [(LIVE, first)]


def test_a_record_of_a_later_commit_says_so_too(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    scene.commit({"channels/other.yaml": channel("other", 2)})
    path = scene.apply({"otp": entry("otp", 1), "other": entry("other", 2)})
    assert scene.standings() == [(LIVE, path)]
    assert scene.standings("other") == [(LIVE, path)]


def test_a_version_waits_until_a_record_says_that_the_account_has_it(scene: Scene) -> None:
    scene.apply({})
    scene.commit({PATH: channel("otp", 1)})
    assert scene.judged() == [WAITING]
    scene.apply({"other": entry("other", 2)})
    scene.apply({"otp": entry("otp", 1, host="else")})
    scene.apply({"otp": entry("otp")})
    assert scene.judged() == [WAITING]


def test_a_version_that_another_follows_before_an_apply_is_superseded(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    scene.commit({PATH: channel("otp", 1, host="new")})
    # Though the account had both of its numbers: this run had the next version.
    path = scene.apply({"otp": entry("otp", 1, host="new")})
    assert scene.standings() == [(SUPERSEDED, ""), (LIVE, path)]


def test_each_version_has_its_own_record(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    first = scene.apply({"otp": entry("otp", 1)})
    scene.commit({PATH: channel("otp", 1, 2)})
    second = scene.apply({"otp": entry("otp", 1, 2)})
    scene.commit({PATH: channel("otp", 1)})
    third = scene.apply({"otp": entry("otp", 1)})
    assert scene.standings() == [(LIVE, first), (LIVE, second), (LIVE, third)]


def test_a_run_of_an_older_commit_is_of_the_older_version_whenever_it_was(scene: Scene) -> None:
    older = scene.commit({PATH: channel("otp", 1)})
    scene.commit({PATH: channel("otp", 1, host="new")})
    newer = scene.apply({"otp": entry("otp", 1, host="new")})
    again = scene.apply({"otp": entry("otp", 1)}, commit=older, at="2025-06-02T00:00:00.000000Z")
    assert scene.standings() == [(LIVE, again), (LIVE, newer)]


def test_an_apply_that_did_only_some_of_it_is_in_part_and_the_first_of_them_is_named(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1, 2)})
    scene.apply({}, call("service.create", status="failed"), ending="partial")
    first = scene.apply({"otp": entry("otp")}, call("service.create"), ending="partial")
    scene.apply({"otp": entry("otp", 1)}, call("number.attach"), ending="partial")
    assert scene.standings() == [(IN_PART, first)]


def test_what_was_in_part_is_live_once_the_rest_is_done(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1, 2)})
    scene.apply({"otp": entry("otp", 1)}, call("service.create"), ending="partial")
    path = scene.apply({"otp": entry("otp", 1, 2)}, call("number.attach"))
    assert scene.standings() == [(LIVE, path)]


def test_what_was_in_part_stays_so_when_another_version_follows(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1, 2)})
    partial = scene.apply({"otp": entry("otp", 1)}, call("service.create"), ending="partial")
    scene.commit({PATH: channel("otp", 1)})
    path = scene.apply({"otp": entry("otp", 1)})
    assert scene.standings() == [(IN_PART, partial), (LIVE, path)]


def test_calls_for_another_channel_do_not_make_it_in_part(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    scene.apply({}, call("service.create", "other"), ending="partial")
    assert scene.judged() == [WAITING]


def test_a_number_that_the_version_removes_must_have_left_the_pool(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1, 2)})
    scene.apply({"otp": entry("otp", 1, 2)})
    scene.commit({PATH: channel("otp", 1)})
    scene.apply({"otp": entry("otp", 1, 2)})
    assert scene.judged() == [LIVE, WAITING]
    path = scene.apply({"otp": entry("otp", 1)}, call("number.detach"))
    assert scene.standings()[1] == (LIVE, path)


def test_a_number_that_waits_in_the_pool_to_be_pruned_is_no_hindrance(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    path = scene.apply({"otp": entry("otp", 1, 77)})
    assert scene.standings() == [(LIVE, path)]


def test_a_deletion_is_live_when_the_service_was_deleted(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    scene.apply({"otp": entry("otp", 1)})
    scene.commit(None, PATH)
    assert scene.judged() == [LIVE, WAITING]
    begun = scene.apply({}, call("number.detach"), call("service.delete", status="failed"), ending="partial")
    assert scene.standings()[1] == (IN_PART, begun)
    path = scene.apply({}, call("service.delete", status="already-done"))
    assert scene.standings()[1] == (LIVE, path)


def test_a_channel_that_comes_back_before_anything_was_taken_away_is_live_still(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    first = scene.apply({"otp": entry("otp", 1)})
    scene.commit(None, PATH)
    scene.commit({PATH: channel("otp", 1)})
    assert scene.standings() == [(LIVE, first), (SUPERSEDED, ""), (LIVE, first)]


def test_a_channel_that_left_before_any_apply_leaves_nothing_to_apply(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    scene.commit(None, PATH)
    assert scene.judged() == [SUPERSEDED, NOTHING]
    scene.apply({})
    assert scene.judged() == [SUPERSEDED, NOTHING]


def test_what_was_applied_before_it_was_merged_is_live(scene: Scene) -> None:
    early = scene.apply({"otp": entry("otp", 1)}, commit="f" * 40, at=BEFORE)
    scene.commit({PATH: channel("otp", 1)}, merged=MERGED)
    assert scene.standings() == [(LIVE, early)]


def test_what_is_never_sent_leaves_nothing_to_apply(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    first = scene.apply({"otp": entry("otp", 1)})
    scene.commit({PATH: channel("otp", 1, more="owner: {team: a}\ntags: {b: c}\n")})
    scene.commit({PATH: "# with a remark\n" + channel("otp", 1, more="owner: {team: a}\ntags: {b: c}\n")})
    scene.commit({PATH: channel("otp") + f"- {{number: '{number(1)}', label: Front desk, protected: true}}\n"})
    scene.commit({"channels/clinic/otp.yaml": channel("otp", 1)}, PATH)
    scene.apply({"otp": entry("otp", 1)})
    assert scene.standings() == [(LIVE, first), (NOTHING, ""), (NOTHING, ""), (NOTHING, "")]


def test_what_comes_to_the_same_settings_leaves_nothing_to_apply(scene: Scene) -> None:
    outbound = channel("otp", 1).replace("inbound-and-outbound", "outbound")
    scene.commit({PATH: outbound})
    scene.apply({"otp": entry("otp", 1, webhook_url="")})
    # With this direction nothing calls it, and the other two are what they are by default.
    scene.commit({PATH: outbound.replace("hooks.example.com/in", "hooks.example.com/other")})
    scene.commit({PATH: outbound + "webhook_method: POST\nfriendly_name: otp\n"})
    assert scene.judged() == [LIVE, NOTHING, NOTHING]


def test_a_renamed_channel_is_known_by_its_name_of_the_time(scene: Scene) -> None:
    scene.commit({"channels/alerts.yaml": channel("alerts", 1)})
    first = scene.apply({"alerts": entry("alerts", 1)})
    scene.commit({PATH: channel("otp", 1)}, "channels/alerts.yaml")
    assert scene.standings() == [(LIVE, first), (WAITING, "")]
    second = scene.apply({"otp": entry("otp", 1)})
    assert scene.standings() == [(LIVE, first), (LIVE, second)]


def test_a_new_name_that_the_account_never_sees_leaves_nothing_to_apply(scene: Scene) -> None:
    kept = "friendly_name: Codes\n"
    scene.commit({"channels/alerts.yaml": channel("alerts", 1, more=kept)})
    scene.commit({PATH: channel("otp", 1, more=kept)}, "channels/alerts.yaml")
    assert scene.judged() == [SUPERSEDED, WAITING]
    # The record knows it by its new name, and says all the same that the account has what the old one asked for.
    path = scene.apply({"otp": entry("otp", 1, friendly_name="Codes")})
    assert scene.standings() == [(LIVE, path), (NOTHING, "")]


def test_a_broken_file_has_no_standing_and_the_versions_around_it_keep_theirs(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    scene.commit({PATH: "["})
    path = scene.apply({"otp": entry("otp", 1)})
    scene.commit({PATH: channel("otp", 1)})
    assert scene.standings() == [(LIVE, path), (UNKNOWN, ""), (NOTHING, "")]


def test_a_file_that_could_never_be_applied_waits(scene: Scene) -> None:
    scene.commit({PATH: "name: otp\naccount: us\n"})
    scene.apply({"otp": entry("otp", 1)})
    scene.commit({PATH: channel("otp", 1)})
    path = scene.apply({"otp": entry("otp", 1)})
    assert scene.standings() == [(SUPERSEDED, ""), (LIVE, path)]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"account_sid": UK},
        {"account_sid": ""},
        {"account": "uk"},
        {"server": "127.0.0.1"},
        {"ending": "refused"},
        {"ending": "stale"},
        {"ending": ""},
    ],
    ids=repr,
)
def test_a_record_of_elsewhere_or_of_nothing_says_nothing(scene: Scene, elsewhere: dict[str, str]) -> None:
    scene.commit({PATH: channel("otp", 1)})
    scene.apply({"otp": entry("otp", 1)}, **elsewhere)
    assert scene.judged() == [WAITING]
    path = scene.apply({"otp": entry("otp", 1)}, account_sid=US.lower())
    assert scene.standings() == [(LIVE, path)]


def test_a_run_that_was_killed_has_done_what_it_had_done(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    path = scene.apply({}, call("service.create"), ending="")
    assert scene.standings() == [(IN_PART, path)]


def test_another_account_is_something_to_apply(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    first = scene.apply({"otp": entry("otp", 1)})
    scene.commit({PATH: channel("otp", 1, account="uk")})
    scene.apply({"otp": entry("otp", 1)})
    assert scene.standings() == [(LIVE, first), (WAITING, "")]
    path = scene.apply({"otp": entry("otp", 1)}, account="uk", account_sid=UK)
    assert scene.standings() == [(LIVE, first), (LIVE, path)]


def test_an_account_that_becomes_another_is_something_to_apply(scene: Scene) -> None:
    scene.commit({"smsops.yaml": project(uk=1)})
    scene.commit({PATH: channel("otp", 1, account="uk")})
    old = scene.apply({"otp": entry("otp", 1)}, account="uk", account_sid=f"AC{1:032d}")
    scene.commit({"smsops.yaml": project(uk=1, more="policy: {drift: report}\n")})
    scene.commit({"smsops.yaml": project(uk=2)})
    assert scene.standings() == [(LIVE, old), (NOTHING, ""), (WAITING, "")]
    new = scene.apply({"otp": entry("otp", 1)}, account="uk", account_sid=f"AC{2:032d}")
    assert scene.standings() == [(LIVE, old), (NOTHING, ""), (LIVE, new)]


def test_a_channel_that_was_there_before_the_project_becomes_live_with_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "scene")
    scene.commit({PATH: channel("otp", 1)})
    scene.commit({"smsops.yaml": project()})
    path = scene.apply({"otp": entry("otp", 1)})
    assert scene.standings() == [(SUPERSEDED, ""), (LIVE, path)]


MERGED = START + 50_000
BEFORE, SAME, AFTER = "2025-01-01T13:53:19.999999Z", "2025-01-01T13:53:20.000001Z", "2025-01-01T13:53:21.500000Z"


@pytest.mark.parametrize(("at", "standing"), [(BEFORE, WAITING), (SAME, IN_PART), (AFTER, IN_PART)])
@pytest.mark.parametrize("commit", ["f" * 40, ""])
def test_of_a_commit_that_is_not_on_the_main_line_time_decides(
    scene: Scene, at: str, standing: Standing, commit: str
) -> None:
    scene.commit({PATH: channel("otp", 1)}, merged=MERGED)
    scene.apply({}, call("service.update"), commit=commit, at=at)
    assert scene.judged() == [standing]


def test_time_also_tells_that_the_next_version_was_there(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)}, merged=MERGED)
    scene.commit({PATH: channel("otp", 1, host="new")}, merged=MERGED + 5)
    scene.apply({"otp": entry("otp", 1)}, commit="f" * 40, at="2025-01-01T13:53:26.000000Z")
    assert scene.judged() == [SUPERSEDED, WAITING]
    path = scene.apply({"otp": entry("otp", 1)}, commit="f" * 40, at="2025-01-01T13:53:24.000000Z")
    assert scene.standings() == [(LIVE, path), (WAITING, "")]


def test_without_a_ledger_nothing_is_known(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1)})
    scene.commit({PATH: channel("otp", 1, more="description: d\n")})
    assert scene.standings(known=False) == [(UNKNOWN, ""), (UNKNOWN, "")]
    assert scene.judged() == [WAITING, NOTHING]


def test_a_login_in_a_url_is_compared_by_what_is_shown_of_it(scene: Scene) -> None:
    scene.commit({PATH: channel("otp", 1, host="ann:pw@hooks")})
    masked: dict[str, object] = {"webhook_url": {"masked": "https://****@hooks.example.com/in"}}
    masked |= {"status_callback_url": {"masked": "https://****@hooks.example.com/status"}}
    path = scene.apply({"otp": {**entry("otp", 1), "fields": {**_settings("otp", "hooks"), **masked}}})
    assert scene.standings() == [(LIVE, path)]


def test_every_channel_of_an_apply_is_judged_by_itself(scene: Scene) -> None:
    names = [f"c{index}" for index in range(5)]
    scene.commit({f"channels/{name}.yaml": channel(name, index) for index, name in enumerate(names)})
    held = {name: entry(name, index) for index, name in enumerate(names) if name != "c3"}
    path = scene.apply(held)
    assert [scene.standings(name) for name in names] == [[(LIVE, path)]] * 3 + [[(WAITING, "")]] + [[(LIVE, path)]]

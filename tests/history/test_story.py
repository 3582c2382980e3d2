"""The past of every channel is right at every commit, and reading it takes few runs of git."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from smsops.git import Repository
from smsops.history.begun import NoHistory
from smsops.history.blame import blame
from smsops.history.chronicle import chronicle
from smsops.history.contents import Content, Unsaid, Wanted
from smsops.history.filed import filed_of
from smsops.history.signatures import checked
from smsops.history.values import Chronicle, Kind, Past, Signature, Standing, Verdict, Version
from tests.history import slow
from tests.history.objects import Line, Store, git
from tests.history.stories import Story, channel, number, project

Told = tuple[Any, ...]
"""One channel's past in a form that both ways have."""


def read(root: Path, only: str | None = None) -> Chronicle:
    return chronicle(Repository(root), "smsops.yaml", applies=None, only=only)[0]


def told(pasts: Sequence[Past]) -> list[Told]:
    return sorted((_told(past) for past in pasts), key=repr)


def _told(past: Past) -> Told:
    versions = [
        slow.Version(v.channel, v.kind, v.path, v.was_channel, v.was_path, frozenset(v.diffs), v.commit.id)
        for v in past.versions
    ]
    setters = {key: version.commit.id for key, _, version in blame(past)}
    return past.name, past.path, past.exists, dict(sorted(past.fields.items())), dict(sorted(setters.items())), versions


def expected(lives: Sequence[slow.Life]) -> list[Told]:
    return sorted((_expected(life) for life in lives), key=repr)


def _expected(life: slow.Life) -> Told:
    fields = {key: str(slow.hidden(key, text)) if text else text for key, text in sorted(life.flat.items())}
    return life.name, life.path, life.exists, fields, dict(sorted(life.blame.items())), life.versions


def of(pasts: Sequence[Told], name: str) -> list[Told]:
    """What is asked for by a name: those that have it, else those that once had it."""
    now = [past for past in pasts if past[0] == name]
    return now or [past for past in pasts if name in {version.channel for version in past[5]}]


def past_of(story: Story, name: str) -> Past:
    (past,) = [past for past in read(story.root).pasts if past.name == name and past.exists]
    return past


def version_by(past: Past, commit: str) -> Version:
    (version,) = [version for version in past.versions if version.commit.id == commit and version.kind != "project"]
    return version


@pytest.fixture(scope="module")
def states(_long: Story) -> list[list[slow.Life]]:
    """All channels at each commit of the long story."""
    _long.check_out(_long.line[-1])
    return list(slow.states(slow.git_snapshots(_long.root, "smsops.yaml")))


def test_the_past_is_what_the_slow_way_finds(story: Story, states: list[list[slow.Life]]) -> None:
    last = states[-1]
    assert told(read(story.root).pasts) == expected(last)
    assert {version.kind for life in last for version in life.versions} == set(Kind)


@pytest.mark.no_cover
def test_the_past_of_every_channel_is_right_at_every_commit(story: Story, states: list[list[slow.Life]]) -> None:
    assert len(states) == len(story.line)
    for place, (commit, lives) in enumerate(zip(story.line, states, strict=True)):
        story.check_out(commit)
        whole = read(story.root)
        assert whole.head == commit
        assert told(whole.pasts) == expected(lives), place
        names = sorted(set().union(*(past.names for past in whole.pasts)) | {"nobody"})
        asked = names if commit == story.line[-1] else [names[place * 7 % len(names)]] if place % 4 == 1 else []
        for name in asked:
            assert told(read(story.root, only=name).pasts) == of(expected(lives), name), (place, name)


@pytest.mark.no_cover
def test_a_project_in_a_folder_of_a_repository_has_the_same_past(story: Story, nested: Story) -> None:
    same = dict(zip(nested.line, story.line, strict=True))
    for place in (*range(3, len(story.line), 9), -1):
        story.check_out(story.line[place])
        nested.check_out(nested.line[place])
        here, there = (told(read(each.root).pasts) for each in (story, nested))
        for past in there:
            past[4].update({key: same[commit] for key, commit in past[4].items()})
            past[5][:] = [slow.Version(**{**vars(v), "commit": same[v.commit]}) for v in past[5]]
        assert there == here, place


@pytest.mark.no_cover
def test_histories_drawn_by_lot_are_read_right(short: list[Story]) -> None:
    kinds = set()
    for seed, story in enumerate(short):
        story.check_out(story.line[-1])
        *_, last = slow.states(story.snapshots())
        right = expected(last)
        assert told(read(story.root).pasts) == right, seed
        names = {version.channel for life in last for version in life.versions}
        for name in names:
            assert told(read(story.root, only=name).pasts) == of(right, name), (seed, name)
        kinds |= {version.kind for life in last for version in life.versions}
    assert kinds == set(Kind)


def test_the_story_itself_says_the_same_as_git(story: Story) -> None:
    names = (".yaml", ".yml")
    own = [(id, {p: kept for p, kept in files.items() if p.lower().endswith(names)}) for id, files in story.snapshots()]
    assert own == list(slow.git_snapshots(story.root, "smsops.yaml"))


def test_a_channel_lives_on_under_another_name(story: Story) -> None:
    renamed = version_by(past_of(story, "passcodes"), story.named["pinned"])
    assert (renamed.kind, renamed.was_channel, renamed.was_path) == (Kind.RENAMED, "otp", "channels/otp.yaml")
    assert (number(2), "", None) in renamed.diffs
    assert (number(9), None, "") in renamed.diffs
    assert [diff.is_number for diff in renamed.diffs] == [False] * (len(renamed.diffs) - 2) + [True] * 2
    (alerts,) = read(story.root, only="alerts").pasts
    renamed = version_by(alerts, story.named["same numbers"])
    assert (renamed.kind, renamed.channel, renamed.was_channel) == (Kind.RENAMED, "notices", "alerts")
    # The order of the numbers, and how lines end, are layout.
    assert [diff.field for diff in renamed.diffs] == ["name"]


def test_two_channels_that_change_places_keep_their_pasts(story: Story) -> None:
    swapped = [
        (version.channel, version.was_path, version.path, version.kind, version.diffs)
        for past in read(story.root).pasts
        for version in past.versions
        if version.commit.id == story.named["swapped"]
    ]
    assert sorted(swapped) == [
        ("p", "channels/a/p.yaml", "channels/b/p.yaml", Kind.MOVED, ()),
        ("q", "channels/b/q.yaml", "channels/a/q.yaml", Kind.MOVED, ()),
    ]


def test_a_name_may_be_taken_over_in_the_commit_that_gives_it_up(story: Story) -> None:
    taken = {
        (version.was_channel, version.was_path, version.channel, version.path)
        for past in read(story.root).pasts
        for version in past.versions
        if version.commit.id == story.named["taken"]
    }
    # By name first: p stays p. What was q has the service of p, and r is new.
    assert taken == {
        ("", "channels/b/p.yaml", "p", "channels/a/p.yaml"),
        ("", "", "q", "channels/a/q.yaml"),
        ("", "", "r", "channels/r.yaml"),
    }


def test_a_channel_that_comes_back_has_the_past_of_the_one_that_left(story: Story) -> None:
    story.check_out(story.named["reborn"])
    past = past_of(story, "notices")
    assert [version.kind for version in past.versions[-2:]] == [Kind.DELETED, Kind.CREATED]
    assert past.versions[0].channel == "alerts"
    setters = {version.commit.id for _, _, version in blame(past)}
    assert setters == {story.named["reborn"]}
    deleted = past.versions[-2]
    assert deleted.path == "channels/notices.yaml"
    assert all(diff.after is None for diff in deleted.diffs)


def test_what_smsops_yaml_says_is_not_what_the_channel_says(tmp_path: Path) -> None:
    line = Line(Store())
    created = line.commit("One", {"smsops.yaml": project(), "channels/a.yaml": channel("a", 1, more="version: 1\n")})
    line.commit("Two", {"smsops.yaml": project().replace("version: 1", "version: 2")})
    (past,) = read(line.store.write(tmp_path / "alike", line.tip)).pasts
    assert past.versions[-1].diffs == (("version", "1", "2"),)
    assert {key: (value, version.commit.id) for key, value, version in blame(past)}["version"] == ("1", created)


def test_a_merge_is_one_version_that_names_the_commits_of_its_branch_that_touched_the_file(story: Story) -> None:
    whole = read(story.root)
    merged = {
        version.channel: version
        for past in whole.pasts
        for version in past.versions
        if version.commit.id == story.named["merge"]
    }
    brought = {name: [commit.id for commit in version.commit.brought] for name, version in merged.items()}
    one, two, three = (story.named[f"side {index}"] for index in (1, 2, 3))
    assert brought == {"x": [one, three], "notices": [two], "side": [three]}
    assert merged["x"].commit.request == "#7"
    assert str(merged["x"].commit.committer) == "GitHub <noreply@github.com>"
    assert [commit.author.name for commit in merged["x"].commit.brought] == ["Bob", "Ada"]
    octopus = [v for past in whole.pasts for v in past.versions if v.commit.id == story.named["octopus"]]
    assert sorted((v.channel, v.commit.brought[0].subject, len(v.commit.brought)) for v in octopus) == [
        ("notices", "Arm 1", 1),
        ("r", "Arm 2", 1),
        ("x", "Arm 0", 1),
    ]
    alone = version_by(past_of(story, "passcodes"), story.named["pinned"])
    assert alone.commit.brought == ()


def test_a_rename_that_a_merge_brought_names_those_who_touched_the_file_under_either_name(story: Story) -> None:
    (side,) = read(story.root, only="side").pasts
    renamed = version_by(side, story.named["renamed by a merge"])
    assert (renamed.channel, renamed.was_channel, renamed.commit.request) == ("aside", "side", "#8")
    brought = [commit.id for commit in renamed.commit.brought]
    assert brought == [story.named["behind 1"], story.named["behind 2"]]


def test_a_branch_whose_clock_runs_backwards_is_told_from_its_first_commit_on(story: Story) -> None:
    version = version_by(past_of(story, "x"), story.named["backwards"])
    assert [commit.subject for commit in version.commit.brought] == ["Back 0", "Back 1", "Back 2"]


def test_what_was_forced_away_is_not_told(story: Story) -> None:
    whole = read(story.root)
    told_of = {c.id for past in whole.pasts for v in past.versions for c in (v.commit, *v.commit.brought)}
    assert story.named["amended"] in told_of
    assert story.named["forced away"] not in told_of
    numbers = {diff.field for past in whole.pasts for version in past.versions for diff in version.diffs}
    assert number(52) in numbers
    assert not {number(50), number(51), number(99)} & numbers


def test_requests_are_named(story: Story) -> None:
    commits = {v.commit.id: v.commit for past in read(story.root).pasts for v in past.versions}
    names = ("squash", "revert", "gitlab", "merge", "forced", "first", "hostile")
    requests = {name: commits[story.named[name]].request for name in names}
    assert requests == {
        "squash": "#12",
        "revert": "",
        "gitlab": "!34",
        "merge": "#7",
        "forced": "#9",
        "first": "",
        "hostile": "",
    }
    squash = commits[story.named["squash"]]
    assert (squash.author.name, squash.committer.name) == ("Ada", "GitHub")
    assert squash.authored_at < squash.merged_at


def test_a_file_that_is_mended_to_what_it_was_is_told(story: Story) -> None:
    past = past_of(story, "x")
    mended = version_by(past, story.named["taken back"])
    assert (mended.kind, mended.diffs, mended.problem) == (Kind.CHANGED, (), "")
    broken = version_by(past, story.named["broken"])
    assert broken.problem.startswith("Line ")
    assert broken.diffs == ()


def test_changes_of_the_project_belong_to_the_channels_that_they_affect(story: Story) -> None:
    whole = read(story.root)
    by_commit = {change.commit.id: change for change in whole.project}
    account, policy, broken = (by_commit[story.named[name]] for name in ("account", "policy", "broken project"))
    assert account.accounts == ("uk",)
    assert [diff.field for diff in account.diffs] == ["accounts.uk.account_sid"]
    assert policy.accounts is None
    assert (policy.diffs[0].field, policy.diffs[1]) == ("policy.drift", ("policy.webhook_hosts", None, "*.example.com"))
    assert (broken.diffs, broken.accounts) == ((), ())
    assert broken.problem
    affected = {
        commit: {p.name for p in whole.pasts for v in p.versions if v.commit.id == commit and v.kind is Kind.PROJECT}
        for commit in (account.commit.id, policy.commit.id, broken.commit.id)
    }
    assert affected[account.commit.id] == {"reminders"}
    assert affected[policy.commit.id] > {"reminders", "born", "passcodes"}
    assert affected[broken.commit.id] == set()


def test_no_secret_of_the_project_file_is_told(story: Story) -> None:
    whole = read(story.root)
    assert "sesame" not in repr(whole)
    assert ("accounts.uk.auth_token", None, "****") in [diff for change in whole.project for diff in change.diffs]


def test_a_renamed_folder_moves_every_channel(story: Story) -> None:
    moved = [v for p in read(story.root).pasts for v in p.versions if v.commit.id == story.named["folder"]]
    kinds = {(version.kind, version.was_path.partition("/")[0]) for version in moved if version.kind != "project"}
    # With one exception: of two files of one name nobody can tell which is which.
    assert (Kind.MOVED, "channels") in kinds
    assert sum(version.kind is Kind.MOVED for version in moved) > 8


def test_names_of_any_bytes_are_told_as_they_are(story: Story) -> None:
    made = {v.path: v for p in read(story.root).pasts for v in p.versions if v.commit.id == story.named["strange"]}
    assert set(made) == {
        'sms/it\'s "so"\n:100644 000000/caf\u00e9.yaml',
        "sms/\udcff\udcfe.yaml",
        "sms/UPPER.YAML",
        "sms/a.b.yaml",
        "sms/commit abc.yaml",
    }
    commit = next(iter(made.values())).commit
    assert commit.id == story.named["strange"]


def test_without_a_ledger_nothing_is_said_of_what_is_live(story: Story) -> None:
    whole = read(story.root)
    standings = {version.standing for past in whole.pasts for version in past.versions}
    assert standings == {Standing.UNKNOWN}
    assert whole.applies == ()


def test_people_and_times_are_those_that_git_tells(story: Story) -> None:
    form = "--format=%H%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct"
    lines = git(story.root, "log", "-z", form).removesuffix("\0").split("\0")
    rows = {row[0]: row[1:] for row in zip(*[iter(lines)] * 7, strict=True)}
    commits = {c.id: c for p in read(story.root).pasts for v in p.versions for c in (v.commit, *v.commit.brought)}
    unlike = {story.named["hostile"], story.named["nonsense"]}
    for id, commit in commits.items():
        author, committer = commit.author, commit.committer
        mine = [author.name, author.email, commit.authored_at, committer.name, committer.email, commit.merged_at]
        told_by_git = [_stamp(text) if place in (2, 5) else text for place, text in enumerate(rows[id])]
        if id not in unlike:
            assert mine == told_by_git
    hostile, nonsense = (commits[story.named[name]] for name in ("hostile", "nonsense"))
    assert hostile.author.name == '\ufffd"Eve\\ \u202e=1+1'
    assert hostile.author.email == "eve@example.com"
    assert nonsense.author.name == "Zoë"
    assert nonsense.subject == "Tést"
    assert commits[story.named["latin"]].subject == "Café"
    assert commits[story.named["no message"]].subject == ""


def _stamp(seconds: str) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_signatures_are_told_and_checked_where_somebody_looks(story: Story) -> None:
    versions = {v.commit.id: v for p in read(story.root).pasts for v in p.versions}
    names = ("signed", "unknown", "merged signed", "forged", "openpgp", "early")
    asked = [versions[story.named[name]] for name in names]
    assert {version.commit.verdict for version in asked} == {Verdict.NOT_CHECKED}
    found = dict(zip(names, (version.commit for version in checked(asked, Repository(story.root))), strict=True))
    assert (found["early"].signature, found["early"].verdict) == (Signature.NONE, Verdict.NOT_CHECKED)
    assert (found["openpgp"].signature, found["openpgp"].verdict) == (Signature.OPENPGP, Verdict.UNKNOWN)
    if found["signed"].signature is Signature.NONE:
        pytest.skip("There is no ssh-keygen here to sign with.")
    (side,) = found["merged signed"].brought
    assert [(c.signature, c.verdict, c.signer) for c in (found["signed"], side)] == [
        (Signature.SSH, Verdict.GOOD, "ada@example.com")
    ] * 2
    assert found["merged signed"].signature is Signature.NONE
    assert (found["unknown"].verdict, found["unknown"].signer) == (Verdict.UNKNOWN, "")
    assert (found["forged"].signature, found["forged"].verdict, found["forged"].signer) == (
        Signature.SSH,
        Verdict.BAD,
        "",
    )


SETTINGS = """
[color]
\tui = always
[core]
\tabbrev = 4
\tquotePath = true
[diff]
\torderFile = an order that is not there
\trelative = true
\trenames = copies
\tnoprefix = true
[log]
\tdecorate = full
\tdiffMerges = off
\tfollow = true
\tshowRoot = false
\tshowSignature = true
[format]
\tpretty = "%B"
[i18n]
\tlogOutputEncoding = UTF-16
"""


@pytest.fixture(params=["at the top", "in a folder"])
def either(request: pytest.FixtureRequest, story: Story, nested: Story) -> Story:
    return story if request.param == "at the top" else nested


def test_settings_of_the_repository_change_nothing(either: Story) -> None:
    config = either.head.with_name("config")
    before, text = read(either.root), config.read_text()
    signed = checked([v for past in before.pasts for v in past.versions[-3:]], Repository(either.root))
    try:
        config.write_text(text + SETTINGS)
        after = read(either.root)
        assert after == before
        assert checked([v for past in after.pasts for v in past.versions[-3:]], Repository(either.root)) == signed
    finally:
        config.write_text(text)


def _runs(monkeypatch: pytest.MonkeyPatch, file: Path, root: Path, only: str | None) -> int:
    """How many programs were started, by git's own account: gits, and what they start."""
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(file))
    read(root, only)
    monkeypatch.delenv("GIT_TRACE2_EVENT")
    events = [json.loads(line)["event"] for line in file.read_text().splitlines()]
    return events.count("start") + events.count("child_start")


def test_the_number_of_runs_of_git_depends_on_whether_commits_lie_beside_the_main_line_and_on_nothing_else(
    story: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    straight = []
    for name, commits in (("short", 1), ("long", 40)):
        store = Store()
        line = Line(store)
        for version in range(1, commits + 1):
            line.commit("All", {"smsops.yaml": project(), "channels/a.yaml": channel("a", version)})
        straight.append(store.write(tmp_path / name, line.tip))
    runs = {
        (root.name, only): _runs(monkeypatch, tmp_path / f"{root.name}-{only}", root, only)
        for root in (*straight, story.root)
        for only in (None, "x")
    }
    assert {runs[root.name, only] for root in straight for only in (None, "x")} == {4}
    # The git that was to read contents may be ended before it has begun.
    assert {runs[story.root.name, only] for only in (None, "x")} <= {5, 6}


def test_a_shallow_clone_is_refused_with_the_command_that_mends_it(story: Story, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "3", f"file://{story.root}", "clone")
    clone = tmp_path / "clone"
    with pytest.raises(NoHistory) as refused:
        read(clone)
    assert refused.value.code == "SMS608"
    command = "git fetch --unshallow"
    assert command in refused.value.hint
    git(clone, *command.split()[1:], "-q")
    assert read(clone) == read(story.root)


def test_what_could_be_told_before_a_time_is_what_its_last_commit_tells(story: Story) -> None:
    times = dict(line.split() for line in git(story.root, "log", "--first-parent", "--format=%H %ct").splitlines())
    # Up to the first commit whose clock was wrong.
    last = story.line[story.line.index(story.named["early"]) - 1]

    def before(seconds: int) -> Chronicle:
        story.check_out(last)
        asked = datetime.fromtimestamp(seconds, UTC).isoformat()
        return chronicle(Repository(story.root), "smsops.yaml", applies=None, until=asked)[0]

    for place in (0, 7, 30, 55):
        then = before(int(times[story.line[place]]) + 1)
        story.check_out(story.line[place])
        assert then == read(story.root)
    first = before(int(times[story.line[0]]))
    assert (first.head, first.pasts, first.project) == ("", (), ()), "then there was nothing yet"


def test_what_a_channel_asked_for_is_told_for_every_commit(story: Story) -> None:
    _, found, wants = chronicle(Repository(story.root), "smsops.yaml", applies=None)
    asked = {name: story.named[name] for name in ("first", "pinned", "squash", "revert", "broken", "mended")}
    said = {name: wants(id, "x") for name, id in asked.items()}
    hosts = {name: one.fields["webhook_url"] if isinstance(one, Wanted) else one for name, one in said.items()}
    assert hosts == {
        "first": "https://hooks.example.com/in",
        "pinned": "https://hooks.example.com/in",
        "squash": "https://squashed.example.com/in",
        "revert": "https://hooks.example.com/in",
        "broken": Unsaid.NOT_KNOWN,
        "mended": "https://mended.example.com/in",
    }
    nowhere = (wants(found.line[0], "x"), wants("f" * 40, "x"), wants(found.line[-1], "nobody"))
    assert set(nowhere) == {Unsaid.NO_CHANNEL}


@pytest.mark.no_cover
def test_what_git_had_of_a_name_is_right_at_every_commit(story: Story, states: list[list[slow.Life]]) -> None:
    _, _, wants = chronicle(Repository(story.root), "smsops.yaml", applies=None)
    names = {version.channel for life in states[-1] for version in life.versions}
    seen = set()
    for place, (commit, lives) in enumerate(zip(story.line, states, strict=True)):
        for name in names:
            there = [(life.flat, life.broken) for life in lives if life.exists and life.name == name]
            marks = wants.marks(commit, name)
            filed = filed_of(marks) if marks else None
            if filed is None:
                assert not there, (place, name)
                assert wants(commit, name) is Unsaid.NO_CHANNEL
            else:
                assert (filed.content.flat, filed.unreadable is not None) in there, (place, name)
                assert wants(commit, name) is not Unsaid.NO_CHANNEL
            seen.add((len(there), filed is not None and filed.unreadable is not None))
    assert seen == {(0, False), (1, False), (1, True)}


def test_of_two_files_of_one_name_the_one_that_stays_is_what_git_has(tmp_path: Path) -> None:
    line = Line(Store())
    line.commit("The first", {"smsops.yaml": project(), "channels/a.yaml": channel("a", 1)})
    both = line.commit("Another of that name", {"channels/sub/a.yaml": channel("a", 2)})
    one = line.commit("It goes again", None, "channels/sub/a.yaml")
    other = line.commit("The first is called b", {"channels/b.yaml": channel("b", 1)}, "channels/a.yaml")
    _, _, wants = chronicle(Repository(line.store.write(tmp_path / "two", line.tip)), "smsops.yaml", applies=None)
    said = [wants(commit, "a") for commit in (both, one, other)]
    numbers = [one.numbers if isinstance(one, Wanted) else one for one in said]
    assert numbers == [{number(2)}, {number(1)}, Unsaid.NO_CHANNEL]
    assert isinstance(wants(other, "b"), Wanted)


def test_a_file_that_is_broken_from_its_birth_has_no_version_to_show(tmp_path: Path) -> None:
    line = Line(Store())
    line.commit("Whole", {"smsops.yaml": project(), "channels/a.yaml": channel("a", 1)})
    line.commit("Gone", None, "channels/a.yaml")
    line.commit("Back, and broken", {"channels/a.yaml": "["})
    _, _, wants = chronicle(Repository(line.store.write(tmp_path / "born", line.tip)), "smsops.yaml", applies=None)
    filed = filed_of(wants.marks(line.tip, "a"))
    assert (filed.channel, filed.content) == ("a", Content())
    assert filed.unreadable is not None
    assert filed.unreadable.shown is None


def test_before_the_first_commit_there_is_no_history(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    with pytest.raises(NoHistory, match="no commit yet") as refused:
        read(tmp_path)
    assert refused.value.code == "SMS608"


def test_a_repository_without_the_project_has_no_channels(tmp_path: Path) -> None:
    store = Store()
    line = Line(store)
    line.commit("Else", {"README": "x"})
    root = store.write(tmp_path / "else", line.tip)
    assert read(root).pasts == ()
    assert read(root).project == ()


def test_a_history_that_forks_late_is_told_whole_and_to_an_end(tmp_path: Path) -> None:
    store = Store()
    line = Line(store)
    filling = "".join(f"# {number:060}\n" for number in range(1000))  # of 25 of these no pipe holds all
    for version in range(1, 31):
        line.commit("All", {"smsops.yaml": project(), "channels/a.yaml": channel("a", version) + filling})
    read(store.write(tmp_path / "straight", line.tip))
    branch = line.branch()
    branch.commit("Side", {"smsops.yaml": project(), "channels/a.yaml": channel("a", 40) + filling})
    line.merge("Merge", branch)
    told = read(store.write(tmp_path / "forked", line.tip))
    assert len(told.pasts[0].versions) == 31

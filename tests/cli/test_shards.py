"""One plan by several machines: shards through the command line, merged, and applied."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from smsops.cli.ledgers import opened_book
from smsops.cli.options import Options
from smsops.cli.planning import planned
from smsops.cli.project import Opened
from smsops.cli.saving import read_plan, write_plan
from smsops.cli.terminal import Terminal
from smsops.cli.wishes import Wish
from smsops.files.load import load_project
from smsops.frozen import replace
from smsops.merging import merged
from smsops.model import Channel
from smsops.saved import saved_text
from tests.cli.clones import Team
from tests.cli.conftest import committed
from tests.cli.door import TWO_ACCOUNTS, Run, write_project

NUMBERS = tuple(f"+120655503{n:02}" for n in range(20))


def channel(name: str, *numbers: str, account: str = "us") -> str:
    listed = "".join(f'  - "{number}"\n' for number in numbers)
    return (
        f"name: {name}\nprovider: twilio\naccount: {account}\ndirection: outbound\n"
        f"status_callback_url: https://hooks.example.com/{name}\nphone_numbers:\n{listed}"
    )


def without_times(path: Path) -> dict[str, Any]:
    """A saved plan, but for its two times and the digest over them."""
    document = json.loads(path.read_text())
    for key in ("created_at", "expires_at", "digest"):
        document.pop(key)
    return dict(document)


@pytest.fixture
def ten(project: Path) -> Path:
    """Ten channels of one account, committed."""
    names = [f"c{i}" for i in range(10)]
    for name in ("support", "codes"):
        (project / "channels" / f"{name}.yaml").unlink()
    write_project(project, **{name: channel(name, NUMBERS[i], NUMBERS[i + 10]) for i, name in enumerate(names)})
    (project / ".gitignore").write_text("*.json\n")
    committed(project)
    return project


def test_shards_of_one_account_merge_into_the_plan_of_one_machine(ten: Path, run: Run) -> None:
    for index in (1, 2, 3):
        ran = run("--sandbox", "plan", "--shard", f"{index}/3", "--out", f"s{index}.json")
        assert ran.code == 0, ran.err
        assert f"This is shard {index} of 3, and no whole plan" in ran.out
        assert "Next: smsops --sandbox plan merge FILE..." in ran.out
    ran = run("--sandbox", "plan", "merge", "s3.json", "s1.json", "s2.json", "--out", "merged.json")
    assert ran.code == 0, ran.err
    assert "Plan: create 10 services, attach 20 numbers." in ran.out
    assert "partial" not in ran.out
    assert "Next: smsops --sandbox apply merged.json" in ran.out
    assert run("--sandbox", "plan", "--out", "whole.json").code == 0
    found, whole = without_times(ten / "merged.json"), without_times(ten / "whole.json")
    requests = [document["accounts"][0].pop("api_calls") for document in (found, whole)]
    assert requests == [6, 2]  # each machine lists the services and the numbers
    assert found == whole


def test_a_merged_plan_is_applied_and_leaves_nothing_to_do(ten: Path, run: Run) -> None:
    for index in (1, 2):
        run("--sandbox", "plan", "--shard", f"{index}/2", "--out", f"s{index}.json")
    run("--sandbox", "plan", "merge", "s1.json", "s2.json", "--out", "merged.json")
    assert "Applied: 30 done." in run("--sandbox", "apply", "merged.json").out
    assert run("--sandbox", "plan", "--detailed-exitcode").code == 0
    assert run("--sandbox", "plan", "merge", "s1.json", "s2.json", "--detailed-exitcode").code == 2


def test_a_shard_is_not_applied(ten: Path, run: Run) -> None:
    run("--sandbox", "plan", "--shard", "1/2", "--out", "s1.json")
    ran = run("--sandbox", "apply", "s1.json")
    assert ran.code == 6
    assert "error SMS516: It is shard 1 of 2, and no whole plan." in ran.err
    assert "smsops plan merge FILE... --out plan.json" in ran.err


def test_a_lost_shard_fails_the_merge(ten: Path, run: Run) -> None:
    run("--sandbox", "plan", "--shard", "1/2", "--out", "s1.json")
    ran = run("--sandbox", "plan", "merge", "s1.json", "--out", "merged.json")
    assert ran.code == 6
    assert "error SMS516: These plans do not make one: shard 2 of 2 is missing." in ran.err
    assert not (ten / "merged.json").exists()


def test_shards_of_two_commits_fail_the_merge(ten: Path, run: Run) -> None:
    run("--sandbox", "plan", "--shard", "1/2", "--out", "s1.json")
    write_project(ten, c3=channel("c3", NUMBERS[3]))
    run("--sandbox", "plan", "--shard", "2/2", "--out", "s2.json")
    ran = run("--sandbox", "plan", "merge", "s1.json", "s2.json")
    assert ran.code == 6
    assert "s2.json was made from other files than s1.json" in ran.err


def test_a_file_that_is_no_plan_is_named(ten: Path, run: Run) -> None:
    run("--sandbox", "plan", "--shard", "1/1", "--out", "s1.json")
    (ten / "odd.json").write_text("{}")
    ran = run("plan", "merge", "s1.json", "odd.json")
    assert (ran.code, "'odd.json' is not a plan as smsops saved it" in ran.err) == (6, True)


def test_shards_can_be_merged_where_there_is_no_project(ten: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("--sandbox", "plan", "--shard", "1/1", "--out", "s1.json")
    elsewhere = ten.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    ran = run("plan", "merge", str(ten / "s1.json"))
    assert ran.code == 0
    assert "create 10 services" in ran.out


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "1/", "/2", "a/b", "-1/2", "1/257", "1/2/3", "²/2", "1/0"])
def test_what_is_no_shard_is_wrong_usage(project: Path, run: Run, shard: str) -> None:
    ran = run("--sandbox", "plan", "--shard", shard)
    assert ran.code == 64
    assert "write I/N, from 1/1 to 256/256" in ran.err


def test_merge_without_files_is_wrong_usage(project: Path, run: Run) -> None:
    assert run("plan", "merge").code == 64
    assert "Make the plans of all shards one" in run("plan", "merge", "--help").out


def test_a_channel_called_merge_can_be_planned(project: Path, run: Run) -> None:
    write_project(project, merge=channel("merge", NUMBERS[0]))
    ran = run("--sandbox", "plan", "--", "merge")
    assert ran.code == 0
    assert "create 1 service" in ran.out


def test_the_shard_can_come_from_the_environment(ten: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSOPS_SHARD", "2/2")
    assert "This is shard 2 of 2" in run("--sandbox", "plan").out


def test_the_matrix_has_a_job_for_each_shard(ten: Path, run: Run) -> None:
    jobs = run("--sandbox", "matrix", "--shards", "3", "-o", "json").document["include"]
    assert [job["shard"] for job in jobs] == ["1/3", "2/3", "3/3"]
    assert {job["accounts"] for job in jobs} == {"us"}
    assert sum(job["requests"] for job in jobs) == 13
    assert run("--sandbox", "matrix", "--shards", "3").out.startswith("SHARD")


def test_the_matrix_is_an_output_of_the_step(ten: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(ten / "output"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert run("--sandbox", "matrix", "--shards", "2").code == 0
    (line,) = [line for line in (ten / "output").read_text().splitlines() if line.startswith("matrix=")]
    assert [job["shard"] for job in json.loads(line.removeprefix("matrix="))["include"]] == ["1/2", "2/2"]


def test_a_move_between_channels_is_planned_by_one_machine(tmp_path: Path, sandbox: Any) -> None:
    team = Team(tmp_path, sandbox, NUMBERS)
    files = {f"c{i}": channel(f"c{i}", NUMBERS[i], NUMBERS[i + 10]) for i in range(6)}
    first = team.start(**files)
    team.ok(first, "apply", "--yes")
    write_project(first, c0=channel("c0", NUMBERS[0]), c5=channel("c5", NUMBERS[5], NUMBERS[15], NUMBERS[10]))
    moves = []
    for index in (1, 2, 3):
        team.ok(first, "plan", "--shard", f"{index}/3", "--out", f"s{index}.json")
        saved = read_plan(first / f"s{index}.json")
        planned_here = {aim.channel for account in saved.plan.accounts for aim in account.aims}
        assert {"c0", "c5"} <= planned_here or not {"c0", "c5"} & planned_here
        moves += [change.action for change in saved.plan.changes]
    assert moves == ["number.move"]
    ran = team.ok(first, "plan", "merge", "s1.json", "s2.json", "s3.json")
    assert "Plan: move 1 number. 4 channels unchanged." in ran.out


def test_the_limit_weighs_a_split_account_when_it_is_merged(tmp_path: Path, sandbox: Any) -> None:
    team = Team(tmp_path, sandbox, NUMBERS, more="policy: {max_removals: {count: 2, percent: 0}}\n")
    first = team.start(**{f"c{i}": channel(f"c{i}", NUMBERS[i], NUMBERS[i + 10]) for i in range(6)})
    team.ok(first, "apply", "--yes")
    write_project(first, **{f"c{i}": channel(f"c{i}", NUMBERS[i]) for i in (0, 1, 2, 3, 4)})
    for index in (1, 2):
        ran = team.ok(first, "plan", "--shard", f"{index}/2", "--out", f"s{index}.json")
        assert "detach" in ran.out
        assert "refused" not in ran.out
    ran = team.run(first, "plan", "merge", "s1.json", "s2.json", "--out", "merged.json")
    assert ran.code == 5
    assert "The plan removes 5 numbers and services of account us; the limit is 2." in ran.out
    assert team.run(first, "apply", "merged.json").code == 5
    for index in (1, 2):
        team.ok(first, "plan", "--allow", "limit", "--shard", f"{index}/2", "--out", f"s{index}.json")
    assert team.ok(first, "plan", "merge", "s1.json", "s2.json", "--out", "merged.json").code == 0


def test_shards_of_a_split_account_rest_on_one_ledger(tmp_path: Path, sandbox: Any) -> None:
    team = Team(tmp_path, sandbox, NUMBERS)
    files = {f"c{i}": channel(f"c{i}", NUMBERS[i]) for i in range(6)}
    first = team.start(**files)
    team.ok(first, "plan", "--shard", "1/2", "--out", "s1.json")
    team.ok(first, "apply", "--yes")
    team.ok(first, "plan", "--shard", "2/2", "--out", "s2.json")
    ran = team.run(first, "plan", "merge", "s1.json", "s2.json")
    assert ran.code == 6
    assert "s2.json was made from another ledger, or with other options than s1.json" in ran.err


def test_shards_of_whole_accounts_rest_on_one_ledger_too(project: Path, run: Run) -> None:
    write_project(project, project=TWO_ACCOUNTS, codes=channel("codes", NUMBERS[0], account="uk"))
    (project / ".gitignore").write_text("*.json\n")
    committed(project)
    run("--sandbox", "plan", "--shard", "1/2", "--out", "s1.json")
    run("--sandbox", "apply", "--yes")
    run("--sandbox", "plan", "--shard", "2/2", "--out", "s2.json")
    ran = run("--sandbox", "plan", "merge", "s1.json", "s2.json")
    assert (ran.code, "s2.json was made from another ledger" in ran.err) == (6, True)


@pytest.mark.slow
@pytest.mark.no_cover
def test_many_accounts_in_eight_shards_are_the_plan_of_one_machine(tmp_path: Path) -> None:
    """The project is read once; everything else is done by each machine for itself."""
    opened = many(tmp_path, accounts=40, channels=20)
    files = {part: tmp_path / f"{part or 'whole'}.json" for part in range(9)}
    for part, file in files.items():
        # The accounts are read side by side, so the requests of one may go one after the other.
        write(opened, Wish(shard=(part, 8) if part else None, concurrency=1), file)
    shards = [(file.name, read_plan(file)) for part, file in files.items() if part]
    weights = [sum(account.api_calls for account in saved.plan.accounts) for _, saved in shards]
    assert max(weights) * 8 <= 1.2 * sum(weights)
    (tmp_path / "merged.json").write_text(saved_text(merged(shards)))
    assert masked_text(tmp_path / "merged.json") == masked_text(files[0])
    with pytest.raises(ValueError, match="shard 4 of 8 is missing"):
        merged([named for named in shards if named[0] != "4.json"])


def masked_text(file: Path) -> str:
    """The bytes of a plan, but for its two times and the digest over them."""
    return re.sub(r'"(created_at|expires_at|digest)": "[^"]*"', r'"\1": ""', file.read_text())


def many(root: Path, *, accounts: int, channels: int) -> Opened:
    """A project of so many accounts; a tenth of the channels has a service already.

    The channels of the first account are files. Those of the others are these once more, with another account, name,
    number and service: to read them would only repeat the first reading.
    """
    lines = ["version: 1", "accounts:"]
    lines += [
        f"  a{a:03}: {{provider: twilio, account_sid: AC{a:032x}, auth_token: {{env: T}}}}" for a in range(accounts)
    ]
    files = {
        f"a000-c{c:02}": channel(f"a000-c{c:02}", f"+1206{c:07}", account="a000")
        + (f"messaging_service_sid: MG{c:032x}\n" if c % 10 == 0 else "")
        for c in range(channels)
    }
    write_project(root, project="\n".join(lines) + "\n", **files)
    loaded = load_project(root)
    assert loaded.project is not None
    assert not loaded.findings
    found = [again(one, a, a * channels + c) for a in range(accounts) for c, one in enumerate(loaded.channels)]
    return Opened(project=loaded.project, channels=tuple(found))


def again(first: Channel, account: int, number: int) -> Channel:
    """A channel of the first account, in another one."""
    name = first.name.replace("a000", f"a{account:03}")
    return replace(
        first,
        name=name,
        account=f"a{account:03}",
        settings=replace(first.settings, friendly_name=name),
        senders=(replace(first.senders[0], number=f"+1206{number:07}"),),
        service_sid=first.service_sid and f"MG{number:032x}",
        path=f"channels/{name}.yaml",
    )


def write(opened: Opened, wish: Wish, file: Path) -> None:
    options = Options(
        chdir=None, config=None, sandbox=True, output=(), color="never", quiet=True, verbose=False, no_input=True
    )
    book = opened_book(opened, sandbox=True, strict=False)
    with planned(opened, wish, Terminal(options, "plan"), book) as drawn:
        write_plan(file, drawn, wish.allow, opened, book)
    assert drawn.plan.changes


def test_a_shard_is_shown_as_what_it_is_and_never_commented(ten: Path, run: Run) -> None:
    run("--sandbox", "plan", "--shard", "2/3", "--out", "s2.json")
    assert "This is shard 2 of 3, and no whole plan" in run("show", "s2.json").out
    ran = run("comment", "s2.json")
    assert (ran.code, "error SMS516: It is shard 2 of 3, and no whole plan." in ran.err) == (6, True)


def test_merge_after_the_options_of_plan_is_pointed_to_its_place(ten: Path, run: Run) -> None:
    ran = run("plan", "--out", "plan.json", "merge", "s1.json", "s2.json")
    assert (ran.code, "smsops plan merge FILE... --out plan.json" in ran.err) == (64, True)


def test_a_pattern_that_no_file_matches_says_that_nothing_was_planned(ten: Path, run: Run) -> None:
    ran = run("plan", "merge", "parts/*.json")
    assert (ran.code, "No shard was planned" in ran.err) == (64, True)


def test_shards_of_some_channels_and_of_all_do_not_fit(ten: Path, run: Run) -> None:
    run("--sandbox", "plan", "--shard", "1/2", "--out", "s1.json", "c1", "c2")
    run("--sandbox", "plan", "--shard", "2/2", "--out", "s2.json")
    ran = run("plan", "merge", "s1.json", "s2.json")
    assert (ran.code, "s2.json was made for other channels than s1.json" in ran.err) == (6, True)

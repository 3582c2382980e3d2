"""What a completing shell is offered: channels and accounts of the project, quickly, and never an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from smsops.cli import COMMANDS, COMPLETION
from smsops.cli.completing import TAKE_MANY, TAKE_ONE, quick_answer
from smsops.cli.group import answer_shell, root
from smsops.cli.words import Word, completed
from smsops.files.names import account_names, channel_names
from tests.cli.door import PROJECT, ROOT, TWO_ACCOUNTS, write_project
from tests.cli.test_start import HEAVY, SEEN


@pytest.fixture
def offered(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Ask as bash does; the words, each with its kind in front where it is not a plain one."""

    def ask(line: str) -> list[str]:
        words = line.split(" ")
        monkeypatch.setenv(COMPLETION, "bash_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        capfd.readouterr()
        assert answer_shell() == 0
        streams = capfd.readouterr()
        assert streams.err == ""
        return [answer.removeprefix("plain,") for answer in streams.out.splitlines() if answer]

    return ask


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("smsops plan ", ["codes", "support"]),
        ("smsops plan s", ["support"]),
        ("smsops plan codes ", ["support"]),
        ("smsops apply --yes c", ["codes"]),
        ("smsops rehearse ", ["codes", "support"]),
        ("smsops history ", ["codes", "support"]),
        ("smsops blame co", ["codes"]),
        ("smsops show su", ["support"]),
        ("smsops instructions twilio --channel ", ["codes", "support"]),
        ("smsops plan x", []),
        # Where no channel begins so, a plan file may be meant.
        ("smsops apply plan.j", ["file,plan.j"]),
        ("smsops show ./", ["file,./"]),
        ("smsops instructions ", ["twilio"]),
        ("smsops adopt ", ["us"]),
        ("smsops bla", ["blame"]),
    ],
)
def test_channels_are_offered_where_one_is_to_be_named(line: str, words: list[str], offered, project: Path) -> None:
    assert offered(line) == words


def test_the_project_is_the_one_that_the_line_or_the_environment_names(
    offered, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert offered("smsops plan ") == []
    assert offered("smsops -C project plan ") == ["codes", "support"]
    assert offered("smsops plan -C project s") == ["support"]
    assert offered("smsops --config project/smsops.yaml blame ") == ["codes", "support"]
    monkeypatch.setenv("SMSOPS_CHDIR", "project/channels")
    assert offered("smsops plan ") == ["codes", "support"]


def test_every_argument_that_is_called_an_account_offers_accounts(project: Path) -> None:
    param = click.Argument(["account"], required=False)
    completed(param)
    write_project(project, project=TWO_ACCOUNTS)
    context = click.Context(root())
    assert [item.value for item in param.type.shell_complete(context, param, "")] == ["uk", "us"]
    assert [item.value for item in param.type.shell_complete(context, param, "uk")] == ["uk"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (TWO_ACCOUNTS, ["uk", "us"]),
        (
            "# accounts:\naccounts:  # two\n\n  # one\n  'us':\n    provider: twilio\n  \"uk\" : {}\npolicy:\n  x: 1\n",
            ["uk", "us"],
        ),
        ("accounts:\n    us: {provider: twilio}", ["us"]),
        ("accounts:\n  us:\n    a b: c\n  US: 1\n  -x: 1\n", ["us"]),
        ("accounts: {us: {}}\n", []),
        ("accounts:\nus:\n", []),
        ("accounts:\n", []),
        ("", []),
        ("\x00\x1b[31m", []),
    ],
)
def test_accounts_are_the_lines_below_accounts(text: str, names: list[str], tmp_path: Path) -> None:
    (tmp_path / "smsops.yaml").write_text(text)
    assert account_names(str(tmp_path)) == names


def test_the_accounts_of_the_sample_project_are_offered() -> None:
    assert account_names(str(ROOT)) == ["staging", "uk", "us"]
    assert len(channel_names(str(ROOT / "channels"))) == 12


@pytest.mark.parametrize("folder", ["sms", "'sms'", '"sms"  # here', "./sms/"])
def test_channels_are_the_files_of_the_folder_that_the_project_names(folder: str, tmp_path: Path) -> None:
    (tmp_path / "smsops.yaml").write_text(f"version: 1\nchannels: {folder}\n")
    (tmp_path / "sms" / "deep").mkdir(parents=True)
    (tmp_path / "sms" / ".hidden").mkdir()
    for name in ("a.yaml", "deep/b.YML", "c.txt", ".d.yaml", "not a name.yaml", "x\n\x1b[31m.yaml", ".hidden/e.yaml"):
        (tmp_path / "sms" / name).touch()
    assert channel_names(str(tmp_path)) == ["a", "b"]


def test_a_broken_project_offers_nothing_and_says_nothing(
    offered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outside = write_project(tmp_path / "outside", other=PROJECT)
    broken = tmp_path / "broken"
    broken.mkdir()
    config = broken / "smsops.yaml"
    config.symlink_to("nowhere")
    assert offered("smsops -C broken plan ") == []
    config.unlink()
    config.mkdir()
    assert offered("smsops -C broken plan ") == []
    config.rmdir()
    os.mkfifo(config)
    assert offered("smsops -C broken plan ") == []
    config.unlink()
    for folder in ("../outside/channels", str(outside / "channels"), "nowhere", "a\x00b"):
        config.write_text(f"channels: {folder}\n")
        assert offered("smsops -C broken plan ") == [], folder
    assert offered("smsops -C nowhere plan ") == []
    assert offered("smsops --config nowhere/smsops.yaml plan ") == []
    assert account_names(str(broken), "nowhere.yaml") == []


def test_a_completing_shell_imports_nothing_heavy(project: Path) -> None:
    env = {
        **os.environ,
        COMPLETION: "bash_complete",
        "COMP_WORDS": "smsops plan ",
        "COMP_CWORD": "2",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", SEEN.format(argv=[])], cwd=project, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == "plain,codes\nplain,support\n"
    assert not set(done.stderr.splitlines()[-1].split("|")) & set(HEAVY)


@pytest.mark.parametrize("shell", ["bash_complete", "zsh_complete"])
@pytest.mark.parametrize(
    "line",
    [
        *("smsops", "smsops ", "smsops p", "smsops plan", "smsops x", "smsops plan ", "smsops plan s"),
        *("smsops plan codes ", "smsops plan merge ", "smsops apply c", "smsops apply zz", "smsops rehearse su"),
        *("smsops show s", "smsops set c", "smsops set codes ", "smsops history ", "smsops history codes "),
        *("smsops blame co", "smsops list ", "smsops -q pl", "smsops plan --out s", "smsops plan 's"),
        *("smsops validate s", "smsops explain plan s", "smsops --", "smsops plan codes --", "smsops plan --o"),
        *("smsops plan merge --", "smsops sandbox --", "smsops sandbox serve --", "smsops audit log --", "smsops x --"),
    ],
)
def test_what_is_answered_without_click_is_what_click_answers(
    line: str, shell: str, project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(COMPLETION, shell)
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    assert answer_shell() == 0
    assert quick_answer(os.environ) in ("", capfd.readouterr().out)


def test_every_command_that_takes_channels_is_answered_without_click(project: Path) -> None:
    context = click.Context(root())
    for name in COMMANDS:
        command = root().get_command(context, name)
        assert command is not None
        arguments = [param for param in command.params if isinstance(param, click.Argument)][:1]
        of_channels = [one for one in arguments if isinstance(one.type, Word) and not one.type.is_account]
        assert bool(of_channels) == (name in (*TAKE_ONE, *TAKE_MANY))
        assert all((one.nargs == -1) == (name in TAKE_MANY) for one in of_channels)
        line = {COMPLETION: "bash_complete", "COMP_WORDS": f"smsops {name} s", "COMP_CWORD": "2"}
        assert quick_answer(line) == ("plain,support\n" if of_channels else "")


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("audit", "sandbox")])
def test_the_options_that_are_offered_without_click_are_those_that_there_are(name: str, offered) -> None:
    """An option that is new is added to `completing.OPTIONS`."""
    line = {COMPLETION: "bash_complete", "COMP_WORDS": f"smsops {name} --", "COMP_CWORD": "2"}
    assert quick_answer(line).replace("plain,", "").split() == offered(f"smsops {name} --")

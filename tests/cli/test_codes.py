"""Every code of the account, of apply and of the ledger: a run that raises it, and the same run without the cause."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from smsops.changes import digest
from smsops.codes.apply import APPLY_CODES
from smsops.codes.ledger import LEDGER_CODES
from smsops.codes.provider import PROVIDER_CODES
from smsops.frozen import replace
from smsops.git import Repository
from smsops.ledger.branch import Branch
from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.server import Sandbox
from tests.cli import ledger_scenes as scenes
from tests.cli.door import CODES, LEDGER, SUPPORT, Ran, Run, at_work, write_project

SERVICE = r"^/v1/Services$"
UNPIN = "provider: twilio\n"


@dataclass(frozen=True)
class Scene:
    """A project, applied once to its account, and what can go wrong around it."""

    root: Path
    sandbox: Sandbox
    account_sid: str
    run: Run
    setenv: Callable[[str, str], None]
    held: ExitStack

    def rewrite(self, *, project: Callable[[str], str] = str, **channels: str) -> None:
        text = (self.root / "smsops.yaml").read_text()
        write_project(self.root, project=project(text), **channels)

    def service_sid(self, name: str) -> str:
        console = self.sandbox.console
        sids = console.services(self.account_sid)
        (found,) = (sid for sid in sids if (console.service(sid) or {})["friendly_name"] == name)
        return found

    def fault(self, **fields: object) -> None:
        self.sandbox.faults.add(Fault(**fields))  # type: ignore[arg-type]


Arrange = Callable[[Scene], None]

MOVED = SUPPORT.replace("com/in", "com/elsewhere")
MORE = SUPPORT.replace('  - "+12065550102"', '  - "+12065550102"\n  - "+12065550109"')


def pin_to_nothing(scene: Scene) -> None:
    scene.rewrite(codes=CODES.replace(UNPIN, UNPIN + f"messaging_service_sid: MG{'9' * 32}\n"))


def declare_a_foreign_number(scene: Scene) -> None:
    scene.rewrite(support=MORE)


def declare_a_voice_number(scene: Scene) -> None:
    scene.sandbox.console.own_number(scene.account_sid, "+12065550109", capabilities=["Voice"])
    scene.rewrite(support=MORE)


def guess_the_token(scene: Scene) -> None:
    scene.setenv("US_TOKEN", "guessed-wrong")


def use_a_key_of_another_account(scene: Scene) -> None:
    other = scene.account_sid[:-3] + "fff"
    key = "SK" + scene.account_sid[2:]
    given = scene.sandbox.ensure_account(other, api_key_sid=key)
    scene.sandbox.console.create_service(other, "theirs")
    scene.setenv("US_TOKEN", given.password)
    scene.rewrite(project=lambda text: text.replace("auth_token:", f"api_key_sid: {key}\n    api_key_secret:"))


def refuse_the_update(scene: Scene) -> None:
    scene.rewrite(support=MOVED)
    scene.fault(method="POST", status=400, code=20001)


def cut_every_connection(scene: Scene) -> None:
    scene.fault(kind=FaultKind.RESET, times=None)


def answer_with_a_page(scene: Scene) -> None:
    scene.fault(kind=FaultKind.HTML, status=200, times=None)


def lose_the_secret(scene: Scene) -> None:
    scene.setenv("US_TOKEN", "")


def send_it_over_plain_http(scene: Scene) -> None:
    scene.setenv("SMSOPS_API_BASE_URL", "http://twilio.example.com")


def remove_more_than_the_policy_allows(scene: Scene) -> None:
    few = "policy:\n  max_removals: {count: 0, percent: 0}\n"
    scene.rewrite(project=lambda text: text + few, support=SUPPORT.replace('  - "+12065550102"\n', ""))


def move_a_protected_number(scene: Scene) -> None:
    support = SUPPORT.replace('  - "+12065550102"\n', "")
    scene.rewrite(support=support, codes=CODES + '  - {number: "+12065550102", protected: true}\n')


def hide_a_number_in_a_service_made_by_hand(scene: Scene) -> None:
    console = scene.sandbox.console
    console.attach(console.create_service(scene.account_sid, "by hand"), "+12065550102")


def add_a_channel_named_like_a_live_service(scene: Scene) -> None:
    scene.sandbox.console.create_service(scene.account_sid, "news")
    scene.sandbox.console.own_number(scene.account_sid, "+12065550109")
    news = CODES.replace("name: codes", "name: news").replace("+12065550103", "+12065550109")
    scene.rewrite(news=news)


def lose_every_file(scene: Scene) -> None:
    for path in (scene.root / "channels").iterdir():
        path.unlink()


def change_a_url(scene: Scene) -> None:
    scene.rewrite(support=MOVED)


def never_show_a_new_member(scene: Scene) -> None:
    scene.sandbox.switches = replace(scene.sandbox.switches, lag=1000)
    scene.sandbox.console.own_number(scene.account_sid, "+12065550109")
    scene.rewrite(support=MORE)


def lose_the_answer_to_a_create(scene: Scene) -> None:
    scene.sandbox.console.own_number(scene.account_sid, "+12065550109")
    scene.rewrite(news=CODES.replace("name: codes", "name: news").replace("+12065550103", "+12065550109"))
    scene.fault(method="POST", path=SERVICE, kind=FaultKind.RESET)
    scene.fault(method="GET", path=SERVICE, skip=1, times=None, status=500)


def hold_the_lock(scene: Scene) -> None:
    scene.held.enter_context(at_work(scene.root))


def spoil_the_record(scene: Scene) -> None:
    shelf = Branch(Repository(scene.root), LEDGER, None)
    for path in shelf.paths():
        shelf.write(path, b"{", "somebody's slip")


def edit_it_in_the_console(scene: Scene) -> None:
    scene.sandbox.console.update_service(scene.service_sid("support"), inbound_request_url="https://x.example.com/")


def change_it_in_git_and_in_the_console(scene: Scene) -> None:
    edit_it_in_the_console(scene)
    scene.rewrite(support=MOVED)


def edit_what_a_plan_rests_on(scene: Scene) -> None:
    scene.rewrite(support=MOVED)
    assert scene.run("plan", "--out", scenes.PLAN).code == 0
    edit_it_in_the_console(scene)


def send_the_plan_to_another_account(scene: Scene) -> None:
    scene.rewrite(project=lambda text: text.replace(scene.account_sid, "AC" + "9" * 32))


def plan_only_a_part(scene: Scene) -> None:
    assert scene.run("plan", "--shard", "1/2", "--out", scenes.PLAN).code == 0


def plan_something_else_than_was_approved(scene: Scene) -> None:
    scene.rewrite(support=MOVED)
    assert scene.run("plan", "--out", scenes.PLAN).code == 0


def cut_the_forge_off(scene: Scene) -> None:
    for name, value in {
        "GITHUB_REPOSITORY": "acme/sms",
        "GITHUB_TOKEN": "ghs_none",
        "GITHUB_API_URL": "http://127.0.0.1:1",
    }.items():
        scene.setenv(name, value)


def of_the_root(spoil: Callable[[Path], None]) -> Arrange:
    return lambda scene: spoil(scene.root)


def die_in_an_apply(scene: Scene) -> None:
    scenes.begin_and_die(scene.root, scene.account_sid)


APPLY = ("apply", "--yes", "-o", "json")
SAVED = ("apply", scenes.PLAN, "-o", "json")
APPROVED = ("apply", scenes.PLAN, "--approved", digest([]), "-o", "json")
VERIFY = ("audit", "verify", "-o", "json")
BAD: Mapping[str, tuple[Arrange, tuple[str, ...]]] = {
    "SMS401": (pin_to_nothing, APPLY),
    "SMS402": (declare_a_foreign_number, APPLY),
    "SMS403": (declare_a_voice_number, APPLY),
    "SMS404": (guess_the_token, APPLY),
    "SMS405": (use_a_key_of_another_account, APPLY),
    "SMS406": (refuse_the_update, APPLY),
    "SMS407": (cut_every_connection, APPLY),
    "SMS408": (answer_with_a_page, APPLY),
    "SMS409": (lose_the_secret, APPLY),
    "SMS410": (send_it_over_plain_http, APPLY),
    "SMS501": (remove_more_than_the_policy_allows, APPLY),
    "SMS502": (move_a_protected_number, APPLY),
    "SMS503": (hide_a_number_in_a_service_made_by_hand, APPLY),
    "SMS504": (add_a_channel_named_like_a_live_service, APPLY),
    "SMS505": (lose_every_file, APPLY),
    "SMS506": (change_a_url, ("apply", "-o", "json")),
    "SMS507": (never_show_a_new_member, APPLY),
    "SMS508": (lose_the_answer_to_a_create, APPLY),
    "SMS509": (hold_the_lock, APPLY),
    "SMS510": (change_it_in_git_and_in_the_console, APPLY),
    "SMS511": (edit_what_a_plan_rests_on, SAVED),
    "SMS512": (of_the_root(scenes.expire), SAVED),
    "SMS513": (of_the_root(scenes.flip_a_byte), SAVED),
    "SMS514": (send_the_plan_to_another_account, SAVED),
    "SMS516": (plan_only_a_part, SAVED),
    "SMS517": (plan_something_else_than_was_approved, APPROVED),
    "SMS518": (cut_the_forge_off, APPROVED),
    "SMS601": (spoil_the_record, APPLY),
    "SMS602": (of_the_root(scenes.lose_the_remote), APPLY),
    "SMS603": (of_the_root(scenes.leave_git), VERIFY),
    "SMS604": (of_the_root(scenes.alter_a_record), VERIFY),
    "SMS605": (of_the_root(scenes.lose_a_record), VERIFY),
    "SMS606": (die_in_an_apply, VERIFY),
    "SMS607": (of_the_root(scenes.fork), VERIFY),
    "SMS608": (of_the_root(scenes.forget_commits), ("history", "-o", "json")),
}


@pytest.fixture
def scene(
    project: Path,
    server: Mapping[str, str],
    remote: Run,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Scene]:
    monkeypatch.setattr("smsops.forges.http.PAUSES", (0.0, 0.0, 0.0))  # as many tries, without the waits
    assert remote("apply", "--yes").code == 0
    assert remote("plan", "--out", scenes.PLAN).code == 0
    with ExitStack() as held:
        yield Scene(project, sandbox, server["ACCOUNT_SID"], remote, monkeypatch.setenv, held)


def test_every_code_has_a_run_that_raises_it() -> None:
    assert {*BAD, "SMS515"} == {code.code for code in (*PROVIDER_CODES, *APPLY_CODES, *LEDGER_CODES)}


@pytest.mark.parametrize("code", BAD)
def test_the_run_raises_the_code_and_is_not_done(scene: Scene, code: str) -> None:
    arrange, argv = BAD[code]
    arrange(scene)
    ran = scene.run(*argv, "-v")
    assert f'"{code}"' in ran.out, ran.out + ran.err
    assert ran.document["ok"] is False
    assert ran.code != 0
    assert_hidden(os.environ["US_TOKEN"], ran.out + ran.err, scene)


def test_a_renamed_file_is_a_warning_and_the_run_goes_on(scene: Scene) -> None:
    (scene.root / "channels" / "codes.yaml").unlink()
    scene.rewrite(logins=CODES.replace("name: codes", "name: logins"))
    ran = scene.run("plan", "-o", "json")
    assert ran.code == 0
    assert [(f["code"], f["severity"]) for f in ran.document["findings"]] == [("SMS515", "warning")]


def assert_hidden(token: str, printed: str, scene: Scene) -> None:
    """The secret is in no output and in no file, neither as it is nor as it travels."""
    kept = "".join(path.read_text(errors="replace") for path in scene.root.rglob("*") if path.is_file())
    if (scene.root / ".git").exists():
        shelf = Branch(Repository(scene.root), LEDGER, None)
        kept += "".join(shelf.read(path).decode() for path in shelf.paths())
    for form in (token, base64.b64encode(f"{scene.account_sid}:{token}".encode()).decode()):
        assert not form or form not in printed + kept


@pytest.fixture(scope="module")
def without_cause() -> dict[tuple[str, ...], Ran]:
    """By command line, what came of it: without a cause, the same for all codes that share one."""
    return {}


@pytest.mark.parametrize("code", BAD)
def test_the_same_run_without_the_cause_does_not_raise_it(
    without_cause: dict[tuple[str, ...], Ran], request: pytest.FixtureRequest, code: str
) -> None:
    _, argv = BAD[code]
    if argv not in without_cause:
        scene: Scene = request.getfixturevalue("scene")
        without_cause[argv] = scene.run(*argv)
    ran = without_cause[argv]
    assert f'"{code}"' not in ran.out
    assert ran.code == 0, ran.out + ran.err

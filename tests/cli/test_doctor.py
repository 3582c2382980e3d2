"""`smsops doctor` against the sandbox: every state of every check once, the certain apart from the uncertain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from smsops.doctor.account import Patient, account_checks
from smsops.doctor.checks import IDS, Check, State
from smsops.frozen import replace
from smsops.providers import PROVIDERS
from smsops.providers.examining import AccountFacts, NumberFacts, Registration, ServiceFacts, Terms
from smsops.render.checks import Examined, examined_text
from smsops.sandbox.accounts import KeyKind
from smsops.sandbox.server import Sandbox
from tests.cli.door import ACCOUNT, PROJECT, Ran, Run, git, write_project

SERIAL = iter(range(1, 1000))
Found = dict[tuple[str, str], dict[str, str]]


def told(ran: Ran) -> Found:
    """The checks of a run by id and place; the last of each."""
    return {(check["id"], check["where"]): check for check in ran.document["checks"]}


def states(ran: Ran, id: str) -> dict[str, str]:
    """The states of one check by place, with ` and ` where a place has several."""
    found: dict[str, str] = {}
    for check in ran.document["checks"]:
        if check["id"] == id:
            before = found.get(check["where"])
            found[check["where"]] = f"{before} and {check['state']}" if before else check["state"]
    return found


def sid(number: int) -> str:
    return f"MG{number:032x}"


def channel(name: str, *numbers: str, service: str | None) -> str:
    pinned = f"messaging_service_sid: {service}\n" if service else ""
    listed = "".join(f'  - "{number}"\n' for number in numbers)
    return f"""name: {name}
provider: twilio
account: us
direction: inbound-and-outbound
{pinned}webhook_url: https://hooks.example.com/in
status_callback_url: https://hooks.example.com/status
phone_numbers:
{listed}"""


@pytest.fixture
def account(project: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> str:
    """An account of the running sandbox that the project, without its channels, names."""
    found = f"ACd0c{next(SERIAL):029x}"
    for file in (project / "channels").iterdir():
        file.unlink()
    write_project(project, project=re.sub(r"AC\w{32}", found, PROJECT))
    given = sandbox.ensure_account(found)
    monkeypatch.setenv("SMSOPS_API_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("US_TOKEN", given.password)
    return found


# Of each channel: its numbers, what becomes of its service, and the states that doctor must see.
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "approved": ("+12065550110", "+14165550110"),
    "waiting": ("+12065550111",),
    "failed": ("+12065550112",),
    "none": ("+12065550113",),
    "odd": ("+12065550114",),
    "defers": ("+447700900115", "+447700900116", "+447700900117"),
    "plain": ("+447700900118",),
    "empty": ("+447700900119",),
    "gone": ("+447700900120",),
    "new": ("+447700900121",),
    "tollfree": ("+18005550122", "+18335550123"),
    "pending": ("+18005550124",),
    "rejected": ("+18005550125",),
    "unfiled": ("+18005550126",),
    "strange": ("+18005550127",),
    "foreign": ("+447700900128",),
    "voice": ("+447700900129",),
    "full": ("+447700900130",),
}
CAMPAIGNS = {"approved": "VERIFIED", "waiting": "IN_PROGRESS", "failed": "FAILED", "odd": "ELSEWHERE"}
VERIFICATIONS = {
    "+18005550122": "TWILIO_APPROVED",
    "+18335550123": "TWILIO_APPROVED",
    "+18005550124": "IN_REVIEW",
    "+18005550125": "TWILIO_REJECTED",
    "+18005550127": "ELSEWHERE",
}


@pytest.fixture
def ward(project: Path, account: str, sandbox: Sandbox) -> dict[str, str]:
    """One channel for each thing that can be wrong with a service; the SID of each."""
    console = sandbox.console
    services: dict[str, str] = {}
    for name, numbers in CHANNELS.items():
        if name != "foreign":
            for number in numbers:
                console.own_number(account, number, capabilities=["Voice"] if name == "voice" else None)
        if name not in ("gone", "new"):
            services[name] = console.create_service(account, name, inbound_request_url="https://hooks.example.com/in")
            if name not in ("empty", "foreign", "voice"):
                console.attach(services[name], *numbers)
        pinned = {"gone": sid(0xDEAD), "new": None}.get(name, services.get(name))
        write_project(project, **{name: channel(name, *numbers, service=pinned)})
    for name, status in CAMPAIGNS.items():
        console.file_campaign(services[name], status)
    for number, status in VERIFICATIONS.items():
        console.file_verification(account, number, status)
    console.update_service(services["defers"], use_inbound_webhook_on_number=True)
    console.configure_number(account, "+447700900115", sms_url="https://elsewhere.example.com/")
    console.configure_number(account, "+447700900116", sms_application_sid="AP" + "0" * 32)
    console.configure_number(account, "+447700900117", sms_url="")
    console.update_service(services["plain"], status_callback="http://hooks.example.com/status")
    many = [f"+4477009{number:05}" for number in range(10_000, 10_359)]
    sandbox.ensure_account(account, numbers=many)
    console.attach(services["full"], *many)
    return services


def test_every_state_of_every_channel_is_told_in_one_run(
    ward: dict[str, str], account: str, run: Run, sandbox: Sandbox
) -> None:
    sandbox.requests.clear()
    ran = run("doctor", "-o", "json")
    assert ran.code == 3, "a number that is not owned is an error of the files"
    found = told(ran)
    assert {asked.method for asked in sandbox.requests} == {"GET"}

    def of(id: str) -> dict[str, str]:
        return {where.removeprefix("channel "): state for where, state in states(ran, id).items()}

    known = dict.fromkeys(CHANNELS, "ok")
    assert of("service.exists") == {**known, "gone": "problem", "new": "not-checked"}
    assert {name for name, state in of("service.deferral").items() if state != "ok"} == {"defers"}
    deferral = found["service.deferral", "channel defers"]["message"]
    assert "+447700900115 (a webhook of its own), +447700900116 (a TwiML application)" in deferral
    assert "Nothing answers on +447700900117." in deferral
    assert {name for name, state in of("service.https").items() if state == "problem"} == {"plain"}
    assert {name for name, state in of("pool.members").items() if state == "problem"} == {"empty", "foreign", "voice"}
    assert {name for name, state in of("pool.limit").items() if state == "warning"} == {"full"}
    assert {name for name, state in of("pool.toll-free").items() if state == "warning"} == {"tollfree"}
    assert of("campaign.status") == {
        "approved": "ok",
        "waiting": "warning",
        "failed": "problem",
        "none": "problem",
        "odd": "unknown",
    }
    assert of("campaign.numbers") == {"approved": "unknown"}
    assert "cannot be confirmed" in found["campaign.numbers", "channel approved"]["message"]
    assert "1 US long code " in found["campaign.status", "channel approved"]["message"], "+1416 is Canada's"
    assert of("number.verification") == {
        "tollfree": "ok and ok",
        "pending": "warning",
        "rejected": "problem",
        "unfiled": "problem",
        "strange": "unknown",
    }
    assert "is not verified" in found["number.verification", "channel unfiled"]["message"]
    assert states(ran, "account.numbers") == {"channels/foreign.yaml:9": "problem", "channels/voice.yaml:9": "problem"}
    assert found["account.numbers", "channels/foreign.yaml:9"]["code"] == "SMS402"
    assert found["account.numbers", "channels/voice.yaml:9"]["code"] == "SMS403"
    assert ran.document["summary"] == {
        str(state): sum(check["state"] == state for check in ran.document["checks"]) for state in State
    }


def test_no_answer_about_the_account_shows_its_auth_token(
    account: str, run: Run, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    token = sandbox.ensure_account(account).password
    ran = run("doctor")
    assert token not in ran.out + ran.err
    assert "the auth token, which may do everything" in ran.out


ACCOUNTS = [
    ({"type": "Trial"}, 0, "account.status", "warning", "trial"),
    ({"status": "suspended"}, 4, "account.credentials", "problem", "active"),
    ({}, 0, "account.status", "ok", "active"),
]


@pytest.mark.parametrize(("facts", "code", "id", "state", "word"), ACCOUNTS)
def test_the_status_of_an_account(
    facts: dict[str, str], code: int, id: str, state: str, word: str, account: str, run: Run, sandbox: Sandbox
) -> None:
    sandbox.console.set_account(account, **facts)
    ran = run("doctor", "-o", "json")
    assert ran.code == code
    check = told(ran)[id, "account us"]
    assert check["state"] == state
    assert word in check["message"] + check["hint"]


def test_an_account_that_is_read_and_not_active_is_a_problem() -> None:
    class Closed:
        terms = Terms(pool=1, without_campaign="", without_verification="")

        def reach(self) -> bool:
            return True

        def account(self) -> AccountFacts:
            return AccountFacts(key="a key", status="suspended", active=False)

        def numbers(self) -> Mapping[str, NumberFacts]:
            return {}

        def services(self, sids: object) -> Mapping[str, ServiceFacts | None]:
            return {}

        def verifications(self) -> Mapping[str, Registration]:
            return {}

    checks = account_checks(Patient(account="us", channels=(), service_sids={}), Closed())
    assert [check.state for check in checks if check.id == "account.status"] == [State.PROBLEM]


def test_a_wrong_token_is_told_with_what_to_look_at(account: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("US_TOKEN", "0" * 32)
    ran = run("doctor", "-o", "json")
    assert ran.code == 4
    check = told(ran)["account.credentials", "account us"]
    assert (check["state"], check["code"]) == ("problem", "SMS404")
    for word in ("belong together", "region", "subaccount"):
        assert word in check["hint"]
    assert states(ran, "account.services") == {"account us": "not-checked"}


def test_credentials_of_another_account_are_told(
    project: Path, account: str, run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f"ACd0d{next(SERIAL):029x}"
    key = f"SK{next(SERIAL):032x}"
    sandbox.ensure_account(other)
    sandbox.console.create_service(other, "theirs")
    _with_key(project, account, key)
    monkeypatch.setenv("US_TOKEN", sandbox.add_key(other, key).password)
    ran = run("doctor", "-o", "json")
    assert ran.code == 4
    assert told(ran)["account.identity", "account us"]["code"] == "SMS405"


def _with_key(project: Path, account: str, key: str) -> None:
    lines = f"account_sid: {account}\n    api_key_sid: {key}\n    api_key_secret: {{env: US_TOKEN}}\n"
    text = re.sub(r"account_sid: \S+\n    auth_token: .*\n", lines, PROJECT)
    assert key in text
    write_project(project, project=text)


SERVICES_ALONE = (r"GET /v1/Services", r"GET /v1/Services/\w+", r"GET /v1/Services/\w+/PhoneNumbers")
KEYS = [
    (KeyKind.MAIN, (), 1, {"account.status": "ok"}, "main key"),
    (KeyKind.STANDARD, (), 1, {"account.status": "unknown", "account.numbers": "ok"}, "standard key"),
    (
        KeyKind.RESTRICTED,
        SERVICES_ALONE,
        4,
        {
            "account.status": "unknown",
            "account.numbers": "problem",
            "number.verification": "unknown",
            "campaign.status": "unknown",
        },
        "restricted",
    ),
    (KeyKind.RESTRICTED, SERVICES_ALONE[:1], 4, {"account.services": "problem"}, "restricted"),
]


@pytest.mark.parametrize(("kind", "permissions", "code", "expected", "word"), KEYS)
def test_what_a_key_may_do_is_told_without_writing(
    kind: KeyKind,
    permissions: tuple[str, ...],
    code: int,
    expected: dict[str, str],
    word: str,
    project: Path,
    account: str,
    run: Run,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = f"SK{next(SERIAL):032x}"
    numbers = ("+12065550131", "+18005550132")
    sandbox.ensure_account(account, numbers=numbers)
    service = sandbox.console.create_service(account, "support")
    sandbox.console.attach(service, *numbers)
    write_project(project, support=channel("support", *numbers, service=service))
    _with_key(project, account, key)
    secret = sandbox.add_key(account, key, kind=kind, permissions=permissions).password
    monkeypatch.setenv("US_TOKEN", secret)
    sandbox.requests.clear()
    ran = run("doctor", "-o", "json")
    assert {asked.method for asked in sandbox.requests} == {"GET"}
    assert ran.code == code
    assert {id: " ".join(states(ran, id).values()) for id in expected} == expected
    assert word in told(ran)["account.key", "account us"]["message"]


def test_an_account_without_services_cannot_be_confirmed(account: str, run: Run) -> None:
    ran = run("doctor", "-o", "json")
    check = told(ran)["account.identity", "account us"]
    assert check["state"] == "unknown"
    assert "cannot be confirmed" in check["message"]
    assert states(ran, "account.numbers") == {"account us": "not-checked"}


def test_a_missing_secret_hides_no_other_check(project: Path, run: Run) -> None:
    write_project(project, project=PROJECT + "# two\n")
    ran = run("doctor", "-o", "json")
    assert ran.code == 4
    check = told(ran)["account.secret", "account us"]
    assert (check["state"], check["code"]) == ("problem", "SMS409")
    assert check["message"].startswith("The environment variable US_TOKEN")
    assert states(ran, "files.valid") == {"": "ok"}
    assert states(ran, "account.status") == {"account us": "not-checked"}


def test_a_connection_that_must_not_be_made_is_told(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("US_TOKEN", "x" * 32)
    monkeypatch.setenv("SMSOPS_API_BASE_URL", "http://api.example.com")
    ran = run("doctor", "-o", "json")
    assert ran.code == 1
    assert told(ran)["account.credentials", "account us"]["code"] == "SMS410"


def test_a_provider_that_offers_nothing_to_look_at_is_not_checked(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("US_TOKEN", "x" * 32)
    bare = replace(PROVIDERS["twilio"], open_examiner=None, made_up=None)
    monkeypatch.setitem(PROVIDERS, "twilio", bare)
    ran = run("doctor", "--probe", "-o", "json")
    assert ran.code == 0
    assert states(ran, "account.services") == {"account us": "not-checked"}
    assert not states(ran, "webhook.place")


def test_invalid_files_come_first_and_the_rest_is_still_looked_at(project: Path, run: Run) -> None:
    write_project(project, support="name: support\n")
    ran = run("doctor", "-o", "json")
    assert ran.code == 3
    check = told(ran)["files.valid", ""]
    assert check["state"] == "problem"
    assert "smsops validate" in check["hint"]
    assert states(ran, "account.secret") == {"account us": "problem"}
    write_project(project, project="version: 1\naccounts: 5\n")
    ran = run("doctor", "-o", "json")
    assert ran.code == 3
    assert states(ran, "account.status") == {"": "not-checked"}


def test_warnings_of_the_files_are_counted(project: Path, run: Run) -> None:
    text = (project / "channels" / "codes.yaml").read_text()
    write_project(project, codes=text.replace('"+12065550103"', "+12065550103"))
    check = told(run("doctor", "-o", "json"))["files.valid", ""]
    assert (check["state"], check["message"]) == ("warning", "The files are valid, with 1 warning.")


def test_copies_of_the_schemas_are_compared_by_what_they_say(project: Path, run: Run) -> None:
    assert states(run("doctor", "-o", "json"), "files.schemas") == {"": "not-checked"}
    (project / "schemas").mkdir()
    run("schema", "channel", "-o", "json=schemas/channel.schema.json")
    assert states(run("doctor", "-o", "json"), "files.schemas") == {"": "ok"}
    (project / "schemas" / "channel.schema.json").write_text("{}")
    (project / "schemas" / "plan.schema.json").write_text("not json")
    ran = run("doctor", "-o", "json")
    assert states(ran, "files.schemas") == {
        "schemas/channel.schema.json": "warning",
        "schemas/plan.schema.json": "warning",
    }
    hint = told(ran)["files.schemas", "schemas/channel.schema.json"]["hint"]
    assert hint == "smsops schema channel > schemas/channel.schema.json"


@pytest.fixture
def steps(project: Path, run: Run, tmp_path: Path) -> Iterator[Found]:
    """Doctor's word on git, from no repository to a remote that is gone."""

    def steps() -> Iterator[Found]:
        yield told(run("doctor", "-o", "json"))
        git(project, "init", "-q", "-b", "main")
        yield told(run("doctor", "-o", "json"))
        git(project, "add", ".")
        git(project, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-qm", "first")
        yield told(run("doctor", "-o", "json"))
        git(tmp_path, "init", "-q", "--bare", "remote.git")
        git(project, "remote", "add", "one", str(tmp_path / "remote.git"))
        yield told(run("doctor", "-o", "json"))
        git(project, "config", "user.useConfigOnly", "true")
        git(project, "remote", "add", "two", str(tmp_path / "gone.git"))
        yield told(run("doctor", "-o", "json"))
        git(project, "remote", "remove", "one")
        (project / ".git" / "shallow").write_text(git(project, "rev-parse", "HEAD") + "\n")
        yield told(run("doctor", "-o", "json"))

    return steps()


def test_git_from_nothing_to_a_remote_that_is_gone(steps: Iterator[Found]) -> None:
    def state(found: Found, id: str) -> str:
        return found.get((id, ""), {}).get("state", "")

    nothing, empty, alone, shared, several, gone = steps
    assert state(nothing, "git.repository") == "warning"
    assert state(nothing, "git.ledger") == ""
    assert state(empty, "git.repository") == "warning"
    assert "no commit" in empty["git.repository", ""]["message"]
    assert [state(alone, f"git.{id}") for id in ("repository", "history", "remote", "ledger")] == [
        "ok",
        "ok",
        "warning",
        "ok",
    ]
    assert state(shared, "git.remote") == state(shared, "git.ledger") == "ok"
    assert "no record yet" in shared["git.ledger", ""]["message"]
    assert state(several, "git.remote") == "problem"
    assert "needs none" in several["git.identity", ""]["message"]
    assert state(gone, "git.history") == "warning"
    assert (gone["git.ledger", ""]["state"], gone["git.ledger", ""]["code"]) == ("problem", "SMS602")


def test_a_repository_that_git_does_not_open_is_a_problem(project: Path, run: Run) -> None:
    git(project, "init", "-q")
    (project / ".git" / "config").write_text("[core\n")
    ran = run("doctor", "-o", "json")
    assert told(ran)["git.repository", ""]["state"] == "problem"
    assert told(ran)["git.ledger", ""]["state"] == "problem"


def test_a_record_that_cannot_be_read_is_a_problem_of_the_ledger(project: Path, run: Run) -> None:
    assert run("apply", "--sandbox", "--yes").code == 0
    for record in (project / ".smsops" / "ledger" / "records" / "us").iterdir():
        record.write_text('{"data": {}}')
    assert told(run("doctor", "--sandbox", "-o", "json"))["git.ledger", ""]["state"] == "problem"


def test_the_sandbox_is_looked_at_like_an_account(project: Path, run: Run) -> None:
    assert run("apply", "--sandbox", "--yes").code == 0
    ran = run("doctor", "--sandbox")
    assert ran.code == 1, "the sandbox has no campaign"
    assert "accounts with records: us" in ran.out
    assert "Registrations\n  problem " in ran.out
    assert re.search(r"^\d+ checks: 2 problems, 1 warning, ", ran.out, re.MULTILINE)
    assert ACCOUNT not in ran.err


def test_every_id_has_a_group_and_no_other_id_can_be_made(run: Run) -> None:
    checks = tuple(Check(id=id, state=State.OK, message=f"{id} \x1b[31m::error::") for id in IDS)
    text = examined_text(Examined(checks=checks), color=False)
    assert "\x1b" not in text
    assert f"{len(IDS)} checks: no problem" in text
    with pytest.raises(ValueError, match="no check"):
        Check(id="git.other", state=State.OK, message="")


def test_the_page_about_doctor_lists_every_check() -> None:
    page = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+\.[\w-]+)` \|", page, re.MULTILINE) == list(IDS)

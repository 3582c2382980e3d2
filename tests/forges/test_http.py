"""The way to a forge: where the token goes, what is repeated, and how much is read."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from smsops.errors import UsageError
from smsops.forges import forge_of, http
from smsops.forges.address import origin
from smsops.forges.base import ForgeError, NotAllowed
from smsops.forges.github import GitHub
from tests.forges.double import Asked, Fault, FaultKind, Reply
from tests.forges.github_double import TOKEN, GitHubDouble
from tests.forges.scenes import HEAD, MERGED, Scene, github
from tests.providers.scripted import HANG, Scripted


@pytest.fixture
def scene(hub: GitHubDouble) -> Scene:
    return github(hub)


def look(scene: Scene) -> None:
    """Some reads: who brought this commit?"""
    assert scene.forge.change_request(MERGED) is None


def test_every_request_carries_the_token_and_says_who_asks(scene: Scene) -> None:
    scene.post("one")
    for asked in scene.double.asked:
        assert asked.headers["authorization"] == f"Bearer {TOKEN}"
        assert asked.headers["x-github-api-version"] == "2022-11-28"
        assert asked.headers["accept"] == "application/vnd.github+json"
        assert asked.headers["user-agent"].startswith("smsops/")
        assert asked.headers.get("content-type") == ("application/json" if asked.method == "POST" else None)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_not_followed(scene: Scene, method: str) -> None:
    with GitHubDouble() as other:
        scene.double.fault(FaultKind.REDIRECT, method=method, path="s$", elsewhere=f"{other.origin}/user")
        with pytest.raises(ForgeError, match="with 302 and sends smsops elsewhere") as raised:
            scene.post("one")
        assert raised.value.status == 302
        assert "GITHUB_API_URL" in raised.value.hint
        assert other.asked == []
    assert scene.bodies() == []


@pytest.mark.parametrize(
    "elsewhere",
    ["http://127.0.0.1:9/x", "https://{}/x", "http://localhost:{port}/x", "http://{}@127.0.0.1:9", "http://[", "x"],
)
def test_a_next_page_on_another_server_is_not_asked_for(scene: Scene, elsewhere: str) -> None:
    host = scene.double.origin.removeprefix("http://")
    link = elsewhere.replace("{}", host).replace("{port}", host.partition(":")[2])
    scene.double.fault(FaultKind.NEXT, path="comments", elsewhere=link)
    before = len(scene.double.asked)
    with pytest.raises(ForgeError, match="names another server for the next page"):
        scene.post("one")
    assert [asked.path for asked in scene.double.asked[before:]] == ["/user", "/repos/acme/sms/issues/7/comments"]


def test_a_server_with_its_usual_port_is_the_same_without_it() -> None:
    assert origin("https://forge.example:443/x") == origin("https://Forge.example")
    assert origin("http://forge.example:80") == origin("http://forge.example")
    assert origin("https://forge.example:80") != origin("https://forge.example")


def test_another_server_is_not_asked_for_a_page_even_when_it_is_there(scene: Scene) -> None:
    with GitHubDouble() as other:
        scene.double.fault(
            FaultKind.NEXT, path="comments", elsewhere=f"{other.origin}/repos/acme/sms/issues/7/comments"
        )
        with pytest.raises(ForgeError, match=f"another server for the next page, {other.origin}"):
            scene.post("one")
        assert other.asked == []


@pytest.mark.parametrize(
    "link",
    [
        '<{}>; rel="next"',
        "<{}>; rel=next",
        '<http://x.example/>; rel="prev", <{}>; title="a"; rel="next"; type="b"',
        '<{}>; rel="next", <http://x.example/>; rel="last"',
    ],
)
def test_the_link_to_the_next_page_is_found_however_it_is_written(
    scene: Scene, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/repos/acme/sms/commits/x/pulls"
    answers = iter(
        [Reply(content=[], headers={"Link": link.format(f"{scene.double.origin}{path}?page=2")}), Reply(content=[])]
    )
    monkeypatch.setattr(scene.double, "route", lambda asked, words: next(answers))
    assert scene.forge.change_request("x") is None
    assert [asked.query.get("page") for asked in scene.double.asked] == [None, "2"]


@pytest.mark.parametrize("link", ['<{}>; rel="nextish"', '<{}>; rel="prev"', "{}", '<{}>; title="rel=next"'])
def test_no_other_link_is_one_to_the_next_page(scene: Scene, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = Reply(content=[], headers={"Link": link.format(f"{scene.double.origin}/repos/acme/sms/x")})
    monkeypatch.setattr(scene.double, "route", lambda asked, words: reply)
    look(scene)
    assert len(scene.double.asked) == 1


def test_pages_without_end_end(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(asked: Asked, words: tuple[str, ...]) -> Reply:
        return Reply(content=[], headers={"Link": f'<{scene.double.origin}{asked.path}>; rel="next"'})

    monkeypatch.setattr(scene.double, "route", endless)
    with pytest.raises(ForgeError, match="more than 10,000 entries"):
        look(scene)
    assert len(scene.double.asked) == 100


@pytest.mark.parametrize("status", [500, 599])
@pytest.mark.parametrize("kind", [FaultKind.STATUS, FaultKind.CUT, FaultKind.HALF])
def test_a_read_is_repeated_after_a_passing_failure(scene: Scene, kind: FaultKind, status: int) -> None:
    for _ in range(3):
        scene.double.fault(kind, status=status)
    look(scene)
    assert scene.slept == [1.0, 2.0, 4.0]


def test_a_read_that_fails_four_times_ends(scene: Scene) -> None:
    for _ in range(4):
        scene.double.fault(FaultKind.STATUS, message="unicorn")
    with pytest.raises(
        ForgeError, match=r"GitHub fails and answers GET /repos/acme/sms/commits/e+/pulls with 503: unicorn"
    ):
        look(scene)
    assert len(scene.double.asked) == 4


@pytest.mark.parametrize(
    ("asked", "waited"),
    [("7", 7.0), ("0", 1.0), ("100000", 60.0), ("soon", 1.0), ("-5", 1.0), ("Mon, 23 Nov 2026 12:00:00 GMT", 1.0)],
)
def test_a_wait_that_is_asked_for_is_kept_within_a_bound(scene: Scene, asked: str, waited: float) -> None:
    scene.double.fault(FaultKind.STATUS, status=429, headers={"Retry-After": asked})
    look(scene)
    assert scene.slept == [waited]


@pytest.mark.parametrize("headers", [{"Retry-After": "2"}, {"X-RateLimit-Remaining": "0"}], ids=str)
def test_who_asked_too_often_may_ask_later_and_is_not_without_rights(scene: Scene, headers: dict[str, str]) -> None:
    for _ in range(4):
        scene.double.fault(FaultKind.STATUS, status=403, headers=headers, message="slow down")
    with pytest.raises(ForgeError, match=r"takes no more requests for now.*slow down") as raised:
        look(scene)
    assert not isinstance(raised.value, NotAllowed)
    assert raised.value.exit_code == 1
    assert len(scene.double.asked) == 4


@pytest.mark.parametrize("status", [400, 401, 422])
def test_no_other_refusal_is_waited_for(scene: Scene, status: int) -> None:
    scene.double.fault(FaultKind.STATUS, status=status, headers={"Retry-After": "2"})
    with pytest.raises(ForgeError, match=f"with {status}"):
        look(scene)
    assert scene.slept == []


def test_the_words_of_an_error_may_stand_in_another_place(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = Reply(status=400, content={"error": "sha is invalid"})
    monkeypatch.setattr(scene.double, "route", lambda asked, words: reply)
    with pytest.raises(ForgeError, match="with 400: sha is invalid"):
        look(scene)


def test_a_plain_403_is_a_lack_of_rights_and_is_not_repeated(scene: Scene) -> None:
    scene.double.fault(FaultKind.STATUS, status=403, headers={"X-RateLimit-Remaining": "10"}, message="no")
    with pytest.raises(NotAllowed, match="with 403: no") as raised:
        look(scene)
    assert raised.value.exit_code == 4
    assert len(scene.double.asked) == 1


def test_a_read_of_what_is_not_there_is_no_lack_of_rights(scene: Scene) -> None:
    scene.environ["GITHUB_REPOSITORY"] = "acme/other"
    with pytest.raises(ForgeError, match="with 404: Not Found") as raised:
        look(scene)
    assert not isinstance(raised.value, NotAllowed)
    assert raised.value.status == 404
    assert raised.value.exit_code == 1


def test_a_wrong_token_is_told_by_the_name_of_its_variable(scene: Scene) -> None:
    scene.environ["GITHUB_TOKEN"] = "guessed-wrong"
    with pytest.raises(ForgeError, match="with 401: Bad credentials") as raised:
        look(scene)
    assert raised.value.exit_code == 4
    assert "GITHUB_TOKEN" in raised.value.hint
    assert "guessed" not in raised.value.message + raised.value.hint
    assert raised.value.code == "SMS518"


@pytest.mark.parametrize("message", [f"token {TOKEN} is bad", {"a": [TOKEN]}, [TOKEN]], ids=["text", "object", "list"])
@pytest.mark.parametrize("status", [400, 401, 403, 422, 429, 500])
def test_a_forge_that_repeats_the_token_does_not_make_us_say_it(scene: Scene, status: int, message: object) -> None:
    for _ in range(4):
        scene.double.fault(FaultKind.STATUS, status=status, message=message)
    with pytest.raises(ForgeError) as raised:
        look(scene)
    assert TOKEN not in raised.value.message
    assert "****" in raised.value.message


def test_long_words_of_a_forge_are_cut_and_stay_on_one_line(scene: Scene) -> None:
    scene.double.fault(FaultKind.STATUS, status=422, message="a\nb" + "x" * 1000)
    with pytest.raises(ForgeError) as raised:
        look(scene)
    assert raised.value.message.endswith("xx…")
    assert ": a bx" in raised.value.message
    assert len(raised.value.message) < 320


@pytest.mark.parametrize(
    "raw", [b"<html>", b'["half', b"[" * 200_000, b"{}", b"null", b"\xff"], ids=lambda raw: repr(raw[:8])
)
def test_an_answer_that_is_no_list_of_json_is_an_error_and_is_not_asked_for_again(scene: Scene, raw: bytes) -> None:
    scene.double.fault(FaultKind.RAW, raw=raw)
    with pytest.raises(ForgeError, match="does not understand"):
        look(scene)
    assert len(scene.double.asked) == 1


@pytest.mark.parametrize("raw", [b"", b"<html>", b"[]", b'"x"', b'{"other": 1}'])
def test_a_refusal_without_words_is_told_by_its_number(
    scene: Scene, raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.double, "route", lambda asked, words: Reply(status=410, raw=raw))
    with pytest.raises(ForgeError, match=r"answers GET \S+ with 410\.$"):
        look(scene)


def test_a_huge_answer_is_not_read(scene: Scene) -> None:
    scene.double.fault(FaultKind.HUGE)
    with pytest.raises(ForgeError, match="more than 10,000,000 bytes"):
        look(scene)
    assert len(scene.double.asked) == 1


def test_a_forge_that_is_not_there_is_told_by_its_host(scene: Scene) -> None:
    scene.environ["GITHUB_API_URL"] = "http://127.0.0.1:9"
    with pytest.raises(ForgeError, match=r"GitHub does not answer at 127\.0\.0\.1:9: Connection refused\.") as raised:
        scene.post("one")
    assert raised.value.status is None
    assert len(scene.slept) == 3


def test_a_forge_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_S", 0.05)
    with Scripted() as silent:
        silent.on("GET", f"/repos/acme/sms/commits/{HEAD}/pulls", HANG)
        environ = {"GITHUB_REPOSITORY": "acme/sms", "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": silent.base_url}
        with pytest.raises(ForgeError, match=r"does not answer at .*: timed out"):
            GitHub(environ, sleep=lambda seconds: None).change_request(HEAD)


def test_every_request_has_a_time_out() -> None:
    assert http.TIMEOUT_S == 20


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = tmp_path / "server.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(pem), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(["openssl", *words, *names], check=True, capture_output=True)
    pem.write_text(pem.read_text() + (tmp_path / "cert.pem").read_text())
    with Scripted(str(pem)) as server:
        environ = {"GITHUB_REPOSITORY": "acme/sms", "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": server.base_url}
        slept: list[float] = []
        with pytest.raises(ForgeError, match=r"The certificate of 127\.0\.0\.1:[0-9]+ is not trusted") as raised:
            GitHub(environ, sleep=slept.append).change_request(HEAD)
        assert "SSL_CERT_FILE" in raised.value.hint
        assert slept == []
        assert server.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        with pytest.raises(ForgeError, match="with 404"):
            GitHub(environ, sleep=slept.append).change_request(HEAD)


def test_a_proxy_is_asked_for_a_tunnel_and_does_not_see_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with GitHubDouble() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
        monkeypatch.setenv("NO_PROXY", "")
        environ = {"GITHUB_REPOSITORY": "acme/sms", "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": "https://forge.example"}
        with pytest.raises(ForgeError, match=r"does not answer at forge\.example: Tunnel connection failed: 401"):
            GitHub(environ, sleep=lambda seconds: None).change_request(HEAD)
        assert {(asked.method, asked.path) for asked in proxy.asked} == {("CONNECT", "forge.example:443")}
        assert TOKEN not in str(proxy.asked)


def test_the_address_of_a_proxy_that_is_none_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http:/ann:hunter2@proxy.example")
    environ = {"GITHUB_REPOSITORY": "acme/sms", "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": "https://forge.example"}
    with pytest.raises(ForgeError, match="HTTPS_PROXY does not name a proxy") as raised:
        GitHub(environ, sleep=lambda seconds: None).change_request(HEAD)
    assert "hunter2" not in raised.value.message + raised.value.hint


def test_no_proxy_stands_between_us_and_this_machine(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    look(scene)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://forge.example", "is plain http to forge.example"),
        ("http://127.0.0.1.forge.example", "is plain http to"),
        ("ftp://forge.example", "is not an http or https URL"),
        ("file:///etc/passwd", "is not an http or https URL"),
        ("https://", "is not an http or https URL"),
        ("forge.example", "is not an http or https URL"),
        ("https://forge.example/a b", "is not an http or https URL"),
        ("https://forgé.example", "is not an http or https URL"),
        ("https://[", "is not a URL"),
        ("https://forge.example:port", "is not a URL"),
        ("https://ann:hunter2@forge.example", "holds user info"),
        ("https://forge.example?x=1", "holds user info, a query"),
        ("https://forge.example/#", "holds user info, a query or a fragment"),
    ],
)
def test_a_base_url_that_no_token_may_go_to_is_refused_by_its_variable(url: str, why: str) -> None:
    environ = {"GITHUB_REPOSITORY": "acme/sms", "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": url}
    with pytest.raises(UsageError, match=f"GITHUB_API_URL {why}") as raised:
        forge_of(environ)
    assert "hunter2" not in raised.value.message + raised.value.hint


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://[::1]:1/", "http://127.8.8.8", "https://forge.example/api/v3/"]
)
def test_https_and_this_machine_are_good_places(url: str) -> None:
    assert forge_of({"GITHUB_REPOSITORY": "acme/sms", "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": url}) is not None


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "tokén", " ", "\x7f"], ids=repr)
def test_what_no_header_can_hold_is_no_token(scene: Scene, token: str) -> None:
    with pytest.raises(UsageError) as raised:
        GitHub({**scene.environ, "GITHUB_TOKEN": token})
    assert raised.value.message == "GITHUB_TOKEN does not hold a token."


def test_a_line_break_at_the_end_of_a_token_does_no_harm(scene: Scene) -> None:
    scene.environ["GITHUB_TOKEN"] += "\n"
    look(scene)


def test_a_slash_at_the_end_of_the_base_url_does_no_harm(scene: Scene) -> None:
    scene.environ["GITHUB_API_URL"] += "/"
    look(scene)
    assert scene.double.asked[0].path.startswith("/repos/")


def test_a_fault_is_used_up_by_the_request_that_it_fits(hub: GitHubDouble) -> None:
    hub.faults = [Fault(kind=FaultKind.STATUS, method="POST"), Fault(kind=FaultKind.STATUS, path="/nowhere")]
    look(github(hub))
    assert len(hub.faults) == 2

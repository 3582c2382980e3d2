"""`smsops doctor --probe` against a TLS server on this machine that checks signatures by its own arithmetic."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from smsops.probing.asking import Limits, Request, authorities, status
from smsops.probing.place import NotReached, Place, is_public, place_of
from tests.cli.door import PROJECT, Ran, Run, write_project
from tests.cli.test_doctor import states, told

TOKEN = "0123456789abcdef0123456789abcdef"
HOST = "hooks.example.com"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


class Server(ThreadingHTTPServer):
    """Answers by path: `/in` checks signatures, `/open` takes everything, `/401` and the like say their status."""

    daemon_threads = True

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.seen: list[tuple[str, str, dict[str, str]]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that refuses the certificate is no error of the server."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True))
        self.server.seen.append((self.command, self.path, fields))
        signed = "".join(key + value for key, value in sorted(fields.items()))
        whole = f"https://{self.headers['Host']}{self.path}{signed}"
        digest = base64.b64encode(hmac.new(TOKEN.encode(), whole.encode(), hashlib.sha1).digest()).decode()
        genuine = hmac.compare_digest(digest, self.headers["X-Twilio-Signature"])
        name = urlsplit(self.path).path.removeprefix("/")
        code = int(name) if name.isdigit() else 200 if genuine or name == "open" else 403
        self.send_response(code)
        self.send_header("Content-Length", "0")
        if code == 302:
            self.send_header("Location", "/open")
        self.end_headers()

    do_GET = do_POST = answer

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests look at `seen`."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of the host for ten days, and its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    key, made, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subject = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-days", "10"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words = ["openssl", "req", "-x509", *curve, *subject, "-keyout", str(key), "-out", str(made)]
    subprocess.run(words, check=True, capture_output=True)
    both.write_text(key.read_text() + made.read_text())
    return both


@pytest.fixture
def server(certificate: Path) -> Iterator[Server]:
    with Server(certificate) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def hooked(name: str, inbound: str, status: str, *, last: int, method: str = "POST") -> dict[str, str]:
    text = f"""name: {name}
provider: twilio
account: us
direction: inbound-and-outbound
webhook_url: {inbound}
webhook_method: {method}
status_callback_url: {status}
phone_numbers: ["+4477009002{last:02}"]
"""
    return {name: text}


@pytest.fixture
def probe(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch, certificate: Path) -> Run:
    """Doctor's probe of a project whose account cannot be reached, which is no matter here."""
    for file in (project / "channels").iterdir():
        file.unlink()
    monkeypatch.setenv("US_TOKEN", TOKEN)
    monkeypatch.setenv("SMSOPS_API_BASE_URL", "http://api.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def probed(port: int, *words: str) -> Ran:
        return run("doctor", "--probe", "--probe-port", str(port), "-o", "json", *words)

    return probed


def by_path(ran: Ran, id: str) -> dict[str, str]:
    """States by the path of the URL."""
    return {urlsplit(where.split()[0]).path: state for where, state in states(ran, id).items()}


@needs_openssl
def test_each_answer_of_a_webhook_is_judged(project: Path, probe: Run, server: Server) -> None:
    paths = ["in", "open", "401", "302", "404", "500"]
    for last, path in enumerate(paths):
        write_project(
            project, **hooked(f"c{path}", f"https://{HOST}/{path}#rc=2", f"https://{HOST}:8443/in", last=last)
        )
    write_project(project, **hooked("get", f"https://{HOST}/in?a=1", f"https://{HOST}/in", last=90, method="GET"))
    write_project(project, **hooked("template", f"https://{HOST}/{{Token}}", f"https://{HOST}/in", last=91))
    ran = probe(server.server_port)
    assert ran.code == 1
    found = told(ran)
    assert by_path(ran, "webhook.accepts") == {
        "/in": "ok",
        "/open": "ok",
        "/401": "problem",
        "/302": "problem",
        "/404": "warning",
        "/500": "warning",
    }
    assert by_path(ran, "webhook.refuses") == {
        "/in": "ok",
        "/open": "problem",
        "/401": "ok",
        "/302": "unknown",
        "/404": "unknown",
        "/500": "unknown",
    }
    assert found["webhook.accepts", f"https://{HOST}/in#rc=2 (cin)"]["state"] == "ok", "a fragment is not signed"
    names = ", ".join(sorted(f"c{path}" for path in paths))
    shared = f"https://{HOST}:8443/in ({names})"
    assert found["webhook.accepts", shared]["state"] == "ok", "a URL of several channels is called once"
    assert found["webhook.place", f"https://{HOST}/{{Token}} (template)"]["state"] == "not-checked"
    certificate = found["webhook.certificate", shared]
    assert (certificate["state"], certificate["message"]) == (
        "warning",
        f"The certificate of {HOST} is valid for 9 more days.",
    )
    assert TOKEN not in ran.out + ran.err


@needs_openssl
def test_what_is_sent_says_that_it_is_made_up(project: Path, probe: Run, server: Server) -> None:
    write_project(project, **hooked("one", f"https://{HOST}/in", f"https://{HOST}/in", last=1))
    write_project(project, **hooked("two", f"https://{HOST}/in?a=1", f"https://{HOST}/in", last=2, method="GET"))
    probe(server.server_port)
    asked = [fields or {k: v[0] for k, v in parse_qs(urlsplit(path).query).items()} for _, path, fields in server.seen]
    assert len(asked) == 6
    assert {fields["MessageSid"] for fields in asked} == {"SM" + "0" * 32}
    assert {fields["SmsopsProbe"] for fields in asked} == {"doctor"}
    inbound = [fields for fields in asked if "Body" in fields]
    assert {(fields["From"], "ignore" in fields["Body"]) for fields in inbound} == {("+15005550006", True)}
    assert {command for command, _, _ in server.seen} == {"GET", "POST"}


@needs_openssl
def test_without_the_auth_token_only_the_wrong_signature_is_tried(
    project: Path, probe: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(project, **hooked("one", f"https://{HOST}/in", f"https://{HOST}/in", last=1))
    monkeypatch.delenv("US_TOKEN")
    ran = probe(server.server_port)
    assert by_path(ran, "webhook.refuses") == {"/in": "ok and ok"}
    assert by_path(ran, "webhook.accepts") == {"/in": "not-checked and not-checked"}
    key = PROJECT.replace("auth_token:", f"api_key_sid: SK{1:032x}\n    api_key_secret:")
    write_project(project, project=key)
    monkeypatch.setenv("US_TOKEN", TOKEN)
    ran = probe(server.server_port)
    messages = {check["message"] for check in ran.document["checks"] if check["id"] == "webhook.accepts"}
    assert messages == {
        "No signed request can be made: webhooks are signed with the auth token, and an API key is in use."
    }


@needs_openssl
def test_a_bad_certificate_is_certain_and_a_way_that_is_closed_is_not(
    project: Path, probe: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://other.example.com/in"
    write_project(project, **hooked("one", url, url, last=1))
    ran = probe(server.server_port)
    check = told(ran)["webhook.certificate", f"{url} (one)"]
    assert (check["state"], check["message"]) == (
        "problem",
        "The certificate of other.example.com is for another name.",
    )
    monkeypatch.delenv("SSL_CERT_FILE")
    check = told(probe(server.server_port))["webhook.certificate", f"{url} (one)"]
    assert (check["state"], check["message"]) == ("problem", "The certificate of other.example.com is self-signed.")
    assert not server.seen
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        check = told(probe(closed.getsockname()[1]))["webhook.place", f"{url} (one)"]
    assert check["state"] == "unknown"
    assert "connection refused. Whether the provider reaches it cannot be told." in check["message"]


@contextlib.contextmanager
def listening(certificate: Path | None, *said: bytes, endless: bool = False) -> Iterator[Place]:
    """A server that says this to whoever connects, then nothing; an endless one repeats it until it is left."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                plain, _ = listener.accept()
                with plain, contextlib.ExitStack() as stack:
                    speaker: socket.socket = plain
                    if certificate:
                        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                        context.load_cert_chain(certificate)
                        speaker = stack.enter_context(context.wrap_socket(plain, server_side=True))
                    for one in said:
                        speaker.sendall(one)
                    while endless:
                        speaker.sendall(said[-1])
                        left.wait(0.01)
                    left.wait(10)

        left = threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()
        yield Place(host=HOST, address="127.0.0.1", port=listener.getsockname()[1])
        left.set()
    thread.join()


CLOSED = [
    ((b"HTTP/1.1 200 OK\r\n",), False, "gave no answer within 0.2 seconds"),
    ((b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), True, "gave no answer within 0.2 seconds"),
    ((b"220 mail.example.com ESMTP\r\n",), False, "ended the connection without an HTTP answer"),
]


@needs_openssl
@pytest.mark.parametrize(("said", "endless", "reason"), CLOSED)
def test_a_server_that_never_gets_to_the_point_is_left(
    said: tuple[bytes, ...], endless: bool, reason: str, certificate: Path
) -> None:
    request = Request(url=f"https://{HOST}/in", method="POST", headers={})
    # Only a server that is never done is given little time, so that a slow machine changes nothing.
    limits = Limits(connect_s=30, answer_s=0.2 if "0.2" in reason else 30)
    with listening(certificate, *said, endless=endless) as place, pytest.raises(NotReached) as raised:
        status(place, request, authorities(str(certificate)), limits)
    assert not raised.value.certain
    assert reason in raised.value.message


@pytest.mark.parametrize(
    ("said", "certain", "reason"),
    [((b"HTTP/1.1 400 Bad Request\r\n\r\n",), True, "does not speak TLS"), ((), False, "within 0.2 seconds")],
)
def test_a_server_without_tls_is_told(said: tuple[bytes, ...], certain: bool, reason: str) -> None:
    request = Request(url=f"https://{HOST}/in", method="POST", headers={})
    with listening(None, *said) as place, pytest.raises(NotReached, match=reason) as raised:
        status(place, request, authorities(None), Limits(connect_s=30 if certain else 0.2))
    assert raised.value.certain is certain


def test_a_server_that_closes_at_once_may_be_anybody() -> None:
    request = Request(url=f"https://{HOST}/in", method="POST", headers={})
    with socket.create_server(("127.0.0.1", 0)) as server:

        def close() -> None:
            connection, _ = server.accept()
            connection.recv(1)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1 << 16)
            connection.close()

        closing = threading.Thread(target=close)
        closing.start()
        place = place_of(f"https://{HOST}/in", port_here=server.getsockname()[1], timeout_s=30)
        with pytest.raises(NotReached, match="was closed at once") as raised:
            status(place, request, authorities(None), Limits(connect_s=30))
        closing.join()
    assert not raised.value.certain


PUBLIC = ["8.8.8.8", "2001:4860:4860::8888"]
NOT_PUBLIC = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "2001:0:7f00:1::",
]  # fmt: skip


def test_only_addresses_of_the_public_internet_are_called() -> None:
    assert [address for address in PUBLIC if not is_public(address)] == []
    assert [address for address in NOT_PUBLIC if is_public(address)] == []


PLACES = [
    ("https://localhost/in", "localhost leads to .* not on the public internet"),
    ("https://127.0.0.1/in", "not on the public internet"),
    ("http://hooks.example.com/in", "not an https URL"),
    ("https://" + "a" * 70 + ".example.com/", "DNS cannot be asked|no address in DNS"),
]


def test_the_address_that_was_checked_is_the_one_that_is_called() -> None:
    assert place_of("https://8.8.8.8:8443/in", port_here=None, timeout_s=10) == Place(
        host="8.8.8.8", address="8.8.8.8", port=8443
    )


@pytest.mark.parametrize(("url", "reason"), PLACES)
def test_a_name_that_leads_inside_is_not_called(url: str, reason: str) -> None:
    with pytest.raises(NotReached, match=reason):
        place_of(url, port_here=None, timeout_s=10)


USAGE = [
    (("--probe-port", "8443"), "--probe is missing"),
    (("--probe", "--sandbox"), "no auth token that a server of yours would know"),
]


@pytest.mark.parametrize(("words", "reason"), USAGE)
def test_a_probe_that_makes_no_sense_is_refused(words: tuple[str, ...], reason: str, project: Path, run: Run) -> None:
    ran = run("doctor", *words)
    assert ran.code == 64
    assert reason in ran.err


def test_authorities_that_cannot_be_read_end_the_run(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    ran = run("doctor", "--probe")
    assert ran.code == 1
    assert "Check SSL_CERT_FILE." in ran.err

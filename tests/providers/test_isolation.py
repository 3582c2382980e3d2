"""Where requests and the secret can go: never to another host, never by the environment's leave, never into a text."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from smsops.errors import ExitCode, Failure, ProviderError
from smsops.frozen import replace
from smsops.model import Wanted
from smsops.providers.base import Connection
from smsops.providers.twilio.read import TwilioReader, open_reader
from smsops.providers.twilio.retry import RetryPolicy
from smsops.secrets.base import Secret
from tests.providers.scripted import (
    ACCOUNT,
    INVENTORY,
    SECRET,
    SERVICES,
    Scripted,
    inventory,
    page,
)

AT_TWILIO = Connection(account_sid=ACCOUNT, username=ACCOUNT, password=Secret(SECRET))
WANT = Wanted(service_sid=None, friendly_name="orders", numbers=frozenset({"+12065550999"}))


@pytest.fixture
def _twilio_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TWILIO_ACCOUNT_SID": "AC" + "e" * 32,
        "TWILIO_AUTH_TOKEN": "token-of-the-environment",
        "TWILIO_API_KEY": "SK" + "e" * 32,
        "TWILIO_REGION": "ie1",
        "TWILIO_EDGE": "dublin",
    }.items():
        monkeypatch.setenv(name, value)


def tunnels(proxy: Scripted) -> set[str]:
    return {asked.path for asked in proxy.asked if asked.method == "CONNECT"}


@pytest.mark.usefixtures("_twilio_environment")
def test_the_environment_of_twilio_tools_never_leaks_in(server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services"))
    server.on("GET", INVENTORY, inventory())
    reader.read((WANT,))
    pair = base64.b64encode(f"{ACCOUNT}:{SECRET}".encode()).decode()
    assert [asked.path for asked in server.asked] == [SERVICES, INVENTORY]
    assert {asked.headers["authorization"] for asked in server.asked} == {f"Basic {pair}"}


@pytest.mark.usefixtures("_twilio_environment")
@pytest.mark.parametrize(
    ("region", "edge", "host"),
    [
        (None, None, "messaging.twilio.com:443"),
        ("us1", "ashburn", "messaging.ashburn.us1.twilio.com:443"),
        ("ie1", "dublin", "messaging.dublin.ie1.twilio.com:443"),
    ],
)
def test_region_and_edge_come_from_the_connection_alone(
    region: str | None, edge: str | None, host: str, proxy: Scripted, policy: RetryPolicy
) -> None:
    with pytest.raises(ProviderError, match="proxy") as raised:
        open_reader(replace(AT_TWILIO, region=region, edge=edge), policy=policy).read(())
    assert raised.value.failure is Failure.UNAVAILABLE
    assert tunnels(proxy) == {host}
    assert not any("authorization" in asked.headers for asked in proxy.asked)


def test_the_proxys_own_login_reaches_the_proxy_only(
    proxy: Scripted, policy: RetryPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.base_url.replace("http://", "http://anna:pw@"))
    with pytest.raises(ProviderError) as raised:
        open_reader(AT_TWILIO, policy=policy).read(())
    assert {asked.headers["proxy-authorization"] for asked in proxy.asked} == {
        "Basic " + base64.b64encode(b"anna:pw").decode()
    }
    assert "pw" not in raised.value.message


@pytest.mark.parametrize("value", ["socks5://127.0.0.1:9", "http://[::1", "http://anna:pw@127.0.0.1:port"])
def test_a_proxy_that_cannot_be_used_is_said_to_be_one(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(ProviderError, match="HTTPS_PROXY") as raised:
        open_reader(AT_TWILIO)
    assert "pw" not in raised.value.message


def test_a_proxy_without_a_scheme_and_no_proxy_are_understood(
    proxy: Scripted, policy: RetryPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.base_url.removeprefix("http://"))
    with pytest.raises(ProviderError, match="proxy"):
        open_reader(AT_TWILIO, policy=policy).read(())
    assert tunnels(proxy) == {"messaging.twilio.com:443"}
    monkeypatch.setenv("NO_PROXY", "nobody.invalid")
    elsewhere = replace(AT_TWILIO, base_url="https://nobody.invalid")
    with pytest.raises(ProviderError, match="cannot be resolved"):
        open_reader(elsewhere, policy=policy).read(())


def test_loopback_never_goes_through_a_proxy(proxy: Scripted, server: Scripted, reader: TwilioReader) -> None:
    server.on("GET", SERVICES, page("services"))
    reader.read(())
    assert (len(server.asked), proxy.asked) == (1, [])


def test_a_netrc_is_not_read(
    server: Scripted, connection: Connection, policy: RetryPolicy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    server.on("GET", SERVICES, page("services"))
    open_reader(connection, policy=policy).read(())
    sent = base64.b64decode(server.asked[0].headers["authorization"].removeprefix("Basic ")).decode()
    assert sent == f"{ACCOUNT}:{SECRET}"


def test_an_api_key_signs_in_and_the_account_stays_in_the_path(
    server: Scripted, connection: Connection, policy: RetryPolicy
) -> None:
    key = replace(connection, username="SK" + "9" * 32)
    server.on("GET", SERVICES, page("services"))
    server.on("GET", INVENTORY, inventory())
    open_reader(key, policy=policy).read((WANT,))
    assert server.calls("GET", INVENTORY) == 1
    sent = base64.b64decode(server.asked[-1].headers["authorization"].removeprefix("Basic ")).decode()
    assert sent.startswith("SK9")


def test_a_parents_auth_token_is_refused_before_anything_is_sent(connection: Connection, server: Scripted) -> None:
    with pytest.raises(ProviderError) as raised:
        open_reader(replace(connection, username="AC" + "9" * 32))
    assert (raised.value.failure, raised.value.exit_code) == (Failure.WRONG_ACCOUNT, ExitCode.AUTH)
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://twilio.example.com",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "127.0.0.1:80",
        "https://user:pw@127.0.0.1",
        "http://127.0.0.1/?a=b",
        "http://127.0.0.1/#x",
        "http://127.0.0.1:port",
        "http://[::1",
        "https://ex ample.com",
        "https://",
        "",
    ],
)
def test_a_base_url_that_credentials_may_not_go_to_is_refused(url: str) -> None:
    with pytest.raises(ProviderError) as raised:
        open_reader(replace(AT_TWILIO, base_url=url))
    assert raised.value.failure is Failure.FORBIDDEN_REQUEST
    assert "pw" not in raised.value.message


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://127.8.8.8:1", "http://[::1]:1/twilio/", "https://example.com/twilio"]
)
def test_loopback_and_https_are_accepted_as_base_urls(url: str) -> None:
    assert open_reader(replace(AT_TWILIO, base_url=url)).api_calls == 0


@pytest.mark.parametrize(
    ("region", "edge"), [("ie1", None), (None, "dublin"), ("ie1", "evil.example.com/"), ("ie1.x", "dublin")]
)
def test_half_a_region_or_a_strange_one_is_refused(region: str | None, edge: str | None) -> None:
    with pytest.raises(ProviderError) as raised:
        open_reader(replace(AT_TWILIO, region=region, edge=edge))
    assert raised.value.failure is Failure.FORBIDDEN_REQUEST


def test_a_path_in_the_base_url_is_kept(server: Scripted, connection: Connection, policy: RetryPolicy) -> None:
    prefixed = replace(connection, base_url=f"{server.base_url}/twilio/")
    link = f"{server.base_url}/twilio{SERVICES}?PageToken=2"
    server.on("GET", f"/twilio{SERVICES}", page("services", following=link), page("services"))
    open_reader(prefixed, policy=policy).read(())
    assert server.calls("GET", f"/twilio{SERVICES}") == 2

"""What smsops knows by itself: providers, completion scripts, the sandbox's accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smsops.frozen import Frozen
from smsops.render.documents import document
from smsops.render.plain import clean, table


class Listed(Frozen):
    """One provider as `smsops providers` lists it."""

    name: str
    title: str
    summary: str


class Served(Frozen):
    """A running sandbox: where it listens, and what opens each account."""

    base_url: str
    accounts: Mapping[str, tuple[str, str, str]]
    """Account name to account SID, user name and token. The tokens are the sandbox's own; no real one is ever here."""


class Script(Frozen):
    """A completion script."""

    shell: str
    text: str


def providers_text(providers: Sequence[Listed], *, color: bool) -> str:
    return table(("NAME", "TITLE", "SUMMARY"), [(p.name, p.title, p.summary) for p in providers], color=color)


def providers_json(providers: Sequence[Listed], *, color: bool) -> str:
    return document(providers=[{"name": p.name, "title": p.title, "summary": p.summary} for p in providers])


def served_text(served: Served, *, color: bool) -> str:
    rows = [(name, *facts) for name, facts in served.accounts.items()]
    accounts = table(("ACCOUNT", "ACCOUNT_SID", "USER", "TOKEN"), rows, color=color) if rows else ""
    return (
        f"SMSOPS_API_BASE_URL={clean(served.base_url)}\n\n{accounts}\n"
        "Set this variable, and each account's secret to its token, for programs that are to talk to this server.\n"
    )


def served_json(served: Served, *, color: bool) -> str:
    return document(
        base_url=served.base_url,
        accounts=[
            {"name": name, "account_sid": sid, "username": user, "token": token}
            for name, (sid, user, token) in served.accounts.items()
        ],
    )


def script_text(script: Script, *, color: bool) -> str:
    return script.text


def script_json(script: Script, *, color: bool) -> str:
    return document(shell=script.shell, script=script.text)


def removed_text(removed: Sequence[str], *, color: bool) -> str:
    return "The sandbox is empty again.\n" if removed else "The sandbox was empty already.\n"


def removed_json(removed: Sequence[str], *, color: bool) -> str:
    return document(removed=list(removed))


PROVIDERS = {"text": providers_text, "json": providers_json}
SERVED = {"text": served_text, "json": served_json}
SCRIPT = {"text": script_text, "json": script_json}
REMOVED = {"text": removed_text, "json": removed_json}

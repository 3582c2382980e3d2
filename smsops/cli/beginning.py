"""What `init` asks on a terminal: the first account, the first channel, the pipelines. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from smsops.cli.asking import Asker, Question
from smsops.cli.form import Form, Unfit, about
from smsops.cli.new import begun
from smsops.cli.terminal import say
from smsops.diagnostics import Finding, has_errors
from smsops.frozen import Frozen, replace
from smsops.render.plain import clean_lines
from smsops.starter import PIPELINES
from smsops.starter.answered import Answers, project_text

if TYPE_CHECKING:
    from smsops.files.trial import Trial

_NONE = "none"
_CHANNEL = "The first channel: lower-case letters, digits and hyphens. Without one, a sample is written."
_CI = "Where pull requests are planned and merges are applied. smsops init --ci NAME adds it later, too."
_HOSTS = (
    "Separated by blanks. A channel whose URLs name another host is not valid. Without one, every public host may be."
)


class Wanted(Frozen):
    """What a person wants in the project."""

    answers: Answers
    channel: tuple[str, str] | None
    """The path and the text of the first channel's file; None: a sample."""
    pipelines: tuple[str, ...]


def checked(answers: Answers, root: Path) -> Trial:
    """A trial in the project that the answers make. Raises Unfit where they do not fit."""
    from smsops.files.trial import trial_of_text  # only here: the help of a command needs no YAML

    trial = trial_of_text(project_text(answers), root)
    if has_errors(trial.unread):
        raise Unfit(trial.unread)
    return trial


def asked(asker: Asker, answers: Answers, said: frozenset[str], root: Path, pipelines: tuple[str, ...]) -> Wanted:
    """Ask for what was not said. Raises Left and Unfit."""
    from smsops.files.trial import trial_of_text

    def ask(name: str, question: Question, change: Callable[[str], Answers]) -> None:
        nonlocal answers

        def check(text: str) -> Iterable[Finding]:
            return trial_of_text(project_text(change(text)), root).unread

        if name not in said and (text := asker.answer(question, check)):
            answers = change(text)

    ask(
        "account",
        Question(title="Account", about="  The name that channels use for it.", default=answers.account),
        lambda text: replace(answers, account=text),
    )
    sid = Question(title="Account SID", about=_about("account_sid"), empty="empty: put it in later")
    ask("account_sid", sid, lambda text: replace(answers, account_sid=text))
    key = Question(title="API key SID", about=_about("api_key_sid"), empty="empty: the auth token is used")
    ask("api_key_sid", key, lambda text: replace(answers, api_key_sid=text))
    what = "API key's secret" if answers.api_key_sid else "account's auth token"
    secret = Question(
        title=f"Environment variable that holds the {what}", about=_about("secret"), default=answers.variable
    )
    ask("secret_env", secret, lambda text: replace(answers, secret_env=text))
    hosts = Question(title="Hosts of webhooks, such as *.example.com", about=f"  {_HOSTS}", empty="empty: any")
    ask("webhook_hosts", hosts, lambda text: replace(answers, webhook_hosts=tuple(text.split())))
    channel = _channel(asker, checked(answers, root))
    return Wanted(answers=answers, channel=channel, pipelines=pipelines or _pipelines(asker))


def agreed(asker: Asker, wanted: Wanted, files: Mapping[str, str]) -> None:
    """Show what would be written, and ask once. Raises Left and Declined."""
    shown = ["smsops.yaml", *([wanted.channel[0]] if wanted.channel else [])]
    say("".join(f"\n{path}:\n\n{clean_lines(files[path].rstrip())}\n" for path in shown) + "\n")
    pipelines = [f"pipelines for {name}" for name in wanted.pipelines]
    asker.agree(f"Write these, and {', '.join([*(path for path in files if path not in shown), *pipelines])}?")


def _channel(asker: Asker, trial: Trial) -> tuple[str, str] | None:
    """The first channel, by the form of `new`."""

    def check(name: str) -> Iterable[Finding]:
        from smsops.files.form import channel_text

        return trial.refusals(channel_text({"name": name}).encode(errors="replace"), f"channels/{name}.yaml")

    question = Question(title="First channel's name", about=f"  {_CHANNEL}", empty="empty: a sample")
    name = asker.answer(question, check)
    if not name:
        return None
    form: Form = begun(trial, name, {}, has_schema=True)
    form.ask(asker)
    return form.path, form.text()


def _pipelines(asker: Asker) -> tuple[str, ...]:
    choices = (*PIPELINES, _NONE)
    question = Question(title="Pipelines", about=f"  {_CI}", choices=choices, default=_NONE, is_closed=True)
    chosen = asker.answer(question, lambda _: ())
    return () if chosen == _NONE else (chosen,)


def _about(name: str) -> str:
    from smsops.files.keys import key_at

    if name == "secret":
        return "  Its name only; the secret itself is in no file. It is read when a command talks to the provider."
    account = {"accounts": {"main": {"provider": "twilio"}}}
    return about(key_at(account, ("accounts", "main", name), "project"))

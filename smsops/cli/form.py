"""The form of a channel on a terminal: every answer is held against the very rules of `validate` when it is given."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from smsops.cli.asking import Asker, Question
from smsops.cli.project import InvalidFiles
from smsops.diagnostics import Finding, has_errors

if TYPE_CHECKING:
    from smsops.files.keys import Key
    from smsops.files.trial import Trial

_SCHEMA = "schemas/channel.schema.json"


class Unfit(InvalidFiles):
    """What the command line says cannot stand in the file."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(findings)
        self.message = "Nothing was written: what the command line says would not be valid."
        self.hint = f"smsops explain {self.code} says more."


@dataclass(slots=True)
class Form:
    """One channel file that comes into being."""

    trial: Trial
    path: str
    """Of the file, from the project's folder on."""
    given: Mapping[str, Any]
    """Answers that the command line has, by their key."""
    answers: dict[str, Any] = field(default_factory=dict)
    has_schema: bool = False
    """Whether the project has a copy of the schema, to which editors are pointed."""

    @property
    def needs_owner(self) -> bool:
        return self.trial.project.policy.require_owner

    @property
    def schema(self) -> str:
        return os.path.relpath(_SCHEMA, os.path.dirname(self.path)).replace(os.sep, "/") if self.has_schema else ""

    def text(self) -> str:
        """The file as it is so far."""
        from smsops.files.form import channel_text

        return channel_text(self.answers, schema=self.schema)

    def skeleton(self) -> str:
        """The file with the places that are still to be filled in."""
        from smsops.files.form import skeleton_text

        accounts = self._choices(self._key("account"))
        needs_owner = self.needs_owner
        return skeleton_text(self.answers, needs_owner=needs_owner, schema=self.schema, choices={"account": accounts})

    def open_keys(self) -> tuple[str, ...]:
        from smsops.files.form import is_optional, open_keys

        keys = open_keys(self.answers, needs_owner=self.needs_owner)
        return tuple(key for key in keys if not is_optional(self.answers, key, needs_owner=self.needs_owner))

    def begin(self, name: str) -> None:
        """The name of the channel. Raises Unfit."""
        self._take({"name": name})

    def take_given(self) -> None:
        """Everything that the command line says, and what can only be one thing. Raises Unfit."""
        self._take(self.given)
        for key in ("provider", "account"):
            if key not in self.answers and len(found := self._choices(self._key(key))) == 1:
                self._take({key: found[0]})

    def ask(self, asker: Asker) -> None:
        """Ask for everything that the command line does not say. Raises Left and Unfit."""
        from smsops.files.form import open_keys

        done: set[str] = set()
        while keys := [key for key in open_keys(self.answers, needs_owner=self.needs_owner) if key not in done]:
            done.add(keys[0])
            if keys[0] in self.given:
                self._take({keys[0]: self.given[keys[0]]})
            else:
                self._ask_key(asker, keys[0])
        self._take({key: value for key, value in self.given.items() if key not in self.answers})

    def _take(self, values: Mapping[str, Any]) -> None:
        self.answers |= values
        findings = self._refusals(self.answers)
        if has_errors(findings):
            raise Unfit(findings)

    def _ask_key(self, asker: Asker, name: str) -> None:
        from smsops.files.form import inner_keys

        key = self._key(name)
        if "array" in key.types:
            self._ask_items(asker, key)
        elif "object" in key.types:
            held: dict[str, Any] = {}
            for inner in inner_keys(self.answers, name):
                below = self._key(name, inner)
                title = f"{key.title}, {below.title.lower()}"
                held[inner] = self._asked(
                    asker, below, lambda value, at=inner: {name: {**held, at: value}}, title=title
                )
            self.answers[name] = held
        elif (value := self._asked(asker, key, lambda value: {name: value})) != "":
            self.answers[name] = value

    def _ask_items(self, asker: Asker, key: Key) -> None:
        from smsops.files.form import takes_label

        name = str(key.path[0])
        item = self._key(name, 0)
        held: list[Any] = []
        while True:
            title = f"{key.title}, {'one at a time' if not held else 'the next'}"
            value = self._asked(
                asker, item, lambda value: {name: [*held, value]}, title=title, empty="empty: no more" if held else ""
            )
            if value == "":
                self.answers[name] = held
                return
            if takes_label(self.answers, (name, 0)):
                label = self._asked(
                    asker,
                    self._key(name, 0, "label"),
                    lambda label, number=value: {name: [*held, {"number": number, "label": label}]},
                    title=f"Label of {value}",
                    empty="optional",
                )
                value = {"number": value, "label": label} if label else value
            held.append(value)

    def _asked(self, asker: Asker, key: Key, as_answers: Any, *, title: str = "", empty: str | None = None) -> Any:
        from smsops.files.form import is_optional
        from smsops.files.keys import value_of

        name = str(key.path[0])
        if empty is None:
            optional = len(key.path) == 1 and is_optional(self.answers, name, needs_owner=self.needs_owner)
            empty = "optional" if optional else ""
        choices = self._choices(key)
        question = Question(
            title=title or key.title,
            about=about(key),
            choices=choices,
            default=choices[0] if len(choices) == 1 else "",
            empty=empty,
        )

        def check(text: str) -> Iterable[Finding]:
            return self._refusals({**self.answers, **as_answers(value_of(text, key))})

        text = asker.answer(question, check)
        return value_of(text, key) if text else ""

    def _key(self, *path: str | int) -> Key:
        from smsops.files.keys import key_at

        return key_at(self.answers, path)

    def _choices(self, key: Key) -> tuple[str, ...]:
        """What can be answered, where that is a short list: the accounts of the provider are one."""
        if key.path != ("account",):
            return key.choices
        provider = self.answers.get("provider")
        return tuple(name for name, account in self.trial.project.accounts.items() if account.provider == provider)

    def _refusals(self, answers: Mapping[str, Any]) -> tuple[Finding, ...]:
        from smsops.files.form import channel_text

        return self.trial.refusals(channel_text(answers, schema=self.schema).encode(errors="replace"), self.path)


def about(key: Key) -> str:
    """What the schema says of a key, for a person who asks."""
    from smsops.files.document import written

    lines = [f"  {sentence}" for sentence in (f"{key.title}: {' '.join(key.about[:1])}", *key.about[1:])]
    lines += [f"  For example: {written(example)}" for example in key.examples if not isinstance(example, list | dict)]
    return "\n".join(lines)

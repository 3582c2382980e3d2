"""The providers that a channel can choose. Add one by a folder and a line in `PROVIDERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from smsops.frozen import Frozen

if TYPE_CHECKING:
    from smsops.explanations import ErrorNumber
    from smsops.masking import Value
    from smsops.model import Channel
    from smsops.project import Account
    from smsops.providers.base import Connection, HeadStart, Reader, Writer
    from smsops.providers.examining import Examiner, MadeUp, Occasion
    from smsops.secrets.base import Secret
    from smsops.steps import Step


class Provider(Frozen):
    """One provider. Its functions import its client library when they are called, so that listing is free."""

    name: str
    """The value of `provider:` in a file."""
    title: str
    summary: str
    """One line for `smsops providers`."""
    instructions: Callable[[Channel | None, Account | None], tuple[Step, ...]]
    """The set-up steps for a person; a channel and its account fill in the URLs and SIDs."""
    open_reader: Callable[[Connection], Reader]
    """Raises ProviderError when the connection itself is wrong."""
    open_writer: Callable[[Reader], Writer]
    """A writer over the reader's connections and limits."""
    properties: Callable[[], Mapping[str, str]]
    """The channel file's key of each setting to the provider's name of it."""
    begin: Callable[[Connection], HeadStart] | None = None
    """Begins to read an account before its channels are all known; None where a provider cannot."""
    prepare: Callable[[], None] | None = None
    """Does what takes time before the first request and depends on no account. It sends nothing and never fails."""
    open_examiner: Callable[[Connection], Examiner] | None = None
    """What `doctor` looks through; None where the provider offers nothing to look at."""
    made_up: Callable[[Occasion, Secret], MadeUp] | None = None
    """A call of a webhook as the provider would make it, signed with a secret; None where it signs nothing."""
    defaults: Callable[[], Mapping[str, Value]] = dict
    """What a setting under `messaging` is in a service that nobody configured, by its name in `ServiceSettings`."""
    error_numbers: Callable[[], Mapping[int, ErrorNumber]] = dict
    """The provider's own error numbers that `smsops explain` knows."""


def _twilio_instructions(channel: Channel | None, account: Account | None) -> tuple[Step, ...]:
    from smsops.providers.twilio.instructions import instructions

    return instructions(channel, account)


def _twilio_reader(connection: Connection) -> Reader:
    from smsops.providers.twilio.read import open_reader

    return open_reader(connection)


def _twilio_head_start(connection: Connection) -> HeadStart:
    from smsops.providers.twilio.headstart import begin

    return begin(connection)


def _twilio_prepare() -> None:
    from smsops.providers.twilio.trust import prepare

    prepare()


def _twilio_writer(reader: Reader) -> Writer:
    from smsops.providers.twilio.write import open_writer

    return open_writer(reader)


def _twilio_properties() -> Mapping[str, str]:
    from smsops.model import field_key
    from smsops.providers.twilio.wire import PARAMETERS

    return {field_key(name): parameter for name, parameter in PARAMETERS.items()}


def _twilio_examiner(connection: Connection) -> Examiner:
    from smsops.providers.twilio.examine import open_examiner

    return open_examiner(connection)


def _twilio_made_up(occasion: Occasion, secret: Secret) -> MadeUp:
    from smsops.providers.twilio.webhooks import made_up

    return made_up(occasion, secret)


def _twilio_defaults() -> Mapping[str, Value]:
    from smsops.providers.twilio.wire import DEFAULTS

    return DEFAULTS


def _twilio_error_numbers() -> Mapping[int, ErrorNumber]:
    from smsops.providers.twilio.numbers import ERROR_NUMBERS

    return ERROR_NUMBERS


PROVIDERS: Mapping[str, Provider] = {
    "twilio": Provider(
        name="twilio",
        title="Twilio Programmable Messaging",
        summary="A channel is a Twilio messaging service with its sender pool of phone numbers.",
        instructions=_twilio_instructions,
        open_reader=_twilio_reader,
        open_writer=_twilio_writer,
        properties=_twilio_properties,
        begin=_twilio_head_start,
        prepare=_twilio_prepare,
        open_examiner=_twilio_examiner,
        made_up=_twilio_made_up,
        defaults=_twilio_defaults,
        error_numbers=_twilio_error_numbers,
    ),
}

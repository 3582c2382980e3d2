"""Carries out one change at a time. Repeats are the client's; this module knows what an answer means for the change.

Done already counts as done: 21710 on an attach, 404 on a detach or a delete (twilio.md 12.12). A create is the one
request that cannot be repeated, so after a lost answer the service is looked for by its name. A move is one unit: a
number that cannot be attached to its new service goes back to where it was.

Every error says whether something was or may have been written (`ProviderError.wrote`): an exit code of 1 promises that
nothing was (contract 9). So an error after a 2xx says yes, and what an earlier attempt may have done is not forgotten.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, assert_never

from smsops.changes import (
    AttachNumber,
    Change,
    CreateService,
    DeleteService,
    DetachNumber,
    MoveNumber,
    UpdateService,
)
from smsops.errors import Failure, ProviderError
from smsops.providers.base import Connection, Receipt
from smsops.providers.twilio import wire
from smsops.providers.twilio.client import Door, understood
from smsops.providers.twilio.failures import ALREADY_IN_POOL
from smsops.providers.twilio.read import Account, TwilioReader, unless_missing
from smsops.providers.twilio.routes import WRITES
from smsops.providers.twilio.transport import Transport


class TwilioWriter:
    """Implements `Writer`. Threads may share it; changes to one service come one after the other."""

    def __init__(self, connection: Connection, transport: Transport) -> None:
        self._door = Door(transport, WRITES)
        self._account = Account(connection, self._door)
        self._transport = transport
        self._looks = transport.policy.looks
        self._created: set[str] = set()
        self._by_name: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    @property
    def api_calls(self) -> int:
        return self._door.sent

    def execute(self, change: Change, *, service_sid: str | None) -> Receipt:
        """See `Writer.execute`."""
        match change:
            case CreateService():
                return self._create(change)
            case UpdateService():
                return self._update(change)
            case AttachNumber():
                return self._attach(_known(service_sid or change.service_sid), change.number_sid)
            case MoveNumber():
                return self._move(change, _known(service_sid or change.service_sid))
            case DetachNumber():
                return self._detach(change.service_sid, change.number_sid)
            case DeleteService():
                service = self._service(change.service_sid)
                return self._removed(change.service_sid, service.delete_with_http_info)
            case _ as never:
                assert_never(never)

    def _service(self, sid: str) -> Any:
        return self._account.client.messaging.v1.services(sid)

    def _create(self, change: CreateService) -> Receipt:
        fields = wire.parameters(change.fields)
        name = str(fields["friendly_name"])
        # One at a time for each name: otherwise a look for a lost one could find its twin's service.
        with self._by_name[name]:
            try:
                create = self._account.client.messaging.v1.services.create_with_http_info
                answer = understood(lambda: create(**fields), wrote=True)
                sid = wire.service_sid(answer.data)
                note = f" The service {sid} was made there; delete it in Twilio's console."
                self._account.check(answer.data, note, wrote=True)
            except ProviderError as error:
                # Garbled without a status: a 2xx whose values make no sense.
                if error.failure is not Failure.LOST and (error.failure is not Failure.GARBLED or error.status):
                    raise
                return self._find_lost(name, error)
            self._created.add(sid)
            return _receipt(sid, answer)

    def _find_lost(self, name: str, error: ProviderError) -> Receipt:
        """Look for the service of a create whose answer was lost; it is ours when it is the only new one of its name.

        A plan refuses to create beside a namesake, so what bears the name now was made by this run.
        """
        found: list[str] = []
        try:
            for look in range(1, self._looks + 1):
                listed = self._account.services()
                found = sorted(s for s, it in listed.items() if it.friendly_name == name and s not in self._created)
                if found or look == self._looks or not self._wait(look):
                    break
        except ProviderError as refused:
            if refused.failure is Failure.WRONG_ACCOUNT:
                raise _with(refused, "A service may have been made there.", wrote=True) from None
            raise _lost(error, f"The look for it failed too: {refused.message}") from None
        if len(found) == 1:
            self._created.add(found[0])
            return Receipt(service_sid=found[0], request_id=error.request_id)
        if found:
            raise _lost(error, f"These services bear its name: {', '.join(found)}.")
        raise _lost(error, "It was not found.")

    def _update(self, change: UpdateService) -> Receipt:
        fields = wire.parameters(change.fields)
        update = self._service(change.service_sid).update_with_http_info
        answer = self._patiently(change.service_sid, lambda: understood(lambda: update(**fields), wrote=True))
        return self._checked(change.service_sid, answer)

    def _attach(self, service_sid: str, number_sid: str) -> Receipt:
        pool = self._service(service_sid).phone_numbers
        attach = partial(pool.create_with_http_info, phone_number_sid=number_sid)
        try:
            answer = self._patiently(service_sid, lambda: understood(attach, wrote=True))
        except ProviderError as error:
            if error.provider_code == ALREADY_IN_POOL:
                return Receipt(service_sid=service_sid, request_id=None)
            raise
        return self._checked(service_sid, answer)

    def _detach(self, service_sid: str, number_sid: str) -> Receipt:
        return self._removed(service_sid, self._service(service_sid).phone_numbers(number_sid).delete_with_http_info)

    def _removed(self, service_sid: str, remove: Callable[[], Any]) -> Receipt:
        answer = unless_missing(lambda: understood(remove, wrote=True))
        return Receipt(service_sid=service_sid, request_id=None) if answer is None else _receipt(service_sid, answer)

    def _move(self, change: MoveNumber, service_sid: str) -> Receipt:
        self._leave(change)
        left = time.monotonic()
        try:
            receipt = self._attach(service_sid, change.number_sid)
        except ProviderError as error:
            if not (error.wrote and self._holds(service_sid, change.number)):
                raise self._put_back(change, error) from None
            receipt = Receipt(service_sid=service_sid, request_id=error.request_id)
        return replace(receipt, off_air_s=time.monotonic() - left)

    def _leave(self, change: MoveNumber) -> None:
        try:
            self._detach(change.from_service_sid, change.number_sid)
        except ProviderError as error:
            if error.wrote:
                raise self._put_back(change, error) from None
            raise _with(error, f"{change.number} is still in the pool of {change.from_service_sid}.") from None

    def _holds(self, service_sid: str, number: str) -> bool:
        """Whether the pool has the number now. When nobody can tell, it counts as not there: putting back is harmless,
        since a number that did arrive is refused with 21712."""
        try:
            return number in (self._account.pool(service_sid) or {})
        except ProviderError:
            return False

    def _put_back(self, change: MoveNumber, error: ProviderError) -> ProviderError:
        """Attach the number where it was; returns the original error with a sentence on where the number is."""
        try:
            self._attach(change.from_service_sid, change.number_sid)
        except ProviderError as refused:
            why = refused.message.rstrip(".")
            if refused.failure is Failure.ELSEWHERE:
                where = "could not be put back: it is in the pool of another service now"
            elif refused.wrote or error.wrote:
                where = f"could not be put back ({why}). It is probably in no pool; the next apply attaches it"
            else:
                where = f"could not be put back ({why}). It is in no pool; the next apply attaches it"
            return _with(error, f"{change.number} {where}.", wrote=True)
        return _with(error, f"{change.number} was put back into the pool of {change.from_service_sid}.", wrote=True)

    def _patiently(self, service_sid: str, call: Callable[[], Any]) -> Any:
        """`call`, again for a while after a 404 on a service that this run created: it may lag (twilio.md 11)."""
        wrote = False
        for look in itertools.count(1):
            try:
                return call()
            except ProviderError as error:
                error.wrote = wrote = wrote or error.wrote
                late = error.failure is Failure.NOT_FOUND and service_sid in self._created
                if not late or look >= self._looks or not self._wait(look):
                    raise

    def _wait(self, look: int) -> bool:
        """Wait after a look that found nothing; False when there is to be no further one."""
        return self._transport.wait(self._transport.policy.pause(look))

    def _checked(self, service_sid: str, answer: Any) -> Receipt:
        if answer.data.account_sid is not None:
            self._account.check(answer.data, wrote=True)
        return _receipt(service_sid, answer)


def open_writer(reader: object) -> TwilioWriter:
    """A writer that shares the reader's connections and its concurrency limit."""
    if not isinstance(reader, TwilioReader):
        raise TypeError(f"a Twilio writer needs a Twilio reader, not {type(reader).__name__}")
    return TwilioWriter(reader.connection, reader.transport)


def _receipt(service_sid: str, answer: Any) -> Receipt:
    return Receipt(service_sid=service_sid, request_id=answer.headers.get("Twilio-Request-Id"))


def _known(service_sid: str | None) -> str:
    if service_sid is None:
        raise ValueError("a pool change needs the service that its channel is bound to")
    return service_sid


def _lost(error: ProviderError, sentence: str) -> ProviderError:
    return ProviderError(
        f"{error.message} The service may or may not have been created. {sentence}",
        failure=Failure.LOST,
        status=error.status,
        provider_code=error.provider_code,
        request_id=error.request_id,
        hint="Run apply again: it looks for the service first and never makes a second one by accident.",
    )


def _with(error: ProviderError, sentence: str, *, wrote: bool = False) -> ProviderError:
    return ProviderError(
        f"{error.message} {sentence}",
        failure=error.failure,
        status=error.status,
        provider_code=error.provider_code,
        request_id=error.request_id,
        hint=error.hint,
        wrote=wrote or error.wrote,
    )

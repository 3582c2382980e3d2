"""Reads an account: everything that a plan rests on, side by side, and no more.

    1  at once: the list of services, and the pool of each service that a channel names
    2  pools of services that bear the name of a channel without a service, or whose service is gone: namesakes
    3  only if a wanted number is in no pool that was read: the account's numbers, and the pools of all other services,
       because no number tells whose it is and Twilio's 21712 does not either (twilio.md 4.3)

So a plan without changes costs one list of services per 1,000 and one pool a channel (contract 8). Whatever comes
back is compared with the configured account: on the Messaging API the credentials choose the account (twilio.md 5).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from smsops.errors import Failure, ProviderError
from smsops.model import AccountEvent, LiveService, LiveState, OwnedNumber, ServiceSettings, Wanted
from smsops.providers.base import Connection
from smsops.providers.twilio import wire
from smsops.providers.twilio.attempts import Early
from smsops.providers.twilio.client import Door, pages, sdk_client, understood
from smsops.providers.twilio.events import EventLog
from smsops.providers.twilio.failures import garbled
from smsops.providers.twilio.headstart import PAGE, SERVICES, TwilioHeadStart, pool_path
from smsops.providers.twilio.retry import RetryPolicy, Verdict
from smsops.providers.twilio.routes import PAGE_SIZE, READS
from smsops.providers.twilio.transport import Transport

Pool = Mapping[str, str]
"""E.164 to number SID."""
T = TypeVar("T")
Pending = Future[Pool | None | Future[Pool | None]]


class TwilioReader:
    """Implements `Reader`. Threads may share it."""

    def __init__(self, connection: Connection, transport: Transport) -> None:
        self.connection = connection
        self.transport = transport
        self._door = Door(transport, READS)
        self._account = Account(connection, self._door)
        self._events = EventLog(self._account.client, self._account.check)

    @property
    def api_calls(self) -> int:
        return self._door.sent

    def read(self, wanted: Sequence[Wanted]) -> LiveState:
        """See `Reader.read`."""
        before = self.api_calls
        workers = ThreadPoolExecutor(max_workers=max(1, self.connection.concurrency))
        # One, because it looks at what has come: many would wake each other, which takes a quarter more time.
        # What has to be sent is sent by the workers, but for second pages.
        looker = ThreadPoolExecutor(max_workers=1)
        ahead = self.connection.head_start
        self._door.begun = ahead.taken() if isinstance(ahead, TwilioHeadStart) else {}
        try:
            services, pools, numbers = self._gather(wanted, workers.submit, looker.submit)
        finally:
            # After a failure what waits is dropped, and what is under way ends within its time-out.
            if ahead is not None:
                ahead.close()
            for each in (looker, workers):
                each.shutdown(cancel_futures=True)
            self._door.begun = {}
        return LiveState(
            account_sid=self.connection.account_sid,
            services={
                sid: LiveService(sid=sid, settings=settings, pool=pools.get(sid)) for sid, settings in services.items()
            },
            numbers=numbers,
            api_calls=self.api_calls - before,
        )

    def _gather(
        self, wanted: Sequence[Wanted], submit: Callable[..., Future[Any]], look: Callable[..., Future[Any]]
    ) -> tuple[Mapping[str, ServiceSettings], Mapping[str, Pool], Mapping[str, OwnedNumber] | None]:
        begun = dict(self._door.begun)

        def first(path: str, call: Callable[[], T]) -> Future[T | Future[T]]:
            """Of a request that may have been sent already."""
            early = begun.get((path, PAGE))
            return submit(call) if early is None else look(_looked, early, call, submit)

        listing = first(SERVICES, self._account.services)
        named = sorted({want.service_sid for want in wanted if want.service_sid})
        # In the order in which the answers come: what was not asked for goes at once.
        places = {path: place for place, (path, _) in enumerate(begun)}
        pending: dict[str, Pending] = {
            sid: first(pool_path(sid), partial(self._account.pool, sid))
            for sid in sorted(named, key=lambda sid: places.get(pool_path(sid), -1))
        }
        services = _value(listing)
        for sid in named:
            self._settle(sid, services, pending)

        unbound = {want.friendly_name for want in wanted if want.service_sid not in services} - {""}
        namesakes = [sid for sid, found in services.items() if found.friendly_name in unbound and sid not in pending]
        pending.update({sid: submit(self._account.pool, sid) for sid in namesakes})
        pools = _arrived(pending)
        if not _unaccounted(wanted, pools):
            return (services, pools, None)

        inventory = submit(self._account.numbers)
        others = {sid: submit(self._account.pool, sid) for sid in services if sid not in pools}
        numbers: Mapping[str, OwnedNumber] = inventory.result()
        return (services, {**pools, **_arrived(others)}, numbers)

    def _settle(self, sid: str, services: dict[str, ServiceSettings], pending: dict[str, Pending]) -> None:
        """Ask for a service again where the list and its pool disagree: lists may lag behind writes (twilio.md 11)."""
        if (sid in services) == (_value(pending[sid]) is not None):
            return
        services.pop(sid, None)
        found = self._one(sid, settings=True, pool=True)
        if found is not None and found.pool is not None:
            services[sid] = found.settings
            pending[sid] = Future()
            pending[sid].set_result(found.pool)

    def read_back(
        self, service_sid: str, *, settings: bool, pool: bool, settled: Callable[[LiveService | None], bool]
    ) -> LiveService | None:
        """See `Reader.read_back`. Settings that were not asked for are `wire.NOT_READ`."""
        policy = self.transport.policy
        seen = self._one(service_sid, settings=settings, pool=pool)
        for look in range(1, policy.looks):
            if settled(seen) or not self.transport.wait(policy.pause(look)):
                break
            seen = self._one(service_sid, settings=settings, pool=pool)
        return seen

    def other_senders(self, service_sid: str) -> tuple[str, ...]:
        """See `Reader.other_senders`. One list each of the four kinds; an alpha sender of several countries is one."""
        return tuple(sorted(self._account.other_senders(service_sid)))

    def events(self, resource_sids: Sequence[str], *, since: str) -> tuple[AccountEvent, ...]:
        """See `Reader.events`. One list a SID."""
        return self._events.read(resource_sids, since=since, concurrency=self.connection.concurrency)

    def _one(self, sid: str, *, settings: bool, pool: bool) -> LiveService | None:
        found = self._account.service(sid) if settings else wire.NOT_READ
        members = self._account.pool(sid) if pool and found is not None else None
        if found is None or (pool and members is None):
            return None
        return LiveService(sid=sid, settings=found, pool=members)


class Account:
    """One account through the SDK: each method is one list or one object, with the account checked."""

    def __init__(self, connection: Connection, door: Door) -> None:
        self._sid = connection.account_sid
        self.client = sdk_client(connection, door)
        self._first_use = threading.Lock()

    def core(self) -> Any:
        """The account in the core API. Most plans never need it, and the SDK takes a while to import it."""
        with self._first_use:
            return self.client.api.v2010.accounts(self._sid)

    def services(self) -> dict[str, ServiceSettings]:
        """All services of the account by SID."""
        found = self.client.messaging.v1.services
        listed = {}
        for service in pages(lambda: found.page(page_size=PAGE_SIZE)):
            self.check(service)
            listed[wire.service_sid(service)] = wire.settings_of(service)
        return listed

    def service(self, sid: str) -> ServiceSettings | None:
        """One service's settings; None when it does not exist."""
        service = unless_missing(lambda: understood(self.client.messaging.v1.services(sid).fetch))
        if service is None:
            return None
        self.check(service)
        if service.sid != sid:
            raise garbled("another service came than the one that was asked for")
        return wire.settings_of(service)

    def pool(self, sid: str) -> dict[str, str] | None:
        """One service's pool, E.164 to number SID; None when the service does not exist."""
        listed = self.client.messaging.v1.services(sid).phone_numbers
        return unless_missing(lambda: self._members(pages(lambda: listed.page(page_size=PAGE_SIZE))))

    def other_senders(self, sid: str) -> set[str]:
        """Texts of one service's senders that are no phone numbers (twilio.md 1.3); empty when it does not exist."""
        service = self.client.messaging.v1.services(sid)
        kinds = (
            (service.short_codes, "short_code"),
            (service.alpha_senders, "alpha_sender"),
            (service.destination_alpha_senders, "alpha_sender"),
            (service.channel_senders, "sender"),
        )
        return {text for listed, name in kinds for text in unless_missing(partial(self._texts, listed, name)) or ()}

    def numbers(self) -> dict[str, OwnedNumber]:
        """The account's numbers by E.164."""
        listed = self.core().incoming_phone_numbers
        owned = {}
        for item in pages(lambda: listed.page(page_size=PAGE_SIZE)):
            self.check(item)
            owned[wire.member(item)[0]] = wire.owned(item)
        return owned

    def check(self, item: Any, note: str = "", *, wrote: bool = False) -> None:
        """Raises ProviderError WRONG_ACCOUNT when the item is not of the configured account.

        `wrote`: the item is the answer to a write.
        """
        if item.account_sid is None:
            raise garbled("something comes without the account that it belongs to", wrote=wrote)
        if item.account_sid != self._sid:
            raise wrong_account(note, wrote=wrote)

    def _texts(self, listed: Any, name: str) -> set[str]:
        texts = set()
        for item in pages(lambda: listed.page(page_size=PAGE_SIZE)):
            if item.account_sid is not None:
                self.check(item)
            texts.add(wire.sender(item, name))
        return texts

    def _members(self, items: Iterable[Any]) -> dict[str, str]:
        members = {}
        for item in items:
            # Nullable in Twilio's schema for this resource alone; its service has been, or is, checked.
            if item.account_sid is not None:
                self.check(item)
            number, sid = wire.member(item)
            members[number] = sid
        return members


def open_reader(connection: Connection, *, policy: RetryPolicy | None = None) -> TwilioReader:
    """A reader of one account; raises ProviderError when the connection cannot be right. Nothing is sent yet.

    Without a policy of its own it is as patient as `RetryPolicy` says, and waits as the connection says.
    """
    if connection.username.startswith("AC") and connection.username != connection.account_sid:
        raise wrong_account()
    begun = connection.head_start.transport() if isinstance(connection.head_start, TwilioHeadStart) else None
    return TwilioReader(connection, begun or Transport(connection, policy or RetryPolicy()))


def wrong_account(note: str = "", *, wrote: bool = False) -> ProviderError:
    return ProviderError(
        "The credentials belong to another Twilio account than the account_sid in smsops.yaml." + note,
        failure=Failure.WRONG_ACCOUNT,
        hint="A subaccount needs its own auth token or API key: with its parent's, the Messaging API shows the parent.",
        wrote=wrote,
    )


def unless_missing(call: Callable[[], T]) -> T | None:
    """What `call` returns; None where Twilio says that the thing does not exist (404, 20404)."""
    try:
        return call()
    except ProviderError as error:
        if error.failure is not Failure.NOT_FOUND:
            raise
    return None


def _looked(early: Early, call: Callable[[], T], submit: Callable[..., Future[T]]) -> T | Future[T]:
    """What `call` makes of an answer that has come; where none has, `call` is handed on to be sent."""
    ended = early.result()
    return call() if ended and ended.verdict is Verdict.DONE else submit(call)


def _value(pending: Future[T | Future[T]]) -> T:
    found = pending.result()
    return found.result() if isinstance(found, Future) else found


def _arrived(pending: Mapping[str, Pending]) -> dict[str, Pool]:
    arrived = {sid: _value(future) for sid, future in pending.items()}
    return {sid: pool for sid, pool in arrived.items() if pool is not None}


def _unaccounted(wanted: Sequence[Wanted], pools: Mapping[str, Pool]) -> bool:
    """Whether some wanted number is in no pool that was read, so that its owner and its SID are unknown."""
    held = {number for pool in pools.values() for number in pool}
    return any(not want.numbers <= held for want in wanted)

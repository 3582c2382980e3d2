"""Reads what `doctor` looks at: the account, the routing of its numbers, campaigns and verifications (twilio.md 5, 7).

A door of its own, whose table holds reads alone. The body of an account holds its live auth token, which is neither
kept nor shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from smsops.errors import Failure, ProviderError
from smsops.numbers import is_toll_free
from smsops.providers.base import Connection
from smsops.providers.examining import AccountFacts, Needs, NumberFacts, Registration, ServiceFacts, Standing, Terms
from smsops.providers.twilio import wire
from smsops.providers.twilio.client import Door, pages, understood
from smsops.providers.twilio.read import Account, open_reader, unless_missing
from smsops.providers.twilio.routes import EXAMINES, PAGE_SIZE
from smsops.providers.twilio.transport import Transport

_CAMPAIGNS = {
    "VERIFIED": Standing.APPROVED,
    "PENDING": Standing.PENDING,
    "IN_PROGRESS": Standing.PENDING,
    "FAILED": Standing.REFUSED,
    "SUSPENDED": Standing.REFUSED,
}
_VERIFICATIONS = {
    "TWILIO_APPROVED": Standing.APPROVED,
    "PENDING_REVIEW": Standing.PENDING,
    "IN_REVIEW": Standing.PENDING,
    "TWILIO_REJECTED": Standing.REFUSED,
}
_BEST_FIRST = (Standing.APPROVED, Standing.PENDING, Standing.UNKNOWN, Standing.REFUSED)
_LACKS_PERMISSION = 70051
_TOKEN = "the auth token, which may do everything in the account, writes included"
_MAIN = "an API key that may read the account itself: a main key, or a restricted one that was given this"
_RESTRICTED = "a restricted API key; whether it may write Messaging services cannot be told without writing"
_STANDARD = (
    "an API key that may not read the account itself, the sign of a standard key, which may write Messaging services"
)


class TwilioExaminer:
    """Implements `Examiner`."""

    terms = Terms(
        pool=400,
        without_campaign="carriers block its messages (errors 30034, 30035)",
        without_verification="carriers block its messages (error 30032)",
    )

    def __init__(self, connection: Connection, transport: Transport) -> None:
        self._connection = connection
        self._account = Account(connection, Door(transport, EXAMINES))
        client = self._account.client
        # The SDK makes this when it is first used, which threads must not do side by side.
        self._services = client.messaging.v1.services

    def reach(self) -> bool:
        """See `Examiner.reach` (twilio.md 5: the one check that works for every kind of key)."""
        found = understood(lambda: list(self._services.page(page_size=1)))
        for service in found:
            self._account.check(service)
        return bool(found)

    def account(self) -> AccountFacts:
        """See `Examiner.account`."""
        by_token = self._connection.username == self._connection.account_sid
        try:
            found = understood(self._account.core().fetch)
        except ProviderError as error:
            if error.failure is not Failure.AUTH or by_token:
                raise
            return AccountFacts(key=_RESTRICTED if error.provider_code == _LACKS_PERMISSION else _STANDARD)
        status = wire.text(found, "status")
        return AccountFacts(
            key=_TOKEN if by_token else _MAIN,
            status=status,
            active=status == "active",
            trial=wire.text(found, "type") == "Trial",
        )

    def numbers(self) -> Mapping[str, NumberFacts]:
        """See `Examiner.numbers`."""
        listed = self._account.core().incoming_phone_numbers
        found = {}
        for item in pages(lambda: listed.page(page_size=PAGE_SIZE)):
            self._account.check(item)
            found[wire.member(item)[0]] = NumberFacts(sms=wire.owned(item).sms, own_route=_own_route(item))
        return found

    def services(self, sids: Sequence[str]) -> Mapping[str, ServiceFacts | None]:
        """See `Examiner.services`. Two lists each, and the campaigns of those that need one."""
        workers = ThreadPoolExecutor(max_workers=max(1, self._connection.concurrency))
        try:
            return dict(zip(sids, workers.map(self._service, sids), strict=True))
        finally:
            workers.shutdown(cancel_futures=True)

    def verifications(self) -> Mapping[str, Registration]:
        """See `Examiner.verifications`."""
        listed = self._account.client.messaging.v1.tollfree_verifications
        found: dict[str, Registration] = {}
        for item in pages(lambda: listed.page(page_size=PAGE_SIZE)):
            if item.account_sid is not None:
                self._account.check(item)
            number = wire.text(item, "tollfree_phone_number")
            one = _registration(item, "status", _VERIFICATIONS, wire.text(item, "rejection_reason"))
            found[number] = min(found.get(number, one), one, key=lambda each: _BEST_FIRST.index(each.standing))
        return found

    def _service(self, sid: str) -> ServiceFacts | None:
        settings = self._account.service(sid)
        listed = self._services(sid).phone_numbers
        pool = unless_missing(lambda: _pool(pages(lambda: listed.page(page_size=PAGE_SIZE))))
        if settings is None or pool is None:
            return None
        campaigns: tuple[Registration, ...] = ()
        unread = ""
        if Needs.CAMPAIGN in pool.values():
            try:
                campaigns = self._campaigns(sid)
            except ProviderError as error:
                unread = error.message
        return ServiceFacts(settings=settings, pool=pool, campaigns=campaigns, unread=unread)

    def _campaigns(self, sid: str) -> tuple[Registration, ...]:
        listed = self._services(sid).us_app_to_person
        found = []
        for item in pages(lambda: listed.page(page_size=PAGE_SIZE)):
            if item.account_sid is not None:
                self._account.check(item)
            errors = item.errors if isinstance(item.errors, list) else []
            told = (str(one.get("description") or "") for one in errors if isinstance(one, dict))
            found.append(_registration(item, "campaign_status", _CAMPAIGNS, "; ".join(filter(None, told))))
        return tuple(sorted(found, key=lambda each: _BEST_FIRST.index(each.standing)))


def open_examiner(connection: Connection) -> TwilioExaminer:
    """An examiner of one account; raises ProviderError when the connection cannot be right. Nothing is sent yet."""
    return TwilioExaminer(connection, open_reader(connection).transport)


def _pool(items: Iterable[Any]) -> dict[str, Needs]:
    return {wire.member(item)[0]: _needs(wire.member(item)[0], item.country_code) for item in items}


def _needs(number: str, country: object) -> Needs:
    """Of North American numbers only those of the US need a campaign; where no country is said, it is the US."""
    if is_toll_free(number):
        return Needs.VERIFICATION
    return Needs.CAMPAIGN if number.startswith("+1") and country in ("US", "", None) else Needs.NOTHING


def _own_route(item: Any) -> str:
    """An application wins over the number's URL (twilio.md 1.5)."""
    if wire.text(item, "sms_application_sid"):
        return "a TwiML application"
    return "a webhook of its own" if wire.text(item, "sms_url") else ""


def _registration(item: Any, name: str, known: Mapping[str, Standing], reason: str) -> Registration:
    said = wire.text(item, name)
    return Registration(standing=known.get(said, Standing.UNKNOWN), said=said, reason=reason)

"""The front desk: takes a decoded request through host check, credentials, limits and faults to its room and back.

The order is fixed, so that every fault means the same on every call: strangers are turned away; the request counts as
in flight; a crowded account gets 429; latency passes; a fault before the effect ends it here; the room does the work;
a fault after the effect loses or spoils the answer.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from smsops.frozen import Frozen, replace
from smsops.sandbox import accounts, core, events, messaging
from smsops.sandbox.accounts import Identity
from smsops.sandbox.call import Call
from smsops.sandbox.faults import CODE_OF_STATUS, Fault, FaultKind, Faults, Strike
from smsops.sandbox.store import Store, StoreError
from smsops.sandbox.switches import Switches
from smsops.sandbox.traffic import Asked, Requests
from smsops.sandbox.wire import Answer, Refusal, Request, not_simulated

_LOG = logging.getLogger(__name__)

_LOOPBACK = re.compile(r"(localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?\Z", re.IGNORECASE)
_HTML = b"<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>"
_GARBAGE = b'\xff\xfe{"sid": \x00\x80\x81 not json'
_HALF_A_BODY = b'{"sid":"MG", "cut short'


class Delivery(Frozen):
    """What goes onto the socket; `cut` says how the connection ends early (None: it does not)."""

    status: int
    payload: bytes = b""
    headers: Mapping[str, str] = {}
    cut: FaultKind | None = None


class Front:
    """Answers requests from many threads at once."""

    def __init__(
        self,
        *,
        store: Store,
        faults: Faults,
        requests: Requests,
        switches: Callable[[], Switches],
        base_url: Callable[[], str],
        control: Callable[[Request], Answer],
    ) -> None:
        self._store = store
        self._faults = faults
        self._requests = requests
        self._switches = switches
        self._base_url = base_url
        self._control = control

    def handle(self, request: Request) -> Delivery:
        """The delivery for one request; never raises."""
        started = time.perf_counter()
        request_id = "RQ" + os.urandom(16).hex()
        if not _LOOPBACK.match(request.host):
            refusal = Refusal(403, 20403, "Forbidden", detail="The sandbox answers to loopback host names only.")
            return _deliver(refusal.answer(), {})
        if request.path.startswith("/_sandbox/"):
            return _deliver(self._controlled(request), {})
        identity = self._identify(request)
        account = identity.account_sid if isinstance(identity, Identity) else ""
        count = self._requests.enter(account)
        try:
            delivery, answer, strike = self._work(request, identity, count)
        finally:
            self._requests.leave(account)
        self._requests.append(
            Asked(
                method=request.method,
                path=request.path,
                query=request.query,
                form=request.form,
                account_sid=account,
                status=delivery.status if answer is None else answer.status,
                code=None if answer is None or answer.body is None else _code(answer.body),
                fault="" if strike is None else strike.fault.title,
                request_id=request_id,
            )
        )
        common = _common(request, request_id, count, time.perf_counter() - started)
        return replace(delivery, headers={**common, **delivery.headers})

    def _identify(self, request: Request) -> Identity | Refusal:
        try:
            with self._store.read() as rows:
                return accounts.identify(rows, request.authorization)
        except Refusal as refusal:
            return refusal
        except StoreError as error:
            return _broken(error)

    def _controlled(self, request: Request) -> Answer:
        identity = self._identify(request)
        if isinstance(identity, Refusal):
            return identity.answer()
        try:
            return self._control(request)
        except Refusal as refusal:
            return refusal.answer()
        except StoreError as error:
            return _broken(error).answer()

    def _work(
        self, request: Request, identity: Identity | Refusal, count: int
    ) -> tuple[Delivery, Answer | None, Strike | None]:
        """The delivery, the true answer (None: the room was not asked), and the fault that struck."""
        switches = self._switches()
        if switches.concurrency_limit and count > switches.concurrency_limit:
            answer = Refusal(429, 20429, "Too Many Requests").answer()
            return _deliver(answer, {}), answer, None
        written = _written_service(request) if switches.refuse_simultaneous_writes else None
        if written is not None and not self._requests.begin_write(written):
            answer = Refusal(409, 20162, "A conflicting resource update is in progress").answer()
            return _deliver(answer, {}), answer, None
        try:
            if switches.latency:
                time.sleep(switches.latency)
            if isinstance(identity, Identity) and core.violation(request):
                self._record_violation(request, identity)
            strike = self._faults.strike(request.method, request.path)
            return self._strike(request, identity, switches, strike)
        except StoreError as error:
            answer = _broken(error).answer()
            return _deliver(answer, {}), answer, None
        finally:
            if written is not None:
                self._requests.end_write(written)

    def _strike(
        self, request: Request, identity: Identity | Refusal, switches: Switches, strike: Strike | None
    ) -> tuple[Delivery, Answer | None, Strike | None]:
        fault = None if strike is None else strike.fault
        if strike is not None and not strike.fault.after:
            if strike.fault.kind is not FaultKind.DELAY:
                return _spoilt(strike.fault, None), None, strike
            strike.wait()
        answer = self._effect(request, identity, switches)
        if strike is not None and fault is not None and fault.after:
            if fault.kind is not FaultKind.DELAY:
                return _spoilt(fault, answer), answer, strike
            strike.wait()
        return _deliver(answer, {}), answer, strike

    def _effect(self, request: Request, identity: Identity | Refusal, switches: Switches) -> Answer:
        if isinstance(identity, Refusal):
            return identity.answer()
        writes = request.method != "GET" or switches.lag > 0
        try:
            accounts.admit(identity, switches, request.method, request.path)
            with self._store.write() if writes else self._store.read() as rows:
                call = Call(
                    request=request,
                    identity=identity,
                    store=self._store,
                    rows=rows,
                    switches=switches,
                    base_url=self._base_url(),
                )
                return _room(call)
        except Refusal as refusal:
            return refusal.answer()
        except StoreError as error:
            return _broken(error).answer()
        except Exception:  # a defect of the sandbox itself: the client sees what it would see of Twilio's
            _LOG.exception("the sandbox failed to answer %s %s", request.method, request.path)
            return Refusal(500, 20500, "Internal Server Error").answer()

    def _record_violation(self, request: Request, identity: Identity) -> None:
        """Keep a release or a purchase for ever, whatever comes of it."""
        sid = request.segments[-1].removesuffix(".json")
        with self._store.write() as rows:
            row = rows.execute("SELECT value FROM owned WHERE sid = ?", (sid,)).fetchone()
            number = row["value"] if row else request.form.get("PhoneNumber", "")
            rows.execute(
                "INSERT INTO violations (method, path, account_sid, number) VALUES (?, ?, ?, ?)",
                (request.method, request.path, identity.account_sid, number),
            )


def _broken(error: StoreError) -> Refusal:
    """A busy database is worth another try. A damaged one is not, and is no fault of Twilio's: a status that clients
    neither repeat nor explain by Twilio's troubles.
    """
    if error.busy:
        return Refusal(503, 20503, "Service is unavailable, please try again")
    return Refusal(400, 20001, f"{error.message} {error.hint}")


def _common(request: Request, request_id: str, count: int, seconds: float) -> dict[str, str]:
    """Headers of every answer (twilio.md 6, 13 item 3)."""
    return {
        "Twilio-Request-Id": request_id,
        "Twilio-Concurrent-Requests": str(count),
        "Twilio-Request-Duration": f"{seconds:.3f}",
        "X-Home-Region": "us1",
        "X-Api-Domain": f"{_product(request.path)}.twilio.com",
        "X-Powered-By": "AT-5000",
        "X-Shenanigans": "none",
    }


def _room(call: Call) -> Answer:
    rooms = {"messaging": messaging.answer, "monitor": events.answer, "api": core.answer}
    path = call.request.path
    if not path.startswith(("/v1/", "/2010-04-01/")):
        raise not_simulated(path)
    return rooms[_product(path)](call)


def _product(path: str) -> str:
    """Which of Twilio's hosts has the path; in the sandbox all have one port."""
    if path.startswith("/2010"):
        return "api"
    return "monitor" if path == "/v1/Events" or path.startswith("/v1/Events/") else "messaging"


def _written_service(request: Request) -> str | None:
    """The messaging service that a request writes to."""
    if request.method == "GET":
        return None
    match request.segments:
        case ["v1", "Services", sid, *_]:
            return sid
        case _:
            return None


def _code(body: Mapping[str, Any]) -> int | None:
    code = body.get("code")
    return code if isinstance(code, int) else None


def _deliver(answer: Answer, headers: Mapping[str, str]) -> Delivery:
    kind = {"Content-Type": "application/json"} if answer.body is not None else {}
    return Delivery(status=answer.status, payload=answer.payload, headers={**kind, **answer.headers, **headers})


def _spoilt(fault: Fault, answer: Answer | None) -> Delivery:
    """What the client gets instead of the answer (None: there was no effect to answer for)."""
    true_status = 200 if answer is None else answer.status
    match fault.kind:
        case FaultKind.HTML:
            return Delivery(status=fault.status or 502, payload=_HTML, headers={"Content-Type": "text/html"})
        case FaultKind.GARBAGE:
            status = fault.status or (200 if true_status == 204 else true_status)
            return Delivery(status=status, payload=_GARBAGE, headers={"Content-Type": "application/json"})
        case FaultKind.TRUNCATED:
            whole = b"" if answer is None else answer.payload
            return Delivery(
                status=fault.status or (200 if true_status == 204 else true_status),
                payload=whole or _HALF_A_BODY * 2,
                headers={"Content-Type": "application/json"},
                cut=FaultKind.TRUNCATED,
            )
        case FaultKind.RESET:
            return Delivery(status=true_status, cut=FaultKind.RESET)
        case _:
            status = fault.status or 500
            code = fault.code or CODE_OF_STATUS.get(status, status)
            message = "Too Many Requests" if status == 429 else "Service is unavailable, please try again"
            wait = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
            return _deliver(Refusal(status, code, message).answer(), wait)

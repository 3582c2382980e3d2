"""The control door under `/_sandbox/`: other programs' tests look at requests, set faults and turn switches over HTTP.

It takes the credentials of any account of the sandbox. A web page that reaches loopback through a browser has none, and
needs none of its own header either, so there is no second secret to hand out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from smsops.frozen import asdict
from smsops.sandbox.faults import Faults, fault_from_json
from smsops.sandbox.switches import Switches, changed
from smsops.sandbox.traffic import Requests
from smsops.sandbox.wire import Answer, Refusal, Request, method_not_allowed, not_found


class Control:
    """Answers `requests`, `violations`, `faults` and `switches`. Raises Refusal."""

    def __init__(
        self,
        *,
        faults: Faults,
        requests: Requests,
        violations: Callable[[], list[dict[str, Any]]],
        switches: Callable[[], Switches],
        turn: Callable[[Switches], None],
    ) -> None:
        self._faults = faults
        self._requests = requests
        self._violations = violations
        self._switches = switches
        self._turn = turn

    def __call__(self, request: Request) -> Answer:
        match request.method, request.path.removeprefix("/_sandbox/"):
            case "GET", "requests":
                return _ok(
                    {
                        "requests": [asked.to_json() for asked in self._requests],
                        "max_concurrency": self._requests.max_concurrency,
                    }
                )
            case "DELETE", "requests":
                self._requests.clear()
                return Answer(status=204)
            case "GET", "violations":
                return _ok({"violations": self._violations()})
            case "GET", "faults":
                return _ok({"faults": [fault.to_json() for fault in self._faults.left]})
            case "POST", "faults":
                return self._add_faults(_json(request))
            case "DELETE", "faults":
                self._faults.clear()
                return Answer(status=204)
            case "GET", "switches":
                return _ok({"switches": asdict(self._switches())})
            case "POST", "switches":
                return self._set_switches(_json(request))
            case _, "requests" | "violations" | "faults" | "switches":
                raise method_not_allowed()
            case _:
                raise not_found(request.path)

    def _add_faults(self, document: Any) -> Answer:
        """One fault, or a list of them."""
        try:
            faults = [fault_from_json(item) for item in (document if isinstance(document, list) else [document])]
        except ValueError as error:
            raise Refusal(400, 20001, str(error)) from error
        self._faults.add(*faults)
        return Answer(status=201, body={"faults": [fault.to_json() for fault in faults]})

    def _set_switches(self, document: Any) -> Answer:
        """The switches that are named; the others stay."""
        if not isinstance(document, dict):
            raise Refusal(400, 20001, "Switches are a JSON object.")
        try:
            self._turn(changed(self._switches(), document))
        except ValueError as error:
            raise Refusal(400, 20001, str(error)) from error
        return _ok({"switches": asdict(self._switches())})


def _ok(body: dict[str, Any]) -> Answer:
    return Answer(status=200, body=body)


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, 20001, "The body is not JSON.") from error

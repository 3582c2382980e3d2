"""Every request that smsops can send to Twilio, as a literal table; what is not in it is refused before it is sent.

There is no line that releases or buys a number, and none that touches messages or keys (twilio.md 12.14). The account
itself is read by `doctor` alone, and written by nobody.
"""

from __future__ import annotations

import re
from enum import Enum, StrEnum, auto

from smsops.frozen import Frozen


class Product(StrEnum):
    """Which Twilio host a path belongs to."""

    MESSAGING = "messaging"
    API = "api"
    MONITOR = "monitor"


class AfterLoss(Enum):
    """What to do when a request may or may not have had its effect (twilio.md 6)."""

    REPEAT = auto()
    """The same request again leads to the same state."""
    LOOK = auto()
    """A repeat could do it twice: look first."""


class Route(Frozen):
    method: str
    product: Product
    path: re.Pattern[str]
    after_loss: AfterLoss = AfterLoss.REPEAT
    key: str | None = None
    """Of a list: the member of the answer that holds the items. None: the answer is one object, or empty."""


PAGE_SIZE = 1000
"""The most items of a list that Twilio gives at once (twilio.md 1.1)."""
SERVICE_SID = r"MG[0-9a-fA-F]{32}"
NUMBER_SID = r"PN[0-9a-fA-F]{32}"
ACCOUNT_SID = r"AC[0-9a-fA-F]{32}"

_SERVICES = re.compile(r"/v1/Services")
_SERVICE = re.compile(rf"/v1/Services/{SERVICE_SID}")
_POOL = re.compile(rf"/v1/Services/{SERVICE_SID}/PhoneNumbers")
_MEMBER = re.compile(rf"/v1/Services/{SERVICE_SID}/PhoneNumbers/{NUMBER_SID}")
_SHORT_CODES = re.compile(rf"/v1/Services/{SERVICE_SID}/ShortCodes")
_ALPHA_SENDERS = re.compile(rf"/v1/Services/{SERVICE_SID}/(AlphaSenders|DestinationAlphaSenders)")
_CHANNEL_SENDERS = re.compile(rf"/v1/Services/{SERVICE_SID}/ChannelSenders")
_INVENTORY = re.compile(rf"/2010-04-01/Accounts/{ACCOUNT_SID}/IncomingPhoneNumbers\.json")
_EVENTS = re.compile(r"/v1/Events")
_ACCOUNT = re.compile(rf"/2010-04-01/Accounts/{ACCOUNT_SID}\.json")
_CAMPAIGNS = re.compile(rf"/v1/Services/{SERVICE_SID}/Compliance/Usa2p")
_VERIFICATIONS = re.compile(r"/v1/Tollfree/Verifications")

READS = (
    Route(method="GET", product=Product.MESSAGING, path=_SERVICES, key="services"),
    Route(method="GET", product=Product.MESSAGING, path=_SERVICE),
    Route(method="GET", product=Product.MESSAGING, path=_POOL, key="phone_numbers"),
    Route(method="GET", product=Product.MESSAGING, path=_SHORT_CODES, key="short_codes"),
    Route(method="GET", product=Product.MESSAGING, path=_ALPHA_SENDERS, key="alpha_senders"),
    Route(method="GET", product=Product.MESSAGING, path=_CHANNEL_SENDERS, key="senders"),
    Route(method="GET", product=Product.API, path=_INVENTORY, key="incoming_phone_numbers"),
    Route(method="GET", product=Product.MONITOR, path=_EVENTS, key="events"),
)
"""All that the reading client can send."""

EXAMINES = (
    Route(method="GET", product=Product.MESSAGING, path=_SERVICES, key="services"),
    Route(method="GET", product=Product.MESSAGING, path=_SERVICE),
    Route(method="GET", product=Product.MESSAGING, path=_POOL, key="phone_numbers"),
    Route(method="GET", product=Product.MESSAGING, path=_CAMPAIGNS, key="compliance"),
    Route(method="GET", product=Product.MESSAGING, path=_VERIFICATIONS, key="verifications"),
    Route(method="GET", product=Product.API, path=_INVENTORY, key="incoming_phone_numbers"),
    Route(method="GET", product=Product.API, path=_ACCOUNT),
)
"""All that `doctor` can send. The answer about the account holds its auth token, so no other client asks for it."""

WRITES = (
    *READS,
    Route(method="POST", product=Product.MESSAGING, path=_SERVICES, after_loss=AfterLoss.LOOK),
    Route(method="POST", product=Product.MESSAGING, path=_SERVICE),
    Route(method="DELETE", product=Product.MESSAGING, path=_SERVICE),
    Route(method="POST", product=Product.MESSAGING, path=_POOL),
    Route(method="DELETE", product=Product.MESSAGING, path=_MEMBER),
)
"""All that the writing client can send. A second add of the same number answers 21710, a second removal 20404."""


def find(routes: tuple[Route, ...], method: str, product: Product, path: str) -> Route | None:
    """The route of a request; None when it is not allowed."""
    for route in routes:
        if route.method == method and route.product is product and route.path.fullmatch(path):
            return route
    return None

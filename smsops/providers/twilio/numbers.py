"""Twilio's error numbers in our words, for `smsops explain`: those of its answers, and those that messages fail with.

The answers are what `failures` knows, number for number (a test holds the two together). The facts are those of
twilio.md 4 to 7.
"""

from __future__ import annotations

from collections.abc import Mapping

from smsops.explanations import ErrorNumber
from smsops.providers.twilio.undelivered import UNDELIVERED

LINK = "https://www.twilio.com/docs/errors/{}"
"""The form of Twilio's own page about a number; its answers carry it as `more_info`."""

_STOPS = "It stops the channel there and goes on with the others; what was done stays done."
_STOPS_ALL = "It stops the work on the account: exit code 4, or 8 where something was written. Nothing is repeated."
_WAITS = (
    "It waits and repeats the request, 12 times within about two and a half minutes. Then it stops the channel and "
    "goes on with the others."
)
_REPEATS = (
    "It repeats reads, updates, attaches and detaches up to 4 times with growing pauses. A create is not repeated: it "
    "looks first whether the service is there, and says so where that cannot be told."
)
_PARAMETER = (
    "Read Twilio's own words in the message: they name the parameter. Mend the key that it comes from, and apply."
)
_URLS = (
    "smsops validate checks every URL. Compare the URLs that the plan shows with Twilio's words, mend them, and apply."
)
_ACTIVE = "Look in Twilio's console whether the account is active, and whether the credentials may use Messaging."
_LIMIT = "Delete services that nobody needs in Twilio's console, or ask Twilio's support for a higher limit."

_ANSWERS = {
    20001: (
        "A parameter is missing or not valid",
        "The request lacks a parameter that Twilio requires, or a value is out of its range.",
        _STOPS,
        _PARAMETER,
        "SMS406",
    ),
    20002: (
        "The friendly name is not valid",
        "The friendly name of a messaging service is empty or has more than 64 characters.",
        _STOPS,
        "Give the channel a friendly_name of 1 to 64 characters.",
        "SMS406",
    ),
    20003: (
        "The credentials are refused",
        "SID and secret do not belong together, are of another region, or are the parent's, used for a subaccount.",
        _STOPS_ALL,
        "Check account_sid or api_key_sid in smsops.yaml and the secret that it refers to; a subaccount has its own.",
        "SMS404",
    ),
    20005: (
        "The account is not active",
        "The account is suspended or closed.",
        _STOPS_ALL,
        "Look in Twilio's console why, and have it activated again.",
        "SMS404",
    ),
    20006: ("Access is denied", "The credentials may not do this.", _STOPS_ALL, _ACTIVE, "SMS404"),
    20008: (
        "Test credentials cannot do this",
        "Twilio's test credentials know no messaging services.",
        _STOPS_ALL,
        "Use the live credentials of the account, or --sandbox to try things out.",
        "SMS404",
    ),
    20010: ("The action is switched off", "The account may not do this.", _STOPS_ALL, _ACTIVE, "SMS404"),
    20162: (
        "Another update of the same resource is in progress",
        "Two writers change one messaging service at the same time.",
        f"It never writes to one service twice at a time itself. {_WAITS}",
        "Find out who else changes the service: the console, or another program. Then apply again.",
        "SMS406",
    ),
    20403: ("The request is forbidden", "The credentials may not do this.", _STOPS_ALL, _ACTIVE, "SMS404"),
    20404: (
        "It does not exist",
        "The service or the number is not in the account that the credentials belong to, or not in this region.",
        "On a detach or a delete it counts as done. After a write it looks again, since Twilio's lists may lag.",
        "Check the pinned messaging_service_sid, the account and its region.",
        "SMS406 SMS401 SMS402",
    ),
    20409: (
        "The number's registration with the carriers is in progress",
        "A US number left a pool a moment ago, or has just come into one; its registration is not settled yet.",
        f"{_WAITS} Of a move, the number is put back where it was.",
        "Apply again later; it can take a day. smsops carries out what is still to be done.",
        "SMS406",
    ),
    20422: ("A parameter is not valid", "One of Twilio's newer APIs refuses a value.", _STOPS, _PARAMETER, "SMS406"),
    20423: (
        "A SID is not valid",
        "One of Twilio's newer APIs does not take a SID for one.",
        _STOPS,
        "Check the SIDs in the files: each belongs to this account and region.",
        "SMS406",
    ),
    20426: (
        "The request did not come by https",
        "Twilio takes https only, and something on the way speaks plain http.",
        "It sends https to Twilio always; plain http goes to loopback only.",
        "Check api_base_url, SMSOPS_API_BASE_URL and the proxy.",
        "SMS406",
    ),
    20429: (
        "Too many requests at the same time",
        "The account has more requests at work than Twilio allows. The refused one was not processed.",
        "It repeats the request, creates too, up to 11 times, waits as long as Twilio asks for (two minutes at most "
        "each time), and lowers its own concurrency.",
        "Apply or plan again. Where it stays, lower --concurrency, or find out what else uses the account.",
        "SMS407",
    ),
    20500: (
        "Twilio has an internal error",
        "Something went wrong at Twilio; the request may or may not have had its effect.",
        _REPEATS,
        "See status.twilio.com, and run the command again: it sees what is left.",
        "SMS407 SMS508",
    ),
    20503: (
        "Twilio is not available",
        "Twilio cannot answer now; the request may or may not have had its effect.",
        _REPEATS,
        "See status.twilio.com, and run the command again: it sees what is left.",
        "SMS407 SMS508",
    ),
    21102: ("The account is at a limit", "It has as many messaging services as it may.", _STOPS, _LIMIT, "SMS406"),
    21402: ("A URL is not valid", "Twilio does not take a webhook, fallback or callback URL.", _STOPS, _URLS, "SMS406"),
    21403: (
        "A method is not valid",
        "A webhook is called with GET or POST.",
        _STOPS,
        "Set webhook_method and fallback_method to GET or POST.",
        "SMS406",
    ),
    21421: (
        "The number's SID is not valid",
        "The number that is to be attached is not, or not any more, one of the account.",
        f"It takes the SID from the account's own list, and never makes one up. {_STOPS}",
        "Check that the account still owns the number, and plan again.",
        "SMS406 SMS402",
    ),
    21502: ("A callback URL is not valid", "Twilio does not take a URL of the channel.", _STOPS, _URLS, "SMS406"),
    21609: (
        "The status callback is not valid",
        "It must be an absolute URL of at most 4,000 characters, without an underscore in the host's name.",
        f"smsops validate refuses such URLs before Twilio does. {_STOPS}",
        "Mend status_callback_url.",
        "SMS406",
    ),
    21668: (
        "Numbers of country code 1 cannot be in the region ie1",
        "The messaging service is in ie1, which takes no +1 numbers.",
        f"smsops validate refuses them where the account's region is known. {_STOPS}",
        "Put the number into a channel of an account entry with the region us1.",
        "SMS406 SMS312",
    ),
    21669: (
        "Number and messaging service are of different regions",
        "A messaging service lives in one region for good, and takes only numbers of that region.",
        _STOPS,
        "Change the region of the number in Twilio's console, or put it into a channel of its own region.",
        "SMS406",
    ),
    21710: (
        "The number is in this pool already",
        "It was attached before, or the answer to the first try was lost and the second one finds it done.",
        "It counts as done.",
        "Nothing.",
        "",
    ),
    21712: (
        "The number is in the pool of another messaging service",
        "A number is in one pool at a time, and Twilio does not say here in which.",
        "A plan looks into the other pools, and refuses to take a number from a service that no channel declares. In "
        f"an apply somebody was faster: it never steals the number. {_STOPS}",
        "Run plan again: it names the service. Detach the number there, or let the plan through with --allow takeover.",
        "SMS406 SMS503",
    ),
    21713: (
        "The use case is not one that Twilio knows",
        "messaging.use_case has a value that Twilio does not take.",
        f"smsops validate refuses such a value before Twilio does. {_STOPS}",
        "Use one of the use cases that smsops schema channel lists.",
        "SMS406",
    ),
    21714: (
        "The pool is full",
        "A pool holds 400 numbers and short codes, unless Twilio's support raised it.",
        _STOPS,
        "Detach numbers, spread the channel over two, or ask Twilio's support for a higher limit.",
        "SMS406",
    ),
    21715: (
        "The number has neither SMS nor MMS",
        "A pool takes no voice-only number.",
        f"A plan refuses a number without SMS where the account's list says so. {_STOPS}",
        "Use another number.",
        "SMS406 SMS403",
    ),
    21719: (
        "The use case contradicts the registered campaign",
        "The messaging service has an A2P campaign, and messaging.use_case says something else than it.",
        _STOPS,
        "Set messaging.use_case to what the campaign was registered for, or leave it out: then it is unmanaged.",
        "SMS406",
    ),
    21730: (
        "Twilio is under maintenance",
        "This part of Twilio takes no changes now.",
        _WAITS,
        "Apply again later; smsops carries out what is still to be done.",
        "SMS406",
    ),
    30995: (
        "The account is at its limit of messaging services",
        "An account has at most 10,000 of them, unless Twilio's support raised it.",
        _STOPS,
        _LIMIT,
        "SMS406",
    ),
    70051: (
        "The credentials lack a permission",
        "A restricted API key may do only what was chosen for it.",
        f"{_STOPS_ALL} Reads that are allowed say nothing about writes.",
        "Give the key read and write permission for Messaging services and phone numbers, or use another key.",
        "SMS404",
    ),
}
"""By number: title, meaning, what smsops does, what a person does, and the codes that it leads to."""


def _entries(table: Mapping[int, tuple[str, str, str, str, str]]) -> dict[int, ErrorNumber]:
    return {
        number: ErrorNumber(
            number=number,
            title=title,
            meaning=meaning,
            smsops=smsops,
            person=person,
            codes=tuple(codes.split()),
            link=LINK.format(number),
        )
        for number, (title, meaning, smsops, person, codes) in table.items()
    }


ANSWERS: Mapping[int, ErrorNumber] = _entries(_ANSWERS)
ERROR_NUMBERS: Mapping[int, ErrorNumber] = dict(sorted({**ANSWERS, **_entries(UNDELIVERED)}.items()))

"""Twilio's error numbers that only messages fail with, in our words.

smsops never meets them, since it sends no messages. Its texts speak of some, and they show in Twilio's log of messages.
"""

from __future__ import annotations

_NEVER_SENDS = "Nothing: it sends no messages, so it never meets this number."
_POOL_EMPTY = "Look with smsops plan whether the pool is as declared, and whether the numbers fit the destination."
_REGISTER = (
    "Register the number with a brand and a verified A2P campaign on its messaging service, and wait for the carriers."
)

UNDELIVERED = {
    21408: (
        "Texts to this country are not switched on",
        "The account's geographic permissions do not include the destination.",
        _NEVER_SENDS,
        "Switch the country on in Twilio's console, under Messaging, Geo permissions.",
        "",
    ),
    21606: (
        "The number cannot send this message",
        "The sender is not one of the account that can send SMS to this destination.",
        _NEVER_SENDS,
        "Use a number with SMS; a plan names those that have none.",
        "",
    ),
    21610: (
        "The recipient has opted out",
        "The person wrote STOP to this sender, and has not written START since.",
        _NEVER_SENDS,
        "Do not text this person. That the number is declared here changes nothing about it.",
        "",
    ),
    21703: ("The pool has no sender for the message", "No number of it can be used.", _NEVER_SENDS, _POOL_EMPTY, ""),
    21704: (
        "The pool has no sender",
        "The messaging service has none that can be used.",
        _NEVER_SENDS,
        _POOL_EMPTY,
        "",
    ),
    30032: (
        "The toll-free number is not verified",
        "Carriers take texts of a toll-free number only after its verification.",
        _NEVER_SENDS,
        "Submit the verification of the number in Twilio's console, and wait until it is approved.",
        "",
    ),
    30033: (
        "The A2P campaign is suspended",
        "The carriers have suspended the campaign of the messaging service.",
        _NEVER_SENDS,
        "Look in Twilio's console why, and have it reviewed.",
        "",
    ),
    30034: (
        "The US number is not registered",
        "Carriers take texts of a US long code only with an A2P campaign to which the number is registered.",
        f"{_NEVER_SENDS} A plan says when it takes a US number out of a pool, since its registration then starts anew.",
        _REGISTER,
        "",
    ),
    30035: (
        "The US number is still being registered",
        "The number came into its pool a short while ago, and the carriers have not finished.",
        f"{_NEVER_SENDS} A plan says when it takes a US number out of a pool, since its registration then starts anew.",
        "Wait; it can take a day or more. Do not take the number out and put it back: that starts it anew.",
        "",
    ),
}
"""By number, as in `numbers`: title, meaning, what smsops does, what a person does, and no codes."""

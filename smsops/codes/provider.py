"""SMS4xx: what the account says, and how reaching it can fail."""

from __future__ import annotations

from smsops.explanations import Code

PROVIDER_CODES: tuple[Code, ...] = (
    Code(
        code="SMS401",
        title="The pinned messaging service does not exist",
        why=(
            "messaging_service_sid binds a channel to one service for good. When the account has no such service, "
            "the SID is mistyped, belongs to another account, or the service was deleted. Nothing is written: "
            "guessing would send traffic through the wrong service. Correct the SID, or remove the key to have a "
            "service created."
        ),
        bad="messaging_service_sid: MG000000000000000000000000000009ff   # no such service in the account",
        good="messaging_service_sid: MG00000000000000000000000000000101",
    ),
    Code(
        code="SMS402",
        title="The account does not own the number",
        why=(
            "A pool can only hold numbers that the account owns. The number is mistyped, sits in another account, "
            "or was never bought. smsops never buys or releases a number; buy or port it first."
        ),
        bad='phone_numbers: ["+12065550999"]   # not in the account',
        good='phone_numbers: ["+12065550101"]',
    ),
    Code(
        code="SMS403",
        title="The number cannot send SMS",
        why=(
            "The number lacks the SMS capability (a voice-only number, Twilio error 21715 on attaching). Messages "
            "could never leave through it. Use another number."
        ),
        bad='phone_numbers: ["+12065550777"]   # voice only',
        good='phone_numbers: ["+12065550101"]',
    ),
    Code(
        code="SMS404",
        title="The credentials are refused",
        why=(
            "The provider answered 401 or 403. The account SID or key does not fit the secret, the secret is of "
            "another region, a subaccount is used with its parent's token, the account is suspended, or a "
            "restricted key lacks a permission. The exit code is 4."
        ),
        bad="US_TWILIO_AUTH_TOKEN=<the token of another account> smsops plan",
        good="US_TWILIO_AUTH_TOKEN=<the token of this account> smsops plan",
    ),
    Code(
        code="SMS405",
        title="The credentials belong to another account",
        why=(
            "Twilio's messaging API has no account in its paths: the credentials alone decide whose services are "
            "read and written. What came back carries another account SID than smsops.yaml names, so everything "
            "stops before a write. Use credentials of the account itself, not of its parent."
        ),
        bad="account_sid of the subaccount with an API key of the parent account",
        good="account_sid and API key of the same account",
    ),
    Code(
        code="SMS406",
        title="The provider refuses a request",
        why=(
            "The message gives the provider's own error number, what it means for the channel, and the request id "
            "that its support asks for. The channel stops there; the others go on. Mend the cause and apply "
            "again: finished changes are not repeated."
        ),
        bad="smsops apply, while the pool already holds 400 numbers (Twilio error 21714)",
        good="smsops apply, with room in the pool",
    ),
    Code(
        code="SMS407",
        title="The provider cannot be reached",
        why=(
            "Requests that are safe to repeat were repeated with growing pauses and still met time-outs, lost "
            "connections, 429 or 5xx. Nothing is lost: apply again when the provider answers."
        ),
        bad="smsops plan, with the network down",
        good="smsops plan, with the network up",
    ),
    Code(
        code="SMS408",
        title="The answer cannot be understood",
        why=(
            "The provider, or something between, answered with text that is not the JSON of its API: a proxy's "
            "error page, a cut body. Check SMSOPS_API_BASE_URL, HTTPS_PROXY and the network, and run again."
        ),
        bad="SMSOPS_API_BASE_URL=http://127.0.0.1:8080 smsops plan   # some other web server",
        good="smsops plan",
    ),
    Code(
        code="SMS409",
        title="A secret cannot be resolved",
        why=(
            "smsops.yaml holds secrets by reference only. The variable is unset or empty, the file is missing, or "
            "the command failed. The value itself is never printed. The exit code is 4."
        ),
        bad="smsops plan   # US_TWILIO_AUTH_TOKEN is not set",
        good="US_TWILIO_AUTH_TOKEN=… smsops plan",
    ),
    Code(
        code="SMS410",
        title="A request outside the allowed set",
        why=(
            "smsops sends a short, fixed set of requests, and only to the configured host: no call releases or "
            "buys a number, and the client that plans cannot write. A page link or a base URL that leads "
            "elsewhere is refused, since a strange server could collect the credentials."
        ),
        bad="SMSOPS_API_BASE_URL=http://api.example.com smsops plan   # plain http, not on loopback",
        good="SMSOPS_API_BASE_URL=http://127.0.0.1:8080 smsops plan",
    ),
)

"""SMS2xx: one file against its schema, and against what a schema cannot say of one file."""

from __future__ import annotations

from smsops.explanations import Code

_SID = "00000000000000000000000000000101"
_OUTBOUND = "direction: outbound\n# without: webhook_url\n"

SCHEMA_CODES: tuple[Code, ...] = (
    Code(
        code="SMS201",
        title="The key is unknown",
        why="A misspelt key would silently do nothing. The keys that exist are those of the schema; "
        "`smsops schema channel` prints it.",
        bad="webhok_url: https://hooks.example.com/sms/inbound\n# without: webhook_url\n",
        good="webhook_url: https://hooks.example.com/sms/inbound\n",
    ),
    Code(
        code="SMS202",
        title="A required key is missing",
        why="Without it the channel cannot be planned: there is no default that would be right for everyone.",
        bad="# without: phone_numbers\ndescription: Reminders\n",
        good='phone_numbers: ["+12065550101"]\n',
    ),
    Code(
        code="SMS203",
        title="The value is of the wrong kind",
        why="A text stands where a number, a switch, a list or a mapping must be, or the other way round. Quotes make "
        "a text of anything.",
        bad="messaging:\n  sticky_sender: yes\n",
        good="messaging:\n  sticky_sender: true\n",
    ),
    Code(
        code="SMS204",
        title="The direction is unknown",
        why="The direction decides what happens to replies, so a guess would be dangerous. It is outbound (replies are "
        "dropped), inbound-and-outbound (replies go to webhook_url) or inbound.",
        bad="direction: both\n",
        good="direction: inbound-and-outbound\n",
    ),
    Code(
        code="SMS205",
        title="The value is not one of the choices",
        why="The provider or smsops knows a fixed set of words here, and upper and lower case count.",
        bad="webhook_method: post\n",
        good="webhook_method: POST\n",
    ),
    Code(
        code="SMS206",
        title="The phone number is not in E.164",
        why="A number is compared letter for letter with what the account owns, so it has one spelling: a plus, the "
        "country code and the rest, 7 to 15 digits in all, without blanks or brackets.",
        bad='phone_numbers: ["(206) 555-0101"]\n',
        good='phone_numbers: ["+12065550101"]\n',
    ),
    Code(
        code="SMS207",
        title="The SID is malformed",
        why="A SID is two letters that say what it names and 32 hexadecimal digits: MG for a messaging service, AC for "
        "an account, SK for an API key. Copy it from the Console.",
        bad="messaging_service_sid: MG101\n",
        good=f"messaging_service_sid: MG{_SID}\n",
    ),
    Code(
        code="SMS208",
        title="The number is too small or too large",
        why="The provider refuses values outside these bounds. A message may wait 1 to 36,000 seconds in its queue.",
        bad="messaging:\n  validity_period: 0\n",
        good="messaging:\n  validity_period: 14400\n",
    ),
    Code(
        code="SMS209",
        title="The text does not fit",
        why="The text is too long, too short, or holds characters that are not allowed here.",
        bad="contact_hours:\n  timezone: America/New_York\n  start: 9am\n  end: 20:00\n",
        good='contact_hours:\n  timezone: America/New_York\n  start: "09:00"\n  end: "20:00"\n',
    ),
    Code(
        code="SMS210",
        title="The list or mapping has the wrong size",
        why="A channel without numbers cannot send, and a Twilio pool holds at most 400. A list of different things "
        "holds each once.",
        bad="phone_numbers: []\n",
        good='phone_numbers: ["+12065550101"]\n',
    ),
    Code(
        code="SMS211",
        title="The number is in the list twice",
        why="A pool holds a number once. With two entries nobody can say whose label, flow and protection count.",
        bad='phone_numbers:\n  - "+12065550101"\n  - {number: "+12065550101", protected: true}\n',
        good='phone_numbers:\n  - {number: "+12065550101", protected: true}\n',
    ),
    Code(
        code="SMS212",
        title="A secret is written into the file",
        why="What is in git stays in git: everyone who can read the repository has the secret, also after it is "
        "removed. Write a reference, and replace the secret at the provider if it was ever committed.",
        bad=f"# smsops.yaml\naccounts:\n  main:\n    provider: twilio\n    account_sid: AC{_SID}\n"
        "    auth_token: not-a-reference\n",
        good=f"# smsops.yaml\naccounts:\n  main:\n    provider: twilio\n    account_sid: AC{_SID}\n"
        "    auth_token: {env: MAIN_AUTH_TOKEN}\n",
    ),
    Code(
        code="SMS213",
        title="The secret's reference is malformed",
        why="A reference says one place: {env: NAME}, {file: PATH} or {command: [prog, arg]}. With two of them nobody "
        "can say which one counts.",
        bad=f"# smsops.yaml\naccounts:\n  main:\n    provider: twilio\n    account_sid: AC{_SID}\n"
        "    auth_token: {env: MAIN_AUTH_TOKEN, file: token.txt}\n",
        good=f"# smsops.yaml\naccounts:\n  main:\n    provider: twilio\n    account_sid: AC{_SID}\n"
        "    auth_token: {file: token.txt}\n",
    ),
    Code(
        code="SMS214",
        title="The account's credentials are incomplete or double",
        why="An account has either auth_token or the pair api_key_sid and api_key_secret. An API key is preferred: it "
        "can be withdrawn without touching webhook signatures.",
        bad=f"# smsops.yaml\naccounts:\n  main:\n    provider: twilio\n    account_sid: AC{_SID}\n"
        f"    api_key_sid: SK{_SID}\n",
        good=f"# smsops.yaml\naccounts:\n  main:\n    provider: twilio\n    account_sid: AC{_SID}\n"
        f"    api_key_sid: SK{_SID}\n    api_key_secret: {{env: MAIN_API_SECRET}}\n",
    ),
    Code(
        code="SMS215",
        title="Region and edge come together",
        why="Twilio sends a request with a region and no edge to us1, where the account's credentials do not count.",
        bad=f"# smsops.yaml\naccounts:\n  main:\n    provider: twilio\n    account_sid: AC{_SID}\n"
        "    auth_token: {env: MAIN_AUTH_TOKEN}\n    region: us1\n",
        good=f"# smsops.yaml\naccounts:\n  main:\n    provider: twilio\n    account_sid: AC{_SID}\n"
        "    auth_token: {env: MAIN_AUTH_TOKEN}\n    region: us1\n    edge: ashburn\n",
    ),
    Code(
        code="SMS216",
        title="The direction requires a URL",
        why="A channel that receives needs a webhook_url, or replies would be lost. One that sends needs a "
        "status_callback_url, or nobody would learn that messages fail.",
        bad="direction: inbound-and-outbound\n# without: webhook_url\n",
        good="direction: inbound-and-outbound\nwebhook_url: https://hooks.example.com/sms/inbound\n",
    ),
    Code(
        code="SMS217",
        title="A flow needs a direction that includes inbound",
        why="A flow answers messages. With direction outbound replies are dropped before any flow sees them.",
        bad=_OUTBOUND + "experience_flow: appointment-confirm\n",
        good="direction: inbound-and-outbound\nexperience_flow: appointment-confirm\n",
    ),
    Code(
        code="SMS218",
        title="The API base URL cannot be used",
        why="Credentials are sent to this address. So it is an https URL, or plain http to this machine alone.",
        bad=f"# smsops.yaml\naccounts:\n  main:\n    provider: twilio\n    account_sid: AC{_SID}\n"
        "    auth_token: {env: MAIN_AUTH_TOKEN}\n    api_base_url: http://twilio.example.com\n",
        good=f"# smsops.yaml\naccounts:\n  main:\n    provider: twilio\n    account_sid: AC{_SID}\n"
        "    auth_token: {env: MAIN_AUTH_TOKEN}\n    api_base_url: http://127.0.0.1:8080\n",
    ),
    Code(
        code="SMS219",
        title="The URL is not an absolute https URL",
        why="Twilio calls the URL from outside with the text of people's messages, so it is complete and encrypted. "
        "Blanks, backslashes and letters outside ASCII are written percent-encoded, since programs disagree "
        "about them.",
        bad="webhook_url: http://hooks.example.com/sms/inbound\n",
        good="webhook_url: https://hooks.example.com/sms/inbound\n",
    ),
    Code(
        code="SMS220",
        title="The URL is too long",
        why="Twilio accepts at most 4,000 characters (error 21609).",
        bad=f"webhook_url: https://hooks.example.com/{'a' * 4000}\n",
        good="webhook_url: https://hooks.example.com/sms/inbound\n",
    ),
    Code(
        code="SMS221",
        title="The URL holds a user name or password",
        why="A password in a URL is a secret in git. Check the signature that Twilio puts on every call instead, and "
        "replace the password if it was ever committed.",
        bad="webhook_url: https://user:password@hooks.example.com/sms/inbound\n",
        good="webhook_url: https://hooks.example.com/sms/inbound\n",
    ),
    Code(
        code="SMS222",
        title="The provider is unknown",
        why="The provider decides which further keys a channel and an account have. `smsops providers` lists them.",
        bad="provider: twillio\n",
        good="provider: twilio\n",
    ),
    Code(
        code="SMS223",
        title="The URL's host is not public",
        why="localhost, private and reserved addresses and names such as hooks.internal mean something on your side "
        "only. Twilio cannot reach them, and a call to one of its own would be an attack.",
        bad="webhook_url: https://10.0.0.7/sms/inbound\n",
        good="webhook_url: https://hooks.example.com/sms/inbound\n",
    ),
    Code(
        code="SMS224",
        title="The URL's host is malformed",
        why="Twilio refuses an underscore in a host (error 21609). A template there, or a number that is no plain IPv4 "
        "address, hides where messages go.",
        bad="webhook_url: https://sms_hooks.example.com/inbound\n",
        good="webhook_url: https://sms-hooks.example.com/inbound\n",
    ),
    Code(
        code="SMS225",
        title="The URL is not used",
        why="With direction outbound replies are dropped, and neither webhook_url nor fallback_url is sent to the "
        "provider. This is a warning: the channel works, but perhaps not as its file suggests.",
        bad="direction: outbound\nwebhook_url: https://hooks.example.com/sms/inbound\n",
        good=_OUTBOUND,
    ),
)

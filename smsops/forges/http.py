"""JSON over HTTP to one forge. The token goes to the configured server and nowhere else.

No redirect is followed, and the link to a next page only on the same scheme, host and port. What a server sends is
bounded in size, pages and time. Which requests are sent again:

    outcome                                   GET, PUT, PATCH     POST
    429, or 403 that asks to wait             again               again
    never sent (no connection, no DNS)        again               again
    5xx, no whole answer                      again               Lost: look, never repeat
    2xx that is not JSON                      fails               Lost: look, never repeat
    any other status                          fails               fails

"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request

from smsops import __version__
from smsops.errors import ExitCode
from smsops.forges.address import checked_base, checked_token, next_link, opener, origin
from smsops.forges.base import ForgeError, Lost, NotAllowed
from smsops.frozen import Frozen

TIMEOUT_S = 20.0
MOST_BYTES = 10_000_000
"""A hundred comments of GitHub's largest size are 7 MB."""
MOST_PAGES = 100
"""Of a hundred each."""
PAUSES = (1.0, 2.0, 4.0)
"""Seconds before each further try."""
LONGEST_PAUSE = 60.0
"""A `Retry-After` that asks for more is not believed."""
_WORDS = 200
"""Characters of the forge's own words in a message."""


class _Passing(ForgeError):
    """A failure that may be over at the next try."""

    def __init__(self, message: str, *, status: int | None = None, doubtful: bool, asked: float = 0.0) -> None:
        super().__init__(message, status=status, hint="Run it again later.")
        self.exit_code = ExitCode.ERROR  # also after a 403: who asked too often has every right
        self.doubtful = doubtful
        """Whether the request may have had its effect."""
        self.asked = asked
        """Seconds that the server asks to wait."""


class _Answer(Frozen):
    status: int
    headers: Message
    body: bytes


class Client:
    """The way to one forge. Every request raises ForgeError."""

    def __init__(
        self,
        *,
        forge: str,
        base_url: tuple[str, str],
        token: tuple[str, str],
        token_header: tuple[str, str],
        headers: Mapping[str, str],
        sleep: Callable[[float], object],
    ) -> None:
        """`base_url` and `token` come with the variables that hold them, for messages; `token_header` is the header's
        name and what stands before the token in it.

        Raises UsageError when either is nothing that a request could be sent with.
        """
        self.forge = forge
        self._url_variable, url = base_url
        self._token_variable, given = token
        self._base = checked_base(self._url_variable, url)
        self._token = checked_token(self._token_variable, given)
        header, scheme = token_header
        self._headers = {"User-Agent": f"smsops/{__version__}", **headers, header: scheme + self._token}
        self._sleep = sleep
        self._opener = opener(self._base)

    def get(self, path: str) -> Any:
        return self._exchange("GET", self._url(path))[0]

    def pages(self, path: str, **query: str) -> Iterator[Any]:
        """The items of a list, page by page."""
        url = self._url(path) + "?" + urlencode({**query, "per_page": "100"})
        for _ in range(MOST_PAGES):
            items, headers = self._exchange("GET", url)
            if not isinstance(items, list):
                raise self._odd()
            yield from items
            following = next_link(headers)
            if following is None:
                return
            if origin(following) != origin(self._base.geturl()):
                raise ForgeError(
                    f"{self.forge} names another server for the next page, {self._clean(following)}; smsops does not "
                    "go there.",
                    hint=f"Check {self._url_variable}.",
                )
            url = following
        raise ForgeError(f"{self.forge} has more than {MOST_PAGES * 100:,} entries at {path}; smsops reads no more.")

    def post(self, path: str, content: Mapping[str, str]) -> Any:
        """Make something. Raises Lost when it may have been made all the same."""
        return self._exchange("POST", self._url(path), content)[0]

    def replace(self, method: str, path: str, content: Mapping[str, str]) -> Any:
        """Change something by PUT or PATCH, so that doing it twice is doing it once."""
        return self._exchange(method, self._url(path), content)[0]

    @contextmanager
    def understood(self) -> Iterator[None]:
        """Around the reading of an answer: one of another shape is a ForgeError."""
        try:
            yield
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._odd() from error

    def _url(self, path: str) -> str:
        return self._base.geturl() + path

    def _exchange(self, method: str, url: str, content: Mapping[str, str] | None = None) -> tuple[Any, Message]:
        for pause in PAUSES:
            try:
                return self._attempt(method, url, content)
            except _Passing as passing:
                self._sleep(max(pause, min(passing.asked, LONGEST_PAUSE)))
        return self._attempt(method, url, content)

    def _attempt(self, method: str, url: str, content: Mapping[str, str] | None) -> tuple[Any, Message]:
        try:
            answer = self._once(method, url, content)
            if not 200 <= answer.status < 300:
                raise self._refused(answer, method, url)
        except _Passing as passing:
            if method == "POST" and passing.doubtful:
                raise Lost(passing.message, hint=passing.hint, status=passing.status) from passing
            raise
        try:
            return json.loads(answer.body), answer.headers
        except (ValueError, RecursionError) as error:
            if method == "POST":
                raise Lost(self._odd().message, status=answer.status) from error
            raise self._odd() from error

    def _once(self, method: str, url: str, content: Mapping[str, str] | None) -> _Answer:
        data = None if content is None else json.dumps(content).encode()
        kind = {} if content is None else {"Content-Type": "application/json"}
        request = Request(url, data=data, headers={**self._headers, **kind}, method=method)
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as response:
                body = response.read(MOST_BYTES + 1)
                left = response.length
                answer = _Answer(status=response.status, headers=response.headers, body=body)
        except (OSError, HTTPException) as error:
            raise self._unanswered(error) from error
        except ValueError:
            # Python puts the proxy's address into its words, and that may hold a password.
            raise ForgeError("HTTPS_PROXY does not name a proxy.", hint="Write it like http://HOST:PORT.") from None
        if len(body) > MOST_BYTES:
            told = f"{self.forge} sends more than {MOST_BYTES:,} bytes in one answer; smsops reads no more."
            raise Lost(told) if method == "POST" else ForgeError(told)
        if left:
            raise _Passing(f"{self.forge} broke off in the middle of an answer.", doubtful=True)
        return answer

    def _unanswered(self, error: OSError | HTTPException) -> ForgeError:
        cause = error.reason if isinstance(error, URLError) else error
        host = self._base.netloc
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ForgeError(
                f"The certificate of {host} is not trusted.",
                hint="Set SSL_CERT_FILE if your network has its own authority.",
            )
        unsent = isinstance(cause, ConnectionRefusedError | socket.gaierror)
        why = cause.strerror if isinstance(cause, OSError) and cause.strerror else cause
        return _Passing(f"{self.forge} does not answer at {host}: {self._clean(why)}.", doubtful=not unsent)

    def _refused(self, answer: _Answer, method: str, url: str) -> ForgeError:
        status, path = answer.status, urlsplit(url).path
        what = f"{method} {path} with {status}"
        words = self._words(answer.body)
        said = f": {words}" if words else "."
        if status == 429 or (status == 403 and _asks_to_wait(answer.headers)):
            told = f"{self.forge} takes no more requests for now, and answers {what}{said}"
            return _Passing(told, status=status, doubtful=False, asked=_retry_after(answer.headers))
        if status >= 500:
            told = f"{self.forge} fails and answers {what}{said}"
            return _Passing(told, status=status, doubtful=True, asked=_retry_after(answer.headers))
        if 300 <= status < 400:
            return ForgeError(
                f"{self.forge} answers {what} and sends smsops elsewhere, which it does not follow.",
                hint=f"Check {self._url_variable}, and whether the repository has another name by now.",
                status=status,
            )
        told, hint = f"{self.forge} answers {what}{said}", f"Check {self._token_variable} and what it may do."
        may_not = status == 403 or (status == 404 and method != "GET")
        return (NotAllowed if may_not else ForgeError)(told, hint=hint, status=status)

    def _odd(self) -> ForgeError:
        return ForgeError(
            f"{self.forge} answers something that smsops does not understand.", hint=f"Check {self._url_variable}."
        )

    def _words(self, body: bytes) -> str:
        """What the forge says of an error, if anything."""
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            return ""
        if not isinstance(content, dict):
            return ""
        return self._clean(content.get("message") or content.get("error") or "")

    def _clean(self, words: object) -> str:
        """Words from outside, on one line, short, and without the token."""
        line = " ".join(str(words).split()).replace(self._token, "****")
        return line if len(line) <= _WORDS else line[:_WORDS] + "…"


def _asks_to_wait(headers: Message) -> bool:
    """GitHub says 403 also to who asks too often."""
    return "Retry-After" in headers or headers.get("X-RateLimit-Remaining") == "0"


def _retry_after(headers: Message) -> float:
    asked = headers.get("Retry-After", "")
    return float(asked) if re.fullmatch(r"[0-9]{1,9}", asked) else 0.0

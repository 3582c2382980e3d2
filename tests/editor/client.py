"""A small editor: it speaks the language server protocol with one server over its standard streams."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SETTINGS = {
    "validate": True,
    "hover": True,
    "completion": True,
    # Nothing is fetched.
    "schemaStore": {"enable": False},
    "kubernetesCRDStore": {"enable": False},
}
"""Of the section `yaml`."""
_PATIENCE_S = 120
"""After so long the server is ended, so that a test that waits for it fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file that is open."""

    address: str
    problems: list[Any]
    """What the server finds wrong in it."""


@dataclass(slots=True)
class Editor:
    """An editor with one folder open."""

    running: subprocess.Popen[bytes]
    settings: dict[str, Any]
    serial: int = 0
    problems: dict[str, list[Any]] = field(default_factory=dict)
    """What the server last said is wrong, by the file's address."""

    def ask(self, method: str, params: Any) -> Any:
        """Send a request; the result."""
        self.serial += 1
        self._send({"id": self.serial, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self.serial and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def opened(self, file: Path, text: str) -> Page:
        """Show a text as a new file beside this one."""
        self.serial += 1
        address = file.with_name(f"{file.stem}-{self.serial}{file.suffix}").as_uri()
        document = {"uri": address, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        while address not in self.problems:
            self._receive()
        return Page(address=address, problems=self.problems[address])

    def at(self, method: str, page: Page, line: int, character: int) -> Any:
        """Ask about a place; lines and characters count from 0."""
        place = {"textDocument": {"uri": page.address}, "position": {"line": line, "character": character}}
        return self.ask(f"textDocument/{method}", place)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.running.stdin is not None
        self.running.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.running.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        """The server's next message; its own requests are answered, and its findings kept."""
        assert self.running.stdout is not None
        size = 0
        while line := self.running.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
        assert size, "The server has ended."
        message: dict[str, Any] = json.loads(self.running.stdout.read(size))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.problems[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": self._answer(message)})
        return message

    def _answer(self, message: dict[str, Any]) -> Any:
        if message["method"] != "workspace/configuration":
            return None
        return [self.settings.get(item.get("section")) for item in message["params"]["items"]]


@contextmanager
def editor(command: Sequence[str], folder: Path, schemas: Mapping[str, Any] | None = None) -> Iterator[Editor]:
    """An editor that has opened the folder; `schemas` are those of its setting `yaml.schemas`."""
    settings = {"yaml": SETTINGS | {"schemas": schemas or {}}}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder) as running:
        guard = threading.Timer(_PATIENCE_S, running.kill)
        guard.start()
        try:
            made = Editor(running, settings)
            capabilities = {
                "textDocument": {
                    "hover": {"contentFormat": ["markdown"]},
                    "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
                },
                "workspace": {"configuration": True},
            }
            address = folder.as_uri()
            made.ask(
                "initialize",
                {
                    "processId": None,
                    "rootUri": address,
                    "capabilities": capabilities,
                    "workspaceFolders": [{"uri": address, "name": folder.name}],
                },
            )
            made.tell("initialized", {})
            made.tell("workspace/didChangeConfiguration", {"settings": settings})
            yield made
        finally:
            guard.cancel()
            running.kill()

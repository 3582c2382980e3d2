"""Builds repositories object by object, so that a history of any shape and of any bytes takes two runs of git."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

FILE, LINK, GITLINK = "100644", "120000", "160000"
Files = dict[str, tuple[str, bytes]]
"""Mode and content by path; of a GITLINK the content is the id of a commit of elsewhere."""

ADA = b"Ada <ada@example.com>"
BOB = b"Bob <bob@example.com>"
FORGE = b"GitHub <noreply@github.com>"
START = 1_735_689_600
"""2025-01-01T00:00:00Z."""
_KINDS = {"commit": 1, "tree": 2, "blob": 3}


def git(folder: Path, *words: str, input: bytes | None = None) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], input=input, capture_output=True, check=False)
    assert done.returncode == 0, (words, done.stderr)
    return os.fsdecode(done.stdout).strip()


@dataclass(slots=True)
class Store:
    """Objects that are still to be written."""

    objects: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    files: dict[str, Files] = field(default_factory=dict)
    """What each commit holds, by its id."""
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    clock: int = START

    def put(self, kind: str, data: bytes) -> str:
        id = hashlib.sha1(b"%s %d\0%s" % (kind.encode(), len(data), data)).hexdigest()
        self.objects[id] = (kind, data)
        return id

    def tree(self, files: Mapping[str, tuple[str, bytes]]) -> str:
        folders: dict[str, Files] = {}
        entries: list[tuple[bytes, str, str]] = []
        for path, (mode, content) in files.items():
            top, below, rest = path.partition("/")
            if below:
                folders.setdefault(top, {})[rest] = (mode, content)
            else:
                id = content.decode() if mode == GITLINK else self.put("blob", content)
                entries.append((os.fsencode(top), mode, id))
        entries += [(os.fsencode(name), "40000", self.tree(inside)) for name, inside in folders.items()]
        entries.sort(key=lambda entry: entry[0] + (b"/" if entry[1] == "40000" else b""))
        return self.put("tree", b"".join(b"%s %s\0%s" % (m.encode(), n, bytes.fromhex(i)) for n, m, i in entries))

    def tick(self) -> int:
        self.clock += 3600
        return self.clock

    def commit(
        self,
        message: str | bytes,
        files: Files,
        parents: Iterable[str] = (),
        *,
        author: bytes = ADA,
        committer: bytes | None = None,
        authored: int | None = None,
        merged: int | None = None,
        extra: bytes = b"",
        key: Path | None = None,
    ) -> str:
        now = self.tick()
        text = message if isinstance(message, bytes) else message.encode()
        when = [now if at is None else at for at in (authored, merged)]
        head = b"tree %s\n" % self.tree(files).encode()
        head += b"".join(b"parent %s\n" % parent.encode() for parent in parents)
        head += b"author %s %d +0000\ncommitter %s %d +0200\n" % (author, when[0], committer or author, when[1])
        signature = b"" if key is None else _signature(head + extra + b"\n" + text, key)
        id = self.put("commit", head + extra + signature + b"\n" + text)
        self.files[id], self.parents[id] = dict(files), tuple(parents)
        return id

    def first_parents(self, tip: str) -> list[str]:
        """From the oldest to the tip."""
        line = [tip]
        while self.parents[line[-1]]:
            line.append(self.parents[line[-1]][0])
        return line[::-1]

    def ancestors(self, tip: str) -> list[str]:
        """The commit and all before it, those that are fewer steps away first."""
        found = [tip]
        for id in found:
            found += [parent for parent in self.parents[id] if parent not in found]
        return found

    def write(self, root: Path, tip: str, config: str = "") -> Path:
        """A repository without a work tree's files, whose branch `main` names the tip."""
        git(root.parent, "init", "-q", "-b", "main", "--template=", str(root))
        git(root, "index-pack", "--stdin", input=self._pack())
        (root / ".git/refs/heads/main").write_text(f"{tip}\n")
        with (root / ".git/config").open("a") as file:
            file.write(config)
        return root

    def _pack(self) -> bytes:
        out = bytearray(b"PACK\0\0\0\2" + len(self.objects).to_bytes(4, "big"))
        for kind, data in self.objects.values():
            size, first = len(data) >> 4, _KINDS[kind] << 4 | len(data) & 15
            while size:
                out.append(first | 0x80)
                size, first = size >> 7, size & 0x7F
            out.append(first)
            out += zlib.compress(data, 1)
        return bytes(out + hashlib.sha1(out).digest())


def _signature(payload: bytes, key: Path) -> bytes:
    words = ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", str(key)]
    made = subprocess.run(words, input=payload, capture_output=True, check=True).stdout
    return b"gpgsig " + made.rstrip(b"\n").replace(b"\n", b"\n ") + b"\n"


def make_key(path: Path) -> Path | None:
    """None on a machine without ssh-keygen."""
    if shutil.which("ssh-keygen") is None:
        return None
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path


@dataclass(slots=True)
class Line:
    """A branch: what it holds, and where it is."""

    store: Store
    files: Files = field(default_factory=dict)
    tip: str = ""
    folder: str = ""
    """Where the project is: all paths are below it."""

    def commit(
        self, message: str | bytes, write: Mapping[str, str | bytes] | None = None, *drop: str, **how: object
    ) -> str:
        """A commit that writes and drops files. A name that ends in @ is a link."""
        for path in drop:
            del self.files[self.folder + path]
        for path, content in (write or {}).items():
            data = content.encode() if isinstance(content, str) else content
            self.files[self.folder + path.removesuffix("@")] = (LINK if path.endswith("@") else FILE, data)
        parents = (self.tip,) if self.tip else ()
        self.tip = self.store.commit(message, self.files, parents, **how)  # type: ignore[arg-type]  # passed on
        return self.tip

    def move(self, message: str, moves: Mapping[str, str], write: Mapping[str, str] | None = None, **how: object):
        """Files that go elsewhere as they are, all at once."""
        left = {new: self.files.pop(self.folder + old) for old, new in moves.items()}
        self.files |= {self.folder + new: kept for new, kept in left.items()}
        return self.commit(message, write, **how)

    def branch(self) -> Line:
        return replace(self, files=dict(self.files))

    def merge(self, message: str, *others: Line, **how: object) -> str:
        """Whatever the others changed since they parted from this one is taken over."""
        mine = self.store.ancestors(self.tip)
        for other in others:
            parted = next(id for id in self.store.ancestors(other.tip) if id in mine)
            base = self.store.files[parted]
            for path in {*base, *other.files}:
                if base.get(path) != other.files.get(path):
                    self.files.pop(path, None)
                    if path in other.files:
                        self.files[path] = other.files[path]
        parents = (self.tip, *(other.tip for other in others))
        self.tip = self.store.commit(message, self.files, parents, **how)  # type: ignore[arg-type]  # passed on
        return self.tip

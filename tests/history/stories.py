"""A long history with everything in it that happens to a project in git, and many short ones drawn by lot."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.history.objects import ADA, BOB, FORGE, GITLINK, START, Files, Line, Store, make_key

PROJECT = """\
version: 1
{channels}accounts:
  us:
    provider: twilio
    account_sid: AC00000000000000000000000000000101
    auth_token: {{env: US_TOKEN}}
  uk:
    provider: twilio
    account_sid: AC{uk:032d}
    auth_token: {{env: UK_TOKEN}}
{more}"""


def project(*, channels: str = "", uk: int = 808, more: str = "") -> str:
    return PROJECT.format(channels=f"channels: {channels}\n" if channels else "", uk=uk, more=more)


def number(index: int) -> str:
    return f"+1206555{index:04d}"


def pin(index: int) -> str:
    return f"MG{index:032d}"


def channel(name: str, *numbers: int, account: str = "us", sid: int = 0, host: str = "hooks", more: str = "") -> str:
    text = f"name: {name}\nprovider: twilio\naccount: {account}\ndirection: inbound-and-outbound\n"
    text += f"messaging_service_sid: {pin(sid)}\n" if sid else ""
    text += f"webhook_url: https://{host}.example.com/in\nstatus_callback_url: https://{host}.example.com/status\n"
    text += "phone_numbers:\n" + "".join(f'  - "{number(index)}"\n' for index in numbers)
    return text + more


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


@dataclass(frozen=True, kw_only=True)
class Story:
    """A repository, and what a test wants to know of it."""

    root: Path
    """The project's folder."""
    head: Path
    """Where git keeps which commit is checked out."""
    store: Store
    line: list[str]
    """The main line, oldest first."""
    named: dict[str, str]
    """Commits by a name of the story's own."""
    folder: str

    def check_out(self, commit: str) -> None:
        """HEAD is that commit from now on; no file is touched."""
        self.head.write_text(f"{commit}\n")

    def snapshots(self) -> list[tuple[str, Files]]:
        """By the story itself: every commit of the main line with the project's files."""
        start = len(self.folder)
        return [
            (id, {path[start:]: kept for path, kept in self.store.files[id].items() if path.startswith(self.folder)})
            for id in self.line
        ]


@dataclass(kw_only=True)
class Teller:
    """Writes the long story, one kind of event after the other."""

    store: Store = field(default_factory=Store)
    main: Line = field(init=False)
    named: dict[str, str] = field(default_factory=dict)
    folder: str = ""

    def __post_init__(self) -> None:
        self.main = Line(self.store, folder=self.folder)

    def tell(self, keys: tuple[Path | None, Path | None]) -> None:
        self.beginning()
        self.renames()
        self.requests()
        self.side_branches()
        self.rewritten()
        self.deaths()
        self.trouble()
        self.project_file()
        self.strange_files()
        self.strange_commits()
        self.signed(*keys)

    def beginning(self) -> None:
        main = self.main
        if self.folder:
            main.files["other.yaml"] = ("100644", b"not: ours\n")
            main.files["channels/otp.yaml"] = ("100644", channel("otp", 900).encode())
            main.files[f"more/{self.folder}channels/otp.yaml"] = ("100644", channel("otp", 901).encode())
        main.commit("The root", {"README.md": "A project.\n", "channels/root.yaml": channel("root", 91)})
        main.commit("A channel before any project", {"channels/early.yaml": channel("early", 90)})
        main.commit("smsops", {"smsops.yaml": project(), "docs/example.yaml": "a: 1\n"})
        first = {"channels/otp.yaml": channel("otp", 1, 2, sid=1), "channels/alerts.yaml": channel("alerts", 3, 4)}
        first |= {"channels/reminders.yaml": channel("reminders", 5, account="uk"), "channels/x.yml": channel("x", 6)}
        self.named["first"] = main.commit("Channels", first)
        main.commit("A comment", {"channels/otp.yaml": "# about otp\n" + channel("otp", 1, 2, sid=1) + "\n# end\n"})
        main.commit("A label", {"channels/x.yml": channel("x", 6) + "    \ndescription: 'a label: #1'\n"})
        more = "messaging:\n  use_case: marketing\n  sticky_sender: true\nowner: {team: a, email: a@example.com}\n"
        main.commit("More keys", {"channels/x.yml": channel("x", 6, 7, more=more)})
        main.commit("Fewer keys", {"channels/x.yml": channel("x", 7)})
        labelled = channel("x") + f"- {{number: '{number(7)}', label: Front desk, protected: true}}\n- +12065550008\n"
        main.commit("Long form", {"channels/x.yml": labelled})

    def renames(self) -> None:
        main = self.main
        main.commit("Windows", {"channels/alerts.yaml": crlf(channel("alerts", 3, 4))})
        main.commit("Windows, changed", {"channels/alerts.yaml": crlf(channel("alerts", 3, 4, host="www"))})
        renamed = {"channels/passcodes.yaml": channel("passcodes", 1, 9, sid=1, host="new")}
        self.named["pinned"] = main.commit("Pinned", renamed, "channels/otp.yaml")
        renamed = {"channels/notices.yaml": channel("notices", 4, 3, host="www")}
        self.named["same numbers"] = main.commit("The same numbers", renamed, "channels/alerts.yaml")
        main.commit("Numbers again", {"channels/notices.yaml": channel("notices", 4, 10, host="www")})
        main.move("Moved", {"channels/reminders.yaml": "channels/clinic/reminders.yaml"})
        moved = {"channels/reminders.yml": channel("reminders", 5, 11, account="uk")}
        main.commit("Moved back, and another suffix", moved, "channels/clinic/reminders.yaml")
        both = {"channels/a/p.yaml": channel("p", 20, sid=20), "channels/b/q.yaml": channel("q", 21, sid=21)}
        main.commit("Two more", both)
        self.named["swapped"] = main.move(
            "Swapped", {"channels/a/p.yaml": "channels/b/p.yaml"} | {"channels/b/q.yaml": "channels/a/q.yaml"}
        )
        swapped = {"channels/b/p.yaml": channel("p", 21, sid=21), "channels/a/q.yaml": channel("q", 20, sid=20)}
        main.commit("Each has what the other had", swapped)
        taken = {"channels/r.yaml": channel("r", 21, sid=21), "channels/a/p.yaml": channel("p", 20, sid=20)}
        gone = ("channels/b/p.yaml", "channels/a/q.yaml")
        self.named["taken"] = main.commit("The name p is taken over", taken, *gone)
        taken = {"channels/r.yaml": channel("r", 20, sid=20), "channels/s.yaml": channel("s", 21, sid=21)}
        main.commit("And r, which stays where it is", taken, "channels/a/p.yaml")
        for index in range(1, 5):
            renamed = {f"channels/n{index}.yaml": channel(f"n{index}", 92)}
            main.commit("A new name again", renamed, *([f"channels/n{index - 1}.yaml"] if index > 1 else []))
        twins = {"channels/t1.yaml": channel("t1", 30), "channels/t2.yaml": channel("t2", 30)}
        main.commit("Two of the same numbers", twins)
        twins = {"channels/t3.yaml": channel("t3", 30), "channels/t4.yaml": channel("t4", 30)}
        main.commit("Nobody can tell which is which", twins, "channels/t1.yaml", "channels/t2.yaml")

    def requests(self) -> None:
        main = self.main
        changed = {"channels/x.yml": channel("x", 7, host="squashed")}
        how = {"committer": FORGE, "authored": self.store.clock - 500}
        self.named["squash"] = main.commit("Calls another host (#12)", changed, **how)
        reverted = {"channels/x.yml": channel("x", 7)}
        message = 'Revert "Calls another host (#12)"\n\nThis reverts commit 0123.\n'
        self.named["revert"] = main.commit(message, reverted, author=BOB)
        branch = main.branch()
        branch.commit("On GitLab", {"channels/x.yml": channel("x", 7, 12)}, author=BOB)
        message = "Merge branch 'numbers' into 'main'\n\nOn GitLab\n\nSee merge request sms/ops!34"
        self.named["gitlab"] = main.merge(message, branch)

    def side_branches(self) -> None:
        main = self.main
        branch = main.branch()
        one, two = {"channels/x.yml": channel("x", 13)}, {"channels/notices.yaml": channel("notices", 14)}
        self.named["side 1"] = branch.commit("Side one", one, author=BOB)
        self.named["side 2"] = branch.commit("Side two", two, author=BOB)
        both = {"channels/x.yml": channel("x", 13, 15), "channels/side.yaml": channel("side", 16)}
        self.named["side 3"] = branch.commit("Side three", both, author=ADA)
        main.commit("Meanwhile", {"channels/passcodes.yaml": channel("passcodes", 1, sid=1)})
        main.commit("Meanwhile, too", {"channels/passcodes.yaml": channel("passcodes", 2, sid=1)})
        message = "Merge pull request #7 from bob/side\n\nTwo numbers"
        self.named["merge"] = main.merge(message, branch, committer=FORGE)
        behind = main.branch()
        changed = {"channels/side.yaml": channel("side", 16, host="behind")}
        self.named["behind 1"] = behind.commit("Behind", changed, author=BOB)
        main.commit("Main goes on", {"channels/x.yml": channel("x", 13)})
        behind.merge("Merge branch 'main' into behind", main)
        renamed = {"channels/aside.yaml": channel("aside", 16, host="behind")}
        self.named["behind 2"] = behind.commit("Renamed on the branch", renamed, "channels/side.yaml", author=BOB)
        self.named["renamed by a merge"] = main.merge("Merge pull request #8 from bob/behind", behind)
        three = [main.branch() for _ in range(3)]
        for index, arm in enumerate(three):
            name = ("x.yml", "notices.yaml", "r.yaml")[index]
            stem = name.partition(".")[0]
            arm.commit(f"Arm {index}", {f"channels/{name}": channel(stem, 40 + index)}, author=BOB)
        self.named["octopus"] = main.merge("Three arms", *three)
        refused = main.branch()
        refused.commit("Not wanted", {"channels/x.yml": channel("x", 99)})
        refused.files = dict(main.files)
        main.merge("Merged, and nothing is taken over", refused)
        main.commit("Nothing changed")

    def rewritten(self) -> None:
        main = self.main
        branch = main.branch()
        branch.commit("Draft", {"channels/notices.yaml": channel("notices", 50)}, author=BOB)
        self.named["forced away"] = branch.commit("Draft two", {"channels/notices.yaml": channel("notices", 51)})
        amended = main.branch()
        self.named["amended"] = amended.commit("Final", {"channels/notices.yaml": channel("notices", 52)}, author=BOB)
        self.named["forced"] = main.merge("Merge pull request #9 from bob/forced", amended)

    def deaths(self) -> None:
        main = self.main
        main.commit("Gone", None, "channels/notices.yaml")
        main.commit("Another year", {"channels/x.yml": channel("x", 41, host="year")})
        self.named["reborn"] = main.commit("Back", {"channels/new/notices.yaml": channel("notices", 53, account="uk")})
        main.commit("Gone again", None, "channels/new/notices.yaml")
        reborn = {"channels/notices.yaml": channel("notices", 53), "channels/late.yaml": channel("late", 53)}
        main.commit("Back again, beside another of the same numbers", reborn)
        main.commit("Renamed to a name of the dead", {"channels/t1.yaml": channel("t1", 53)}, "channels/late.yaml")

    def trouble(self) -> None:
        main = self.main
        x = "channels/x.yml"
        self.named["broken"] = main.commit("Broken", {x: "name: x\nphone_numbers: [\n"})
        main.commit("Broken otherwise", {x: "- a\n- list\n"})
        self.named["mended"] = main.commit("Mended, and changed", {x: channel("x", 42, host="mended")})
        main.commit("A key twice", {x: channel("x", 42) + "account: uk\n"})
        self.named["taken back"] = main.commit("Taken back", {x: channel("x", 42, host="mended")})
        main.commit("An anchor", {x: channel("x", 42, more="owner: &o {team: a}\ntags: *o\n")})
        main.commit("Renamed while broken", {"channels/y.yml": "name: y\n\tz\n"}, x)
        main.commit("Another x", {x: channel("x", 43, sid=43)})
        main.commit("Deleted while it is broken", {x: "no\n"})
        main.commit("Deleted", None, x)
        main.commit("Born broken", {"channels/born.yaml": "name: [born\n", x: channel("x", 43, sid=43)})
        main.commit("Readable", {"channels/born.yaml": channel("born", 44)})
        main.commit("A link", {"channels/born.yaml@": "x.yml"})
        main.commit("A file again", {"channels/born.yaml": channel("born", 44, host="again")})

    def project_file(self) -> None:
        main = self.main
        self.named["account"] = main.commit("Another account", {"smsops.yaml": project(uk=809)})
        main.commit("Comment", {"smsops.yaml": "# policy\n" + project(uk=809)})
        policy = "policy:\n  drift: report\n  webhook_hosts: ['*.example.com']\n"
        self.named["policy"] = main.commit("Policy", {"smsops.yaml": project(uk=809, more=policy)})
        both = {"smsops.yaml": "accounts: [\n", "channels/born.yaml": channel("born", 45)}
        self.named["broken project"] = main.commit("A broken project", both)
        main.commit("With a channel changed meanwhile", {"channels/born.yaml": channel("born", 46)})
        main.commit("Mended", {"smsops.yaml": project(uk=810, more=policy)})
        left = [path for path in main.files if path.startswith(f"{self.folder}channels/")]
        moves = {path[len(self.folder) :]: path[len(self.folder) :].replace("channels/", "sms/live/") for path in left}
        moved = {"smsops.yaml": project(uk=810, channels="./sms/live/", more=policy)}
        self.named["folder"] = main.move("The folder has another name", moves, moved)
        main.commit("Back, but not the files", {"smsops.yaml": project(uk=810)})
        main.commit("And forth", {"smsops.yaml": project(uk=810, channels="sms")})
        main.commit("All of it", {"smsops.yaml": project(uk=810, channels=".")})
        narrow = {"smsops.yaml": project(uk=810, channels="sms"), "sms/live/x.yml": channel("x", 43, 47, sid=43)}
        main.commit("Only sms", narrow, "docs/example.yaml")
        main.commit("No project", None, "smsops.yaml")
        main.commit("A project", {"smsops.yaml": project(uk=811, channels="sms")})
        main.commit("A token in it", {"smsops.yaml": project(channels="sms").replace("{env: UK_TOKEN}", "sesame-open")})

    def strange_files(self) -> None:
        main = self.main
        hidden = {"sms/.hidden/h.yaml": channel("h", 60), "sms/.h.yaml": channel("h", 60)}
        main.commit("Hidden", {**hidden, "sms/README.txt": "x", "sms/data.yaml.bak": "x"})
        quoted = 'sms/it\'s "so"\n:100644 000000/caf\u00e9.yaml'
        names: dict[str, str | bytes] = {quoted: channel("caf\u00e9", 61), "sms/\udcff\udcfe.yaml": channel("no", 62)}
        names |= {"sms/UPPER.YAML": channel("UPPER", 63), "sms/.yaml": "a: 1\n", "sms/a.b.yaml": channel("a.b", 64)}
        names |= {"sms/commit abc.yaml": channel("commit", 65), "sms/x.yaml/inside.yaml": channel("inside", 66)}
        self.named["strange"] = main.commit("Strange names", names)
        main.move("They move", {quoted: "sms/caf\u00e9.yaml", "sms/\udcff\udcfe.yaml": "sms/\udcff.yaml"})
        main.files[f"{self.folder}sms/module.yaml"] = (GITLINK, b"12" * 20)
        main.commit("A module of elsewhere", {"sms/latin.yaml": b"name: caf\xe9\n", "sms/big.yaml": b"a: b\n" * 60_000})
        main.commit("Readable", {"sms/latin.yaml": channel("latin", 67), "sms/big.yaml": "\ufeff" + channel("big", 68)})
        del main.files[f"{self.folder}sms/module.yaml"]
        main.commit("The module is a file", {"sms/module.yaml": channel("module", 69)})
        main.commit("Hidden files are channels in a hidden folder", {"smsops.yaml": project(channels="sms/.hidden")})
        main.commit("And are not", {"smsops.yaml": project(channels="sms")})

    def strange_commits(self) -> None:
        main = self.main
        x = "sms/live/x.yml"
        hostile = (
            b"<script>alert(1)</script>\x1b[31m =cmd|'/c calc'!A1\n\n\xff\xfe (#99)\nSee merge request a/b!1 or not"
        )
        author = b'\xff"Eve\\ \xe2\x80\xae=1+1 <eve@example.com>'
        self.named["hostile"] = main.commit(hostile, {x: channel("x", 70, sid=43)}, author=author)
        latin = {"author": b"Ren\xe9 <rene@example.com>", "extra": b"encoding ISO-8859-1\n"}
        self.named["latin"] = main.commit(b"Caf\xe9", {x: channel("x", 71, sid=43)}, **latin)
        nonsense = {"author": "Zoë <zoe@example.com>".encode(), "extra": b"encoding undefined\n"}
        self.named["nonsense"] = main.commit("Tést", {x: channel("x", 72, sid=43)}, **nonsense)
        early = {"authored": START + 10, "merged": START + 20}
        self.named["early"] = main.commit("By a clock that is wrong", {x: channel("x", 73, sid=43)}, **early)
        branch = main.branch()
        for index in range(3):
            back = {"authored": START - index, "merged": START - index}
            branch.commit(f"Back {index}", {x: channel("x", 74 + index, sid=43)}, **back)
        self.named["backwards"] = main.merge("Merge pull request #10 from ada/clock", branch)
        self.named["no message"] = main.commit("", {x: channel("x", 80, sid=43)})

    def signed(self, key: Path | None, unknown: Path | None) -> None:
        main = self.main
        x = "sms/live/x.yml"
        self.named["signed"] = main.commit("Signed", {x: channel("x", 81, sid=43)}, key=key)
        self.named["unknown"] = main.commit("By an unknown key", {x: channel("x", 82, sid=43)}, key=unknown)
        branch = main.branch()
        self.named["signed side"] = branch.commit("Signed", {x: channel("x", 83, sid=43)}, key=key)
        _, data = self.store.objects[branch.tip]
        self.named["merged signed"] = main.merge("Merge pull request #11 from ada/signed", branch)
        signature = data[data.index(b"gpgsig") : data.index(b"\n\n") + 1] if key else b""
        self.named["forged"] = main.commit("Forged", {x: channel("x", 84, sid=43)}, extra=signature)
        fake = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n"
        self.named["openpgp"] = main.commit("OpenPGP", {x: channel("x", 85, sid=43)}, extra=fake)


def long_story(folder: Path, inside: str = "") -> Story:
    """The long story, with the project in the folder `inside` of the repository."""
    key, unknown = (make_key(folder / name) for name in ("key", "unknown"))
    teller = Teller(folder=inside)
    teller.tell((key, unknown))
    config = '[gpg]\n\tformat = ssh\n[gpg "ssh"]\n\tallowedSignersFile = signers\n'
    if key is not None:
        (folder / "signers").write_text(f"ada@example.com {key.with_suffix('.pub').read_text()}")
        config = config.replace("signers\n", f"{folder / 'signers'}\n")
    main = teller.main
    root = teller.store.write(folder / "repository", main.tip, config)
    (root / inside).mkdir(parents=True, exist_ok=True)
    return Story(
        root=root / inside,
        head=root / ".git/HEAD",
        store=teller.store,
        line=teller.store.first_parents(main.tip),
        named=teller.named,
        folder=inside,
    )


def short_stories(folder: Path, count: int) -> list[Story]:
    """Histories of a dozen commits each, drawn by lot, that all lie in one repository."""
    store = Store()
    tips = [_short_story(store, random.Random(seed)) for seed in range(count)]
    root = store.write(folder / "short", tips[0])
    return [
        Story(root=root, head=root / ".git/HEAD", store=store, line=store.first_parents(tip), named={}, folder="")
        for tip in tips
    ]


_NAMES = ("a", "b", "c", "d")
_PLACES = ("channels/{}.yaml", "channels/sub/{}.yaml", "channels/{}.yml", "other/{}.yaml")
_FOLDERS = ("channels", "channels/sub", "other", ".")


def _short_story(store: Store, lot: random.Random) -> str:
    main = Line(store)
    main.commit("The root", {"smsops.yaml": project()})
    for _ in range(lot.randint(8, 14)):
        if lot.random() < 0.2:
            side = main.branch()
            _drawn(side, lot)
            _drawn(main, lot)
            main.merge(f"Merge pull request #{lot.randint(1, 99)} from a/b", side)
        else:
            _drawn(main, lot)
    return main.tip


def _drawn(line: Line, lot: random.Random) -> None:
    """One to three things that happen to channels in one commit; few names and numbers, so that they meet."""
    write: dict[str, str | bytes] = {}
    gone: set[str] = set()
    for _ in range(lot.randint(1, 3)):
        here = sorted({path for path in line.files if path != "smsops.yaml"} - gone - write.keys())
        what = lot.choice(("write", "write", "move", "rename", "drop", "break", "project"))
        if what == "project":
            write["smsops.yaml"] = lot.choice(
                (project(channels=lot.choice(_FOLDERS)), project(uk=lot.randint(1, 2)), "[")
            )
        elif what == "write" or not here:
            name = lot.choice(_NAMES)
            path = lot.choice(_PLACES).format(name)
            write[path] = _text(name, lot)
            gone.discard(path)
        else:
            path = lot.choice(here)
            name = path.rpartition("/")[2].partition(".")[0] if what == "move" else lot.choice(_NAMES)
            if what == "break":
                write[path] = lot.choice(("[", "name: a\n\t", "text"))
                continue
            gone.add(path)
            if what != "drop" and (new := lot.choice(_PLACES).format(name)) not in line.files:
                write[new] = line.files[path][1] if lot.random() < 0.6 else _text(name, lot)
    line.commit("A change", write, *sorted(gone - write.keys()))


def _text(name: str, lot: random.Random) -> str:
    numbers = lot.sample(range(4), lot.randint(1, 2))
    return channel(name, *numbers, account=lot.choice(("us", "uk")), sid=lot.choice((0, 0, 1, 2)))

"""Commits are read as their objects have them, however odd: people forge these, and old programs wrote strange ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smsops.git import GitError, Repository
from smsops.history.commits import arrived, commit_of
from smsops.history.folders import together
from smsops.history.values import Commit, Person, Signature, Verdict
from smsops.streams import GONE, Node, Objects, log, objects
from tests.history.objects import FILE, GITLINK, LINK, Line, Store, git

ADA = b"author Ada Lovelace <ada@example.com> 1735689600 +0530\n"
BOB = b"committer Bob <bob@example.com> 1735689660 -0800\n"


def made(*, author: bytes = ADA, committer: bytes = BOB, extra: bytes = b"", message: bytes = b"A subject\n") -> Commit:
    return commit_of("1" * 40, b"tree %s\n%s%s%s\n%s" % (b"2" * 40, author, committer, extra, message))


def test_a_commit_is_told_as_it_is() -> None:
    assert made(message=b"A subject\n\nAnd more.\n") == Commit(
        id="1" * 40,
        author=Person(name="Ada Lovelace", email="ada@example.com"),
        authored_at="2025-01-01T00:00:00Z",
        committer=Person(name="Bob", email="bob@example.com"),
        merged_at="2025-01-01T00:01:00Z",
        subject="A subject",
        request="",
        signature=Signature.NONE,
        verdict=Verdict.NOT_CHECKED,
        signer="",
        brought=(),
    )
    assert str(made().author) == "Ada Lovelace <ada@example.com>"


@pytest.mark.parametrize(
    ("line", "name", "email", "at"),
    [
        (b"A <a@b> 0 +0000", "A", "a@b", "1970-01-01T00:00:00Z"),
        (b"A <a@b> -1 +0000", "A", "a@b", "1969-12-31T23:59:59Z"),
        (b"A <a@b> 253402300799 +0000", "A", "a@b", "9999-12-31T23:59:59Z"),
        (b"A <a@b> 253402300800 +0000", "A", "a@b", ""),
        (b"A <a@b> 999999999999999 +0000", "A", "a@b", ""),
        (b"A <a@b> 18446744073709551615 +0000", "A", "a@b", ""),
        (b"A <a@b> %s +0000" % (b"9" * 5_000), "A", "a@b", ""),
        (b"A <a@b> 1735689600 +051800", "A", "a@b", "2025-01-01T00:00:00Z"),
        (b"A <a@b> 1735689600 -7", "A", "a@b", "2025-01-01T00:00:00Z"),
        (b"A <a@b> 1735689600", "A", "a@b", ""),
        (b"A <a@b> x> 0 +0000", "A", "a@b", "1970-01-01T00:00:00Z"),
        (b"A <a@b", "A <a@b", "", ""),
        (b"A <a@b>", "A", "a@b", ""),
        (b"A <a@b> now", "A", "a@b", ""),
        (b"<a@b> 0 +0000", "", "a@b", "1970-01-01T00:00:00Z"),
        (b" <a@b> 0 +0000", "", "a@b", "1970-01-01T00:00:00Z"),
        (b"A <> 0 +0000", "A", "", "1970-01-01T00:00:00Z"),
        (b"A  B  <a b> 0 +0000", "A  B", "a b", "1970-01-01T00:00:00Z"),
        (b"A <boss@b> <a@b> 0 +0000", "A", "boss@b", "1970-01-01T00:00:00Z"),
        (b"A \x1b[31m\xe2\x80\xae <a@b> 0 +0000", "A \x1b[31m\u202e", "a@b", "1970-01-01T00:00:00Z"),
        (b"\xff\xfe <\xff@b> 0 +0000", "\ufffd\ufffd", "\ufffd@b", "1970-01-01T00:00:00Z"),
        (b"nobody", "nobody", "", ""),
        (b"", "", "", ""),
    ],
)
def test_a_person_and_a_time_are_read_from_any_line(line: bytes, name: str, email: str, at: str) -> None:
    commit = made(author=b"author %s\n" % line)
    assert (commit.author, commit.authored_at) == (Person(name=name, email=email), at)
    # And the other one is as it was.
    assert (commit.committer.name, commit.merged_at) == ("Bob", "2025-01-01T00:01:00Z")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\n\nonly a message",
        b"tree 1\n\nno people",
        b"tree 1\ncommitter B <b@c> 0 +0000\n\nno author",
        b"tree 1\nauthor A <a@b> 0 +0000\n\nno committer",
        b"author\ncommitter\n\n",
    ],
)
def test_what_is_hardly_a_commit_is_one_without_people(content: bytes) -> None:
    commit = commit_of("1" * 40, content)
    assert (str(commit.author), str(commit.committer)) == ("<>", "<>")
    assert (commit.authored_at, commit.merged_at) == ("", "")
    assert commit.subject == content.partition(b"\n\n")[2].decode()


def test_people_are_those_of_the_head_and_not_of_the_message_or_of_a_tag_in_it() -> None:
    tag = b"mergetag object 1\n type commit\n tagger T <t@example.com> 0 +0000\n \n author X <x@example.com> 0 +0000\n"
    forged = (
        b"Subject\n\nauthor Eve <eve@example.com> 0 +0000\ncommitter Eve <eve@example.com> 0 +0000\ngpgsig -----BEGIN"
    )
    commit = made(extra=tag, message=forged)
    assert (commit.author.name, commit.committer.name) == ("Ada Lovelace", "Bob")
    assert commit.signature is Signature.NONE


@pytest.mark.parametrize(
    ("encoding", "raw", "text"),
    [
        (b"ISO-8859-1", b"Caf\xe9", "Café"),
        (b"windows-1252", b"\x80 5", "€ 5"),
        (b"SHIFT_JIS", "日本".encode("shift_jis"), "日本"),
        (b"UTF-8", "Zoë".encode(), "Zoë"),
        (b"UTF-8", b"Zo\xeb", "Zo\ufffd"),
        (b"ascii", "Zoë".encode(), "Zoë"),
        (b"no such encoding", "Zoë".encode(), "Zoë"),
        (b"undefined", "Zoë".encode(), "Zoë"),
        (b"idna", b"a-" * 50, "a-" * 50),
        (b"rot13", b"abc", "abc"),
        (b"zip", b"abc", "abc"),
        (b"hex", b"abc", "abc"),
        (b"a\0b", b"abc", "abc"),
        (b"\xff\xfe", b"abc", "abc"),
        (b"", b"abc", "abc"),
        (b"x" * 10_000, b"abc", "abc"),
    ],
)
def test_a_message_is_read_by_its_encoding_or_else_as_utf_8(encoding: bytes, raw: bytes, text: str) -> None:
    author = b"author %s <a@b> 0 +0000\n" % raw
    commit = made(author=author, extra=b"encoding %s\n" % encoding, message=raw + b"\n")
    assert (commit.subject, commit.author.name, commit.author.email) == (text, text, "a@b")


@pytest.mark.parametrize(
    ("extra", "signature"),
    [
        (b"", Signature.NONE),
        (b"gpgsig -----BEGIN SSH SIGNATURE-----\n U1NI\n -----END SSH SIGNATURE-----\n", Signature.SSH),
        (b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n", Signature.OPENPGP),
        (b"gpgsig -----BEGIN PGP MESSAGE-----\n", Signature.OPENPGP),
        (b"gpgsig -----BEGIN SIGNED MESSAGE-----\n MII\n -----END SIGNED MESSAGE-----\n", Signature.X509),
        (b"gpgsig-sha256 -----BEGIN SSH SIGNATURE-----\n", Signature.SSH),
        (b"gpgsig something else\n", Signature.OPENPGP),
        (b"gpgsig \xff\n", Signature.OPENPGP),
        (b"encoding ISO-8859-1\ngpgsig -----BEGIN SSH SIGNATURE-----\n", Signature.SSH),
        (b"HG:extra x\ngpgsig -----BEGIN SSH SIGNATURE-----\n", Signature.SSH),
        (b"mergetag object 1\n gpgsig -----BEGIN SSH SIGNATURE-----\n", Signature.NONE),
        (b"xgpgsig -----BEGIN SSH SIGNATURE-----\n", Signature.NONE),
    ],
)
def test_kinds_of_signatures_are_told_apart_by_their_first_line(extra: bytes, signature: Signature) -> None:
    commit = made(extra=extra)
    assert commit.signature is signature
    assert (commit.author.name, commit.subject) == ("Ada Lovelace", "A subject")


@pytest.mark.parametrize(
    ("message", "request_"),
    [
        ("Merge pull request #7 from bob/side\n\nTwo numbers", "#7"),
        ("Merge pull request #7", "#7"),
        ("Merge pull request #7x from bob/side", ""),
        ("Then merge pull request #7 from bob/side", ""),
        ("Calls another host (#12)", "#12"),
        ("Calls another host (#12)\n\n* one\n* two (#3)\n", "#12"),
        ("Calls another host (#12) again", ""),
        ("Calls another host #12", ""),
        ("Calls another host (12)", ""),
        ("One (#12) (#13)", "#13"),
        ('Revert "Calls another host (#12)"', ""),
        ('Revert "Calls another host (#12)" (#14)', "#14"),
        ("Merge branch 'x' into 'main'\n\nOn GitLab\n\nSee merge request sms/ops!34", "!34"),
        ("Merge branch 'x' into 'main'\n\nSee merge request sms/sub.group/ops-2!34\n", "!34"),
        ("Merge branch 'x' into 'main'\n\nSee merge request !34", "!34"),
        ("Merge branch 'x' into 'main'\r\n\r\nSee merge request sms/ops!34\r\n", "!34"),
        ("Merge branch 'x'\n\nAs asked: See merge request sms/ops!34", ""),
        ("Merge branch 'x'\n\nSee merge request sms/ops!34 for more", ""),
        ("Squashed on GitLab (!35)", "!35"),
        ("Hello!", ""),
        ("Closes #12", ""),
        ("(#1234567890)", ""),
        ("", ""),
        ("\n\nLate subject (#5)\n", "#5"),
    ],
)
def test_a_request_is_what_forges_write_where_they_write_it(message: str, request_: str) -> None:
    assert made(message=message.encode()).request == request_


def test_the_subject_is_the_first_line_that_is_one() -> None:
    assert made(message=b"\n \n  First  \r\nsecond\n").subject == "First"
    assert made(message=b"").subject == ""
    assert made(message=b"\x1b[31mred\x1b[0m\n").subject == "\x1b[31mred\x1b[0m"


@given(st.binary(max_size=60), st.binary(max_size=30), st.binary(max_size=60))
@example(b"author A <a@b> 0 +0000\ncommitter", b"utf-16", b"\xff\xfe\x00")
@example(b"author A <a@b> 0 +0000\ncommitter B <b@c> 0 +0000", b"utf-7", b"+2AA-")
def test_any_bytes_are_a_commit(head: bytes, encoding: bytes, message: bytes) -> None:
    commit = commit_of("1" * 40, head + b"\nencoding " + encoding + b"\n\n" + message)
    assert commit.id == "1" * 40
    assert "\n" not in commit.subject


def node(id: str, *parents: str) -> Node:
    return Node(id, parents, ())


#      a---b---d---f---h      the main line
#       \     /   /   /
#        c---+   /   /
#         \     /   /
#          e---+---g          one branch is merged twice, and then goes on
GRAPH = [
    node("a"),
    node("b", "a"),
    node("c", "a"),
    node("d", "b", "c"),
    node("e", "c"),
    node("f", "d", "e"),
    node("g", "e"),
    node("h", "f", "g"),
]


def told(line: str, graph: list[Node]) -> list[tuple[str, list[str]]]:
    """Each commit of the line, with what it brought, from a graph as it comes."""
    return [(one.id, [each.id for each in side]) for one, side in arrived(iter(graph), line.split())]


def test_a_merge_brought_what_was_not_there_before() -> None:
    assert told("a b d f h", GRAPH) == [("a", []), ("b", []), ("d", ["c"]), ("f", ["e"]), ("h", ["g"])]
    assert told("a c e g", GRAPH) == [("a", []), ("c", []), ("e", []), ("g", [])]


def test_a_clock_that_went_back_changes_nothing_but_the_order_within_a_merge() -> None:
    assert told("a b d f h", GRAPH[::-1]) == told("a b d f h", GRAPH)
    graph = [node("m", "a", "y"), node("y", "x"), node("a"), node("x", "a")]
    assert told("a m", graph) == [("a", []), ("m", ["y", "x"])]


def test_no_commit_is_read_before_it_is_needed() -> None:
    nodes = iter(GRAPH)
    told = arrived(nodes, ["a", "b", "d", "f", "h"])
    assert [next(told)[0].id for _ in range(3)] == ["a", "b", "d"]
    assert [one.id for one in nodes] == ["e", "f", "g", "h"]


def test_an_octopus_brought_all_its_arms_and_a_branch_of_another_root_is_one() -> None:
    graph = [node("a"), node("z"), node("y2", "a"), node("y", "y2"), node("x", "a"), node("m", "a", "x", "y", "z")]
    assert told("a m", graph) == [("a", []), ("m", ["z", "y2", "y", "x"])]


def test_a_branch_that_merged_another_brought_both() -> None:
    graph = [node("a"), node("v", "a"), node("w", "v"), node("x", "a"), node("y", "x", "w"), node("m", "a", "y")]
    assert told("a m", graph) == [("a", []), ("m", ["v", "w", "x", "y"])]


def test_files_of_one_name_are_halves_of_each_other_only_when_there_are_two() -> None:
    left, came = ["x/a.yaml", "y/a.yaml", "b.yaml", "p/d.yaml"], ["z/a.yaml", "w/a.yaml", "c.yaml", "q/d.yml"]
    sure = {"p/d.yaml", "q/d.yml"}
    assert together(left, came) == [sure, {*left, *came} - sure]
    assert together(["a.yaml"], ["x/a.yaml"]) == [{"a.yaml", "x/a.yaml"}]


# --- what git says, read while it is at work -----------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> tuple[Repository, Line]:
    line = Line(Store())
    line.commit("One", {"a.yaml": "a: 1\n", "b.txt": "b", "folder/c.YML": "c: 1\n", "d\n.yml@": "a.yaml"})
    line.commit("Two", {"a.yaml": "a: 2\n"}, "folder/c.YML")
    line.files["module.yaml"] = (GITLINK, b"12" * 20)
    line.commit("Three")
    return Repository(line.store.write(tmp_path / "small", line.tip)), line


def test_the_log_tells_what_each_commit_did_to_files_of_such_names(small: tuple[Repository, Line]) -> None:
    repository, line = small
    with log(repository, line.tip, (".yaml", ".yml")) as nodes:
        one, two, three = nodes
    assert [each.id for each in (one, two, three)] == line.store.first_parents(line.tip)
    assert [each.parents for each in (one, two, three)] == [(), (one.id,), (two.id,)]
    assert {(t.path, t.mode) for t in one.touches} == {("a.yaml", FILE), ("folder/c.YML", FILE), ("d\n.yml", LINK)}
    assert {(t.path, t.mode) for t in two.touches} == {("a.yaml", FILE), ("folder/c.YML", GONE)}
    # A commit of another repository is no file.
    assert [(t.path, t.mode) for t in three.touches] == [("module.yaml", GONE)]


FORGED = b":100644 100644 %s %s M" % (b"1" * 40, b"2" * 40)


@pytest.mark.parametrize("content", [{}, {"a.yaml": "a: 1\n"}], ids=["no file", "a file"])
@pytest.mark.parametrize(
    "message", [b"", b"\n", b"One", b"\n\nOne\n\n\n", b"One\n\n" + FORGED, FORGED, b"    Indented\n    twice"]
)
@pytest.mark.parametrize("extra", [b"", FORGED + b"\n", b"note a\n \n " + FORGED + b"\n     author E <e@x> 1 +0000\n"])
def test_the_log_tells_commits_as_they_are_kept(
    tmp_path: Path, extra: bytes, message: bytes, content: dict[str, str]
) -> None:
    line = Line(Store())
    ids = [line.commit("First", {"b.yaml": "b: 1\n"})]
    ids.append(line.commit(message, content, extra=extra))
    ids.append(line.commit("Last", {"b.yaml": "b: 2\n"}))
    repository = Repository(line.store.write(tmp_path / "told", line.tip))
    with log(repository, line.tip, (".yaml",)) as telling:
        nodes = list(telling)
    assert [one.id for one in nodes] == ids
    assert [[touch.path for touch in one.touches] for one in nodes] == [["b.yaml"], list(content), ["b.yaml"]]
    for one in nodes:
        kept = line.store.objects[one.id][1]
        (head, _, said), (told_head, _, told) = (data.partition(b"\n\n") for data in (kept, one.content))
        assert (told_head.rstrip(b"\n"), told.strip(b"\n")) == (head.rstrip(b"\n"), said.strip(b"\n"))
        assert commit_of(one.id, one.content) == commit_of(one.id, kept)


def test_what_stands_behind_a_zero_byte_is_nothing_to_git(tmp_path: Path) -> None:
    line = Line(Store())
    line.commit(b"One\0commit " + b"3" * 40 + b"\n\n" + FORGED, {"a.yaml": "a: 1\n"})
    with log(Repository(line.store.write(tmp_path / "cut", line.tip)), line.tip, (".yaml",)) as nodes:
        (one,) = nodes
    assert (one.id, [touch.path for touch in one.touches]) == (line.tip, ["a.yaml"])
    assert commit_of(one.id, one.content).subject == "One"


def test_objects_come_in_the_order_in_which_they_are_asked_for(small: tuple[Repository, Line]) -> None:
    repository, line = small
    blobs = [line.store.put("blob", content) for content in (b"a: 2\n", b"a: 1\n")]
    with objects(repository) as store:
        assert list(store.many(blobs * 3)) == [b"a: 2\n", b"a: 1\n"] * 3
        assert list(store.many([])) == []
        assert store.one(blobs[1]) == b"a: 1\n"
        assert store.one(line.tip).endswith(b"\n\nThree")


def test_many_objects_and_large_ones_do_not_make_git_and_its_reader_wait_for_each_other(tmp_path: Path) -> None:
    line = Line(Store())
    line.commit("Large", {"large.yaml": "x" * 300_000, "small.yaml": "a: 1\n"})
    small, large = (line.store.put("blob", content) for content in (b"a: 1\n", b"x" * 300_000))
    with objects(Repository(line.store.write(tmp_path / "large", line.tip))) as store:
        assert [len(each) for each in store.many(iter([large, small] * 200))] == [300_000, 5] * 200
        growing = (id for id in [small, large] * 100 if store.one(small) == b"a: 1\n")
        assert [len(each) for each in store.many(growing)] == [5, 300_000] * 100


def test_an_object_that_is_not_here_is_named(small: tuple[Repository, Line]) -> None:
    with (
        pytest.raises(GitError, match=f"The object {'3' * 40} cannot be read: {'3' * 40} missing"),
        objects(small[0]) as store,
    ):
        store.one("3" * 40)


def test_a_revision_that_is_not_here_is_an_error_in_the_words_of_git(small: tuple[Repository, Line]) -> None:
    with (
        pytest.raises(GitError, match=r"bad object|unknown revision") as refused,
        log(small[0], "3" * 40, (".yaml",)) as nodes,
    ):
        assert list(nodes) == []
    assert refused.value.status == 128


def test_a_git_that_ends_in_the_middle_is_an_error(
    small: tuple[Repository, Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, line = small
    blob = line.store.put("blob", b"a: 1\n")
    # An object whose file is damaged: git says how long it is, and then ends.
    damaged = git(repository.root, "hash-object", "-w", "--stdin", input=b"x" * 3_000_000)
    file = repository.root / ".git/objects" / damaged[:2] / damaged[2:]
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(GitError, match=r"cannot be read|corrupt"), objects(repository) as store:
        list(store.many([blob, damaged]))


def test_without_git_it_says_so(
    small: tuple[Repository, Line], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git cannot be run: No such file"), objects(small[0]):
        pass


def test_leaving_early_ends_the_git_that_was_at_work(small: tuple[Repository, Line]) -> None:
    repository, line = small
    left: list[Objects] = []

    def leave() -> None:
        with objects(repository) as store:
            left.append(store)
            next(store.many([line.tip] * 5))
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        leave()
    assert left[0].git.process.returncode is not None

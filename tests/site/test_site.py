"""The report as text: everything is told, nothing of others becomes markup, and the same past gives the same bytes."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

import pytest

from smsops.diagnostics import Finding, Location
from smsops.frozen import replace
from smsops.history.recorded import Apply, Check, Diff, Drift, Entry
from smsops.history.values import Chronicle, Kind, Past, Person, Signature, Standing, Verdict
from smsops.render.plain import clean
from smsops.render.site import pages
from smsops.render.site.calendar import calendar
from smsops.render.site.compared import Comparison, rows_of
from smsops.render.site.usual import stem_of
from tests.render import pasts
from tests.site import scenes

ALL = [
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "]]><svg onload=alert(1)>",
    "--><!--",
    "\" onclick='alert(1)' x=\"",
    "javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>",
    "\x1b[31mred\x9b1m\x00\x7f\u202e\ud800",
    "one\ntwo\r\nthree\u2028four",
    "=cmd|' /C calc'!A0",
    "&lt;b&gt;&#x202e;",
    "../../etc/passwd",
    "::set-output name=a::b",
]
INLINE = frozenset(("a", "b", "code", "del", "i", "ins", "kbd", "span"))


@dataclass
class Page(HTMLParser):
    """What a browser would see: elements with the names of their attributes, links, ids, and text."""

    tags: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """Comments, declarations and the like."""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        told = dict(attrs)
        self.links += [str(told[name]) for name in ("href", "src", "action") if name in told]
        self.ids += [str(told["id"])] if "id" in told else []
        self.words += [] if tag in INLINE else [" "]

    def handle_endtag(self, tag: str) -> None:
        self.words += [] if tag in INLINE else [" "]

    def handle_data(self, data: str) -> None:
        if not self.tags or self.tags[-1][0] not in ("script", "style"):
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def handle_decl(self, decl: str) -> None:
        self.others.append(decl)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def parsed(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page


def only(pattern: str, text: str) -> str:
    """What the one place that fits has in its group."""
    (found,) = re.findall(pattern, text, re.DOTALL)
    return str(found)


def site(
    chronicle: Chronicle, *, single: bool, found: Iterable[Finding] = (), title: str = "Clinics"
) -> dict[str, str]:
    return dict(pages(chronicle, title=title, attention=tuple(found), single_file=single))


def words_of(chronicle: Chronicle, *, single: bool = True, path: str = "index.html") -> str:
    return parsed(site(chronicle, single=single)[path]).text


def poisoned(text: str, *, large: bool) -> tuple[Chronicle, tuple[Finding, ...]]:
    """A past with one text in every place that a file, git, a forge or a record can fill."""
    found = Drift(channel=text, service_sid=text, field=text, recorded=text, live=text)
    check = Check(path=text, account=text, account_sid=text, server=text, actor=text, at=text, found=(found,))
    entry = Entry(service_sid=text, fields={text: text, "webhook_url": text}, numbers=(text,))
    plain = pasts.chronicle(text)
    first, open_one = plain.applies
    # What is written of thousands is written in short.
    first = replace(first, inventory={text: entry}, calls=first.calls + (first.calls[1],) * (5_000 if large else 0))
    fields = {text: text, "webhook_url": text, "status_callback_url": text, "direction": "inbound"}
    past = replace(plain.pasts[0], fields=fields)
    # Dates that a calendar cannot hold are told, too.
    strange = replace(open_one, path=f"{text}3", started_at=text, finished_at=text)
    chronicle = replace(
        plain, pasts=(replace(past, exists=False), past), applies=(first, open_one, strange), checks=(check,)
    )
    finding = Finding(code=text, message=text, hint=text, location=Location(path=text))
    return replace(chronicle, head=text, problems=(text,)), (finding, replace(finding, hint=""))


@cache
def drawn(text: str, mode: str) -> tuple[tuple[str, Page], ...]:
    chronicle, found = poisoned(text, large=mode == "large")
    whole = site(chronicle, single=mode != "files", found=found, title=text)
    return tuple((path, parsed(html)) for path, html in whole.items())


@pytest.mark.parametrize("mode", ["files", "single", "large"])
@pytest.mark.parametrize("text", ALL)
def test_text_of_others_adds_no_element_and_no_attribute(text, mode):
    # In short form a value of several words is set apart, so the harmless text has as many.
    harmless = "zebra" if text.isprintable() and not re.search(r"[ →]|[,;:]$", text) else "zebra stripes"
    found, usual = drawn(text, mode), drawn(harmless, mode)
    for (_, page), (_, harmless_page) in zip(found, usual, strict=True):
        assert page.tags == harmless_page.tags
        assert page.others == ["DOCTYPE html"]
        assert clean(text) in "".join(page.words)


@pytest.mark.parametrize("mode", ["files", "single", "large"])
@pytest.mark.parametrize("text", ALL)
def test_links_lead_only_to_own_pages(text, mode):
    found = dict(drawn(text, mode))
    assert all(re.fullmatch(r"(?:(?:channels|applies)/)?[A-Za-z0-9_-]+\.html", path) for path in found)
    for path, page in found.items():
        for link in page.links:
            target, _, part = link.partition("#")
            folder = PurePosixPath(path).parent
            named = str(folder / target).replace("channels/../", "").replace("applies/../", "") if target else path
            assert named in found, link
            assert not part or part in found[named].ids, link


def test_ids_are_unique_and_every_page_has_one_heading_and_its_landmarks():
    for path, html in site(scenes.project(3, 9, 3, 3), single=False).items():
        page = parsed(html)
        names = [tag for tag, _ in page.tags]
        assert len(page.ids) == len(set(page.ids)), path
        assert [names.count(tag) for tag in ("h1", "main", "header", "nav", "footer", "script", "style")] == [1] * 7
        assert '<html lang="en">' in html
        assert "style" not in {name for _, attributes in page.tags for name in attributes}


def test_the_policy_lets_only_the_own_script_and_style_run():
    html = site(scenes.project(2, 4, 2, 2), single=True)["index.html"]
    policy = only(r'Content-Security-Policy" content="([^"]*)"', html)
    for part in ("script", "style"):
        inside = only(f"<{part}>(.*?)</{part}>", html)
        digest = hashlib.sha256(inside.encode()).digest()
        named = only(rf"{part}-src 'sha256-([^']*)'", policy)
        assert named == base64.b64encode(digest).decode()
    assert policy.startswith("default-src 'none'; ")


PROGRAM = """
import hashlib
from smsops.render.site import pages
from tests.site import scenes
for single in (True, False):
    made = pages(scenes.renamed(), title="x", attention=scenes.findings(), single_file=single)
    print(hashlib.sha256(repr(list(made)).encode()).hexdigest())
"""


def test_the_same_past_gives_the_same_bytes_in_any_process():
    told = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


NAMES = [
    "otp",
    "otp",
    "OTP",
    "../../x",
    "..",
    "",
    "con",
    "COM1",
    "a/b",
    "a\\b",
    "ä",
    "x" * 300,
    "a\x00b",
    "a b",
    "_",
    "-a",
]


def test_file_names_are_safe_and_unique_whatever_the_names():
    one = pasts.version("zebra", standing=Standing.WAITING, apply=None)
    named = [
        Past(name=name, path=name, account="us", exists=exists, versions=(replace(one, channel=name),), fields={})
        for name in NAMES
        for exists in (False, False, True)
    ]
    ran = [pasts.apply("zebra", account=name, path=f"{name}.json") for name in NAMES]
    paths = list(site(replace(pasts.chronicle("zebra"), pasts=tuple(named), applies=tuple(ran)), single=False))
    assert len({path.lower() for path in paths}) == len(paths) == 1 + len(named) + len(ran)
    for path in paths:
        assert re.fullmatch(r"(?:(?:channels|applies)/)?[A-Za-z0-9_-]{1,160}\.html", path), path
        assert not re.fullmatch(r"(?:con|prn|aux|nul|com\d|lpt\d)", PurePosixPath(path).stem, re.IGNORECASE)


def test_a_living_channel_keeps_its_name_and_a_deleted_one_gets_its_own():
    living = pasts.version("otp", standing=Standing.WAITING, apply=None)
    made = [
        Past(name="otp", path="channels/otp.yaml", account=account, exists=exists, versions=(living,), fields={})
        for account, exists in (("old", False), ("us", True))
    ]
    found = site(replace(pasts.chronicle("otp"), pasts=tuple(made), applies=()), single=False)
    assert "Account us" in parsed(found["channels/otp.html"]).text
    gone = parsed(found["channels/otp_deleted.html"]).text
    assert "deleted Deleted; git has it no more. Account old" in gone


def test_the_front_page_says_first_what_needs_attention():
    text = words_of(scenes.story(), single=False)
    attention = text[text.index("Needs attention Error") : text.index("Calendar of applies From")]
    for told in (
        "files that cannot be read (1) torn: Line 3: it breaks off.",
        "applies without an end (1) 2026-03-05 10:00:00Z to account us, without an end, by ci",
        "none after them did (1) 2026-03-04 10:00:05Z to account eu, partial, by ci, 1 difference after it",
        "applied in part (1) half: changed, merged 2026-03-03 09:00:00Z by Ada <ada@example.com>",
        "merged, and not live (1) otp: changed, merged 2026-03-02 09:00:00Z by Ada <ada@example.com>",
        "drift in account us, found by the check of 2026-03-07 06:00:00Z (1) otp: webhook_url was recorded as",
        "records that cannot be read (1) records/us/x.json is no JSON.",
    ):
        assert told in attention, told
    assert attention.index("Error:") < attention.index("Warning:")
    assert "2026-02-20" not in attention, "what was followed by an apply that ended well is history"


def test_findings_stand_in_groups_errors_first_and_many_are_counted():
    html = site(scenes.project(1, 1, 1, 1), single=True, found=scenes.findings(60))["index.html"]
    text = parsed(html).text
    assert text.index("Error: SMS604, A record was altered (1)") < text.index(
        "Warning: SMS612, A commit has no signature"
    )
    assert "And 10 more like these." in text
    assert text.count("git commit -S signs.") == 1


def test_nothing_to_look_at_is_said():
    empty = Chronicle(head="e" * 40, pasts=(), project=(), applies=())
    text = words_of(empty)
    assert "Nothing needs attention." in text
    assert "No apply is recorded." in text
    assert "No commit changed it." in text


def test_a_channel_is_shown_as_approved_against_live():
    page = site(scenes.story(), single=False)["channels/otp.html"]
    text = parsed(page).text
    for row in (
        "name otp (not there) not sent",
        "owner.team care (not there) not sent",
        "webhook_url https://hooks.example.com/v2 https://hooks.example.com/v1 differs",
        "status_callback_url https://hooks.example.com/s https://hooks.example.com/s same",
        "webhook_method (not there) POST default",
        "friendly_name (not there) otp default",
        "+12065550101 in the pool in the pool same",
        "+12065550102 in the pool (not there) differs",
        "+12065550199 (not there) in the pool differs",
        "webhook_url https://hooks.example.com/v1 https://evil.example.net/ differs",
    ):
        assert row in text, row
    assert "a check by cron found it changed outside git." in text
    assert page.count('<tr class="x">') == 4


def test_a_timeline_tells_both_times_and_who_asked_approved_and_signed():
    text = parsed(site(scenes.story(), single=False)["channels/otp.html"]).text
    newest, oldest = text.index("2026-03-02 09:00:00Z: changed"), text.index("2026-03-01 09:00:00Z: created")
    assert newest < oldest
    for told in (
        "~ webhook_url https://hooks.example.com/v1 → https://hooks.example.com/v2",
        "+ +12065550102",
        "- +12065550103",
        "merged 2026-03-01 09:00:00Z live live since 2026-03-01 10:00:05Z",
        "author Ada <ada@example.com>, 2026-03-01 08:00:00Z committer GitHub <noreply@github.com>",
        "signature signed with SSH, good, by ada@example.com request #1, says the message",
        "approved by grace at 2026-03-01 09:30:00Z, somebody else than requester and authors; asked for by ada",
        f"brought {'b' * 40} Fix it, by Grace <grace@example.com>, 2026-02-28 08:00:00Z, not signed",
    ):
        assert told in text, told


def test_a_page_of_an_apply_tells_each_call_with_its_result():
    found = site(scenes.story(), single=False)
    text = parsed(found["applies/eu-20260304T100000Z-0000.html"]).text
    for told in (
        "commit " + "c" * 40 + " by Ada",
        "work tree with changes that are in no commit",
        "server api.example.test, which stood in for the provider",
        "approver nobody separation broken: the approver is requester or author requester ada",
        "half number.move +12065550111 from otp conflict, risk high MG9 failed refused: takeover 2.5 s off air "
        "2026-03-04 10:00:03Z RQ1 Twilio 21712: no.",
        "half service.update intended, risk low ~ webhook_url a → b done",
        "The read-back found 1 difference. half is not as desired.",
    ):
        assert told in text, told
    refused = parsed(found["applies/us-20260302T120000Z-0000.html"]).text
    assert "Why it was not carried out The plan is too large." in refused
    assert "There was nothing to change." in refused
    assert "The record tells of no approval." in refused
    assert "Nothing was written." in refused


def test_a_small_single_file_holds_the_same_in_full():
    whole = site(scenes.story(), single=False)
    single = parsed(site(scenes.story(), single=True)["index.html"]).text
    for path, html in whole.items():
        if path != "index.html":
            for line in re.findall(r"<(?:dd|td)>(.*?)</(?:dd|td)>", html):
                assert parsed(line).text.strip() in single, (path, line)


@pytest.mark.no_cover
def test_a_single_file_grows_by_less_than_ten_megabytes_over_five_thousand_channels():
    """With ten versions each, here seen on a small part; benchmarks/site_opening.py writes the whole of it."""
    small, large = (
        site(scenes.project(count, count * 10, count * 2 // 5, 25), single=True, found=scenes.findings())["index.html"]
        for count in (200, 400)
    )
    assert (len(large.encode()) - len(small.encode())) * 25 < 10_000_000
    assert large.count("<details id=c") == 400
    assert large.count("<details id=a") == 160
    lines = re.findall(r"<li>\d{4}-\d\d-\d\d \d\d:\d\d .*? ([0-9a-f]{10}) ", large)
    assert len(set(lines)) == 4_000


@cache
def short() -> tuple[str, str]:
    """The story, in short because of one apply with thousands of calls."""
    story = scenes.story()
    first = story.applies[1]
    long = replace(first, calls=first.calls + (replace(first.calls[0], channel="otp"),) * 5_000)
    html = site(replace(story, applies=(story.applies[0], long, *story.applies[2:])), single=True)["index.html"]
    return html, parsed(html).text


def test_in_short_nothing_of_a_version_is_lost_but_seconds_and_subjects():
    html, text = short()
    part = parsed(only(r"(<details id=c[0-9a-z]+><summary><b>otp</b>.*?</details>)", html)).text
    for told in (
        "webhook_url differs: approved https://hooks.example.com/v2, live https://hooks.example.com/v1",
        "+12065550102 differs: approved in the pool, live (not there)",
        "numbers +12065550101",
        "drift found at 2026-03-07 06:00:00Z: webhook_url https://hooks.example.com/v1 → https://evil.example.net/.",
        "2026-03-01 09:00 10:00 1111111111 #1 Ada ✓grace, created",
        "brought bbbbbbbbbb by Grace <grace@example.com>",
        "+ +12065550102, - +12065550103",
    ):
        assert told in part, (told, part)
    assert "Minutes and ten characters of a commit are shown." in text


def test_in_short_the_calls_that_failed_are_told_in_full_and_the_others_by_name():
    html, _ = short()
    part = parsed(only(r"(<summary><b>2026-03-04 10:00:05Z.*?</details>)", html)).text
    assert "failed, refused: takeover: number.move half +12065550111" in part
    assert "2026-03-04 10:00:03Z RQ1 Twilio 21712: no." in part
    assert "service.update, done: half" in part


def address_changes(*urls: str) -> Past:
    made = [
        replace(pasts.version("otp", nth), diffs=(Diff("webhook_url", before, after),), kind=Kind.CHANGED)
        for nth, (before, after) in enumerate(pairwise(urls), start=1)
    ]
    return Past(name="otp", path="", account="us", exists=True, versions=tuple(made), fields={"webhook_url": urls[-1]})


def test_an_address_is_cut_only_where_hosts_are_the_same():
    same = address_changes("https://a.example/x/1", "https://a.example/x/2", "https://a.example/x/3")
    assert stem_of(same).text == "https://a.example/x/"
    other = "https://a.example.evil.test/x/1"
    assert stem_of(same).rest("https://a.example/x/9") == "9"
    assert not stem_of(same).rest(other)
    assert not stem_of(same).rest("https://a.example/x/9 → https://b.example/")
    assert not stem_of(address_changes("https://a.example/1", "https://b.example/1", "https://c.example/1")).text
    assert not stem_of(address_changes(*["https://user@a.example/1"] * 5)).text


@pytest.mark.parametrize(
    ("fields", "key", "live", "expected"),
    [
        ({"direction": "outbound", "webhook_url": "https://a/"}, "webhook_url", "", Comparison.NOT_WIRED),
        ({"direction": "outbound", "webhook_url": "https://a/"}, "webhook_url", "https://a/", Comparison.DIFFERS),
        ({"direction": "inbound", "enabled": "false", "fallback_url": "x"}, "fallback_url", "", Comparison.NOT_WIRED),
        ({"direction": "inbound", "webhook_url": "x"}, "webhook_url", "x", Comparison.SAME),
        ({"direction": "inbound", "fallback_url": "null"}, "fallback_url", "", Comparison.SAME),
        ({"messaging.use_case": "null"}, "messaging.use_case", "undeclared", Comparison.SAME),
        ({"direction": "inbound"}, "fallback_method", "GET", Comparison.DIFFERS),
        ({"direction": "inbound"}, "friendly_name", "otp", Comparison.DEFAULT),
        ({"direction": "inbound"}, "messaging.sticky_sender", "true", Comparison.DIFFERS),
        ({"messaging.sticky_sender": "true"}, "messaging.sticky_sender", None, Comparison.DIFFERS),
        ({"messaging_service_sid": "MG2"}, "messaging_service_sid", None, Comparison.DIFFERS),
        ({"direction": "inbound"}, "messaging_service_sid", None, Comparison.DEFAULT),
        ({"tags": "a"}, "tags", None, Comparison.NOT_SENT),
    ],
)
def test_what_is_usual_and_what_is_never_sent_is_no_difference(fields, key, live, expected):
    past = Past(name="otp", path="", account="us", exists=True, versions=(), fields=fields)
    entry = Entry(service_sid="MG1", fields={} if live is None else {key: live}, numbers=())
    assert {row.key: row.comparison for row in rows_of(past, entry)}[key] is expected


def test_a_deleted_channel_that_the_account_still_has_differs_in_all_it_has():
    past = Past(name="otp", path="", account="us", exists=False, versions=(), fields={})
    entry = Entry(service_sid="MG1", fields={"webhook_url": ""}, numbers=("+12065550101",))
    rows = rows_of(past, entry)
    assert [row.key for row in rows] == ["webhook_url", "messaging_service_sid", "+12065550101"]
    assert {row.comparison for row in rows} == {Comparison.DIFFERS}


def test_a_live_channel_with_open_drift_is_not_called_live():
    story = scenes.story()
    otp = story.pasts[1]
    unapproved = replace(story.applies[1], approval=None)
    live = replace(otp, versions=(replace(otp.versions[0], apply=unapproved),))
    told = replace(story, pasts=(live,))
    assert "otp us hooks.example.com 2 2026-03-01 drift" in words_of(told, single=False)
    page = words_of(told, single=False, path="channels/otp.html")
    assert "approved by nobody, the record tells of no approval" in page
    since = replace(unapproved, path="records/us/y.json", finished_at="2026-03-09T10:00:00Z")
    later = replace(told, applies=(*told.applies, since))
    assert "otp us hooks.example.com 2 2026-03-01 live" in words_of(later, single=False)
    assert "Something was applied since." in words_of(later, single=False, path="channels/otp.html")


def test_without_a_record_nothing_is_called_a_difference():
    past = Past(
        name="otp", path="", account="us", exists=True, versions=(), fields={"webhook_url": "x", "+12065550101": ""}
    )
    assert {row.comparison for row in rows_of(past, None)} == {Comparison.NOT_KNOWN}


def test_what_is_live_comes_from_the_account_that_is_meant_today():
    story = scenes.story()
    sandbox = replace(
        story.applies[0], path="records/us/z.json", server="127.0.0.1:1", finished_at="2026-03-08T10:00:00Z"
    )
    other = replace(sandbox, inventory={"otp": Entry(service_sid="MG7", fields={}, numbers=())})
    text = words_of(replace(story, applies=(*story.applies, other)), single=False, path="channels/otp.html")
    assert "webhook_url https://hooks.example.com/v2 https://hooks.example.com/v1 differs" in text


def applied(*days: str, ending: str = "applied") -> tuple[Apply, ...]:
    return tuple(pasts.apply("x", path=f"{day}.json", finished_at=f"{day}T10:00:00Z", ending=ending) for day in days)


def test_a_calendar_of_one_year_has_its_days_and_says_the_same_in_words():
    html = calendar(replace(pasts.chronicle("x"), applies=applied("2024-02-29", "2024-02-29", "2024-03-01")))
    page = parsed(html)
    assert [tag for tag, _ in page.tags].count("rect") == 366
    assert (
        "From 2024-01-01 to 2024-12-31: 3 applies on 2 days; 0 did not end well. Most on one day: 2, on 2024-02-29."
        in page.text
    )
    assert "2024-02-29: 2 applies" in page.text
    assert "2024-02 2 0" in page.text


def test_a_calendar_of_more_years_ends_with_what_is_known_last():
    found = applied("2024-02-29", "2025-12-31") + applied("2026-01-05", ending="partial")
    html = calendar(replace(pasts.chronicle("x"), applies=(*found, *applied("0000-99-99", "2026-02-31"))))
    text = parsed(html).text
    # The last commit of the past is of 2026-02-02.
    assert "From 2025-02-03 to 2026-02-02: 2 applies on 2 days; 1 did not end well." in text
    assert "3 applies of other times not drawn." in text
    assert "2026-01-05: 1 apply, 1 did not end well" in text
    assert 'class="dot"' in html


def test_in_short_what_is_unusual_in_a_commit_is_told():
    author = pasts.commit("a").author
    usual = replace(scenes.project(1, 1, 1, 1).pasts[0].versions[0], apply=None, standing=Standing.SUPERSEDED)
    usual = replace(usual, commit=replace(usual.commit, author=author, signer=author.email, verdict=Verdict.GOOD))
    odd: dict[str, dict[str, Any]] = {
        "not signed": {"signature": Signature.NONE},
        "signed with SSH, bad": {"verdict": Verdict.BAD},
        "signed with SSH, good, by mallory": {"signer": "mallory"},
        "committer the author": {"committer": author},
        "committer bob <bob>": {"committer": Person(name="bob", email="bob")},
    }
    versions = [usual] * 5_001 + [replace(usual, commit=replace(usual.commit, **facts)) for facts in odd.values()]
    past = Past(name="otp", path="", account="us", exists=True, versions=tuple(versions), fields={})
    text = words_of(Chronicle(head="e" * 40, pasts=(past,), project=(), applies=()))
    for told in odd:
        assert text.count(f", {told}:") == 1, told

"""The versions of a channel in full, newest first: what changed, who did it, who approved it, and when it was live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smsops.history.recorded import Approval
from smsops.history.values import Commit, ProjectChange, Standing, Version
from smsops.render.escape import hypertext
from smsops.render.past import what_words
from smsops.render.persons import approval_words, signature_words
from smsops.render.site.names import Links
from smsops.render.site.parts import code, diffs, facts, items, when, word


def versions(found: Iterable[Version], links: Links, *, level: int) -> str:
    listed = "".join(_version(version, links, level) for version in found)
    return f'<ol class="versions" data-rows="versions">\n{listed}</ol>\n' if listed else ""


def _version(version: Version, links: Links, level: int) -> str:
    head = f"{when(version.commit.merged_at)}: {hypertext(what_words(version))}"
    return (
        f'<li class="version">\n<h{level}>{head}</h{level}>\n'
        f"{diffs(version.diffs)}{facts(_version_facts(version, links))}</li>\n"
    )


def _version_facts(version: Version, links: Links) -> Iterator[tuple[str, str]]:
    yield "merged", when(version.commit.merged_at)
    yield "live", live(version, links)
    yield "name", hypertext(version.channel) if version.was_channel else ""
    yield "file", f"{code(version.was_path)} to {code(version.path)}" if version.was_path else ""
    yield from commit_facts(version.commit)
    approval = version.apply.approval if version.apply else None
    yield "approved by", approved(approval) if version.apply else ""


def live(version: Version, links: Links) -> str:
    """What became of a version, with a link to the apply that says so."""
    apply = version.apply
    if apply is None:
        return word(version.standing) + _REMARKS.get(version.standing, "")
    since = links.apply(apply.path, when(apply.at))
    return f"{word(version.standing)} {'since' if version.standing is Standing.LIVE else 'at'} {since}"


_REMARKS = {
    Standing.WAITING: ": no record says that it was applied",
    Standing.SUPERSEDED: ": another version came before any apply",
}


def approved(approval: Approval | None) -> str:
    if approval is None:
        return f"{word('nobody')}, the record tells of no approval"
    return hypertext(approval_words(approval))


def commit_facts(commit: Commit) -> Iterator[tuple[str, str]]:
    """Everything that git says of a commit."""
    yield "commit", f"{code(commit.id)} {hypertext(commit.subject)}"
    yield "author", f"{hypertext(commit.author)}, {when(commit.authored_at)}"
    yield "committer", hypertext(commit.committer)
    yield "signature", hypertext(signature_words(commit))
    yield "request", hypertext(commit.request) + ", says the message" if commit.request else ""
    yield "brought", items(_brought(one) for one in commit.brought)


def _brought(commit: Commit) -> str:
    return (
        f"{code(commit.id)} {hypertext(commit.subject)}, by {hypertext(commit.author)}, "
        f"{when(commit.authored_at)}, {hypertext(signature_words(commit))}"
    )


def project_changes(found: Iterable[ProjectChange], *, level: int) -> str:
    """What was done to smsops.yaml, newest first."""
    return "".join(_project_change(change, level) for change in reversed(tuple(found)))


def _project_change(change: ProjectChange, level: int) -> str:
    names = "all accounts" if change.accounts is None else ", ".join(change.accounts) or "no account"
    told = facts(
        (
            ("affects", hypertext(names)),
            ("problem", hypertext(change.problem)),
            *commit_facts(change.commit),
        )
    )
    head = f"{when(change.commit.merged_at)}: {hypertext(change.path)}"
    return f'<div class="version">\n<h{level}>{head}</h{level}>\n{diffs(change.diffs)}{told}</div>\n'

"""What a completing shell asks most, answered without click: the name of the command, and then a channel or an option.

A shell starts a process at each Tab, and a person waits for it. Everything else, and every line that is not plain, is
left to click; a test holds the two answers against each other.
"""

from __future__ import annotations

from collections.abc import Mapping

from smsops.cli import COMMANDS, COMPLETION

TAKE_ONE = ("set", "history", "blame", "show")
"""Commands whose first argument is a channel."""
TAKE_MANY = ("plan", "apply", "rehearse")
"""Commands whose arguments are channels."""
OPTIONS = {
    "init": "ci account account-sid api-key-sid secret-env webhook-host",
    "new": "provider account direction webhook-url fallback-url status-callback-url number owner",
    "fmt": "check diff",
    "plan": "allow concurrency out changed-since shard detailed-exitcode",
    "apply": "allow concurrency yes lock-timeout write-sids approved",
    "comment": "key no-plan",
    "matrix": "shards changed-since",
    "drift": "detailed-exitcode record concurrency",
    "rehearse": "allow concurrency",
    "adopt": "all owner except from-terraform concurrency",
    "doctor": "probe probe-port concurrency",
    "show": "at",
    "senders": "for",
    "instructions": "channel",
}
"""The long options of each command that has its own, in their order."""
EVERY = "chdir config sandbox output color no-input help"


def quick_answer(environ: Mapping[str, str]) -> str:
    """What is to be printed; '' where click has to be asked."""
    *words, begun = environ.get("COMP_WORDS", "").split(" ")
    typed = begun.removeprefix("--") or "a"
    if not words or environ.get("COMP_CWORD") != str(len(words)) or not all(map(_is_plain, (*words, typed))):
        return ""
    if begun.startswith("--"):
        return _options(words[1:], begun) if environ[COMPLETION] == "bash_complete" else ""
    if len(words) == 1:
        found = [(name, about) for name, (_, about) in COMMANDS.items() if name.startswith(begun)]
    else:
        found = [(name, "_") for name in _channels(words[1:], environ) if name.startswith(begun)]
    match environ[COMPLETION]:
        case "bash_complete":
            return "".join(f"plain,{name}\n" for name, _ in found)
        case "zsh_complete":
            return "".join(f"plain\n{name}\n{about}\n" for name, about in found)
    return ""


def _options(words: list[str], begun: str) -> str:
    """The options of a command, as bash takes them; other shells also show what each is for."""
    if not words or words[0] not in COMMANDS or words[:2] == ["plan", "merge"] or words[0] in ("audit", "sandbox"):
        return ""
    options = [f"--{name}" for name in f"{OPTIONS.get(words[0], '')} {EVERY}".split()]
    return "".join(f"plain,{option}\n" for option in options if option.startswith(begun))


def _channels(words: list[str], environ: Mapping[str, str]) -> list[str]:
    """The channels that may follow these words; none where something else may follow, too."""
    command, *typed = words
    if command not in TAKE_MANY and (command not in TAKE_ONE or typed):
        return []
    if words[:2] == ["plan", "merge"] or "SMSOPS_CHDIR" in environ or "SMSOPS_CONFIG" in environ:
        return []
    from smsops.files.names import channel_names

    return [name for name in channel_names(".") if name not in typed]


def _is_plain(word: str) -> bool:
    """Whether a word is one to every shell, and no option."""
    return word.replace("-", "a").isalnum() and word.isascii() and word[0] != "-"

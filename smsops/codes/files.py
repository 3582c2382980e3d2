"""SMS1xx: the project, the command line, and files that cannot be read as YAML."""

from __future__ import annotations

from smsops.explanations import Code

FILE_CODES: tuple[Code, ...] = (
    Code(
        code="SMS101",
        title="There is no project here",
        why="smsops looks for smsops.yaml in the working directory and in every folder above it. Without it there are "
        "no accounts and no channels, so nothing can be checked or planned.",
        bad="$ cd /tmp && smsops plan",
        good="$ cd my-project && smsops plan\n$ smsops -C my-project plan",
    ),
    Code(
        code="SMS102",
        title="The command line is wrong",
        why="An option, an argument or a combination of them means nothing. smsops stops before it reads or sends "
        "anything, with exit code 64.",
        bad="$ smsops apply --color sometimes",
        good="$ smsops apply --color never",
    ),
    Code(
        code="SMS103",
        title="A file or folder cannot be read",
        why="A channel that cannot be read would look like a channel that left git, and its numbers like numbers to "
        "detach. So an unreadable file, a folder named like a channel, a broken link and a link that leads out of the "
        "project are errors.",
        bad="$ ln -s /etc/hosts channels/otp.yaml && smsops validate",
        good="$ rm channels/otp.yaml && smsops validate",
    ),
    Code(
        code="SMS104",
        title="The file is too large",
        why="A file holds one channel, which takes a few kilobytes. Files above 256 KiB are a mistake or an attack, "
        "and are not read.",
        bad="$ head -c 300000 /dev/zero | tr '\\0' a > channels/otp.yaml && smsops validate",
        good="$ git checkout channels/otp.yaml && smsops validate",
    ),
    Code(
        code="SMS105",
        title="The file is not UTF-8",
        why="In another encoding the same bytes mean other characters, so a name would change from machine to machine. "
        "Save the file as UTF-8; every editor can.",
        bad="$ printf 'description: Caf\\351\\n' >> channels/otp.yaml && smsops validate",
        good="$ iconv -f latin1 -t utf-8 otp.yaml > channels/otp.yaml && smsops validate",
    ),
    Code(
        code="SMS106",
        title="The file holds an invisible character",
        why="Control characters and unusual line breaks hide text from reviewers and drive terminals. They come from "
        "copying out of other programs.",
        bad="$ printf 'description: a\\007b\\n' >> channels/otp.yaml && smsops validate",
        good="$ printf 'description: ab\\n' >> channels/otp.yaml && smsops validate",
    ),
    Code(
        code="SMS107",
        title="The file is empty",
        why="An empty file says nothing of its channel, not even that it should go. To remove a channel, remove its "
        "file.",
        bad="# raw\n# nothing but a comment\n",
        good="description: A channel with all its keys\n",
    ),
    Code(
        code="SMS108",
        title="The file is not YAML",
        why="Something is out of place: indentation, a colon, a quote or a bracket. Nothing else in the file is "
        "checked until it can be read.",
        bad="description: Replies: call the desk\n",
        good='description: "Replies: call the desk"\n',
    ),
    Code(
        code="SMS109",
        title="The file is nested too deeply",
        why="A channel file needs four levels. More than 64 are a mistake or an attempt to exhaust the reader.",
        bad="tags: " + "[" * 70 + "]" * 70 + "\n",
        good="tags: {brand: fernhill}\n",
    ),
    Code(
        code="SMS110",
        title="A key is written twice",
        why="YAML readers silently keep one of the two, and not all of them the same. A reviewer sees the other one.",
        bad="description: Reminders\ndescription: Offers\n",
        good="description: Reminders\n",
    ),
    Code(
        code="SMS111",
        title="Anchors and aliases are not allowed",
        why="With an alias a change on one line changes what stands on another, which a diff does not show; and nested "
        "aliases grow without bound. Write the value out.",
        bad="tags:\n  brand: &brand fernhill\n  owner: *brand\n",
        good="tags:\n  brand: fernhill\n  owner: fernhill\n",
    ),
    Code(
        code="SMS112",
        title="Tags are not allowed",
        why="A tag such as !!str or !env asks the reader to make something other than what is written. smsops reads "
        "text, numbers, true, false and null as they stand.",
        bad="description: !!str 42\n",
        good='description: "42"\n',
    ),
    Code(
        code="SMS113",
        title="The file holds more than one document",
        why="One file is one channel, so that its history is the history of the channel. A second document after --- "
        "and directives that begin with % are refused.",
        bad="description: One\n---\ndescription: Two\n# without: provider, account, direction, phone_numbers, name\n",
        good="description: One\n",
    ),
    Code(
        code="SMS114",
        title="A key is not a word",
        why="YAML lets a list or a mapping be a key. smsops knows no such key; usually a bracket or a question mark "
        "slipped in.",
        bad="tags:\n  [brand, fernhill]: yes\n",
        good='tags:\n  brand: fernhill\n  fernhill: "yes"\n',
    ),
    Code(
        code="SMS115",
        title="A phone number without quotes",
        why="smsops reads +12065550101 as the text that is written. Many editors and programs read a number and drop "
        "the plus. Put the number in quotes; `smsops fmt` does it.",
        bad="phone_numbers:\n  - +12065550101\n",
        good='phone_numbers:\n  - "+12065550101"\n',
    ),
    Code(
        code="SMS116",
        title="The channels folder cannot be used",
        why="It is missing, or lies outside the project. No channels would look like channels that all left git.",
        bad="# smsops.yaml\nchannels: ../elsewhere\n",
        good="# smsops.yaml\nchannels: channels\n",
    ),
)

"""`smsops fmt` as people, hooks and pipelines run it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from smsops.files import layout
from tests.cli.door import CODES, ROOT, SUPPORT, Run, process, write_project

ODD = "name: codes\nphone_numbers: # pool\n- +12065550103\ndirection:   outbound\n"
EVEN = 'name: codes\ndirection: outbound\nphone_numbers:  # pool\n  - "+12065550103"\n'
DIFF = """--- channels/codes.yaml
+++ channels/codes.yaml
@@ -1,4 +1,4 @@
 name: codes
-phone_numbers: # pool
-- +12065550103
-direction:   outbound
+direction: outbound
+phone_numbers:  # pool
+  - "+12065550103"
"""


def files_of(root: Path) -> dict[str, tuple[bytes, int]]:
    """Every channel file with its bytes and the time of its last write."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in (root / "channels").iterdir()}


def test_fmt_writes_what_differs_and_names_it(project: Path, run: Run) -> None:
    write_project(project, codes=ODD)
    before = files_of(project)
    ran = run("fmt")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "channels/codes.yaml\n1 file changed, 1 file is laid out already.\n"
    after = files_of(project)
    assert after["codes.yaml"][0] == EVEN.encode()
    assert after["support.yaml"] == before["support.yaml"]
    assert sorted(after) == ["codes.yaml", "support.yaml"]
    again = run("fmt")
    assert (again.code, again.out) == (0, "2 files are laid out already.\n")
    assert files_of(project) == after


def test_the_sample_project_is_laid_out() -> None:
    ran = process("fmt", "--check", cwd=ROOT)
    assert (ran.code, ran.out, ran.err) == (0, "12 files are laid out already.\n", "")


def test_check_names_what_would_change_writes_nothing_and_is_1(project: Path, run: Run) -> None:
    write_project(project, codes=ODD, more="b: 1\nname: more\n")
    before = files_of(project)
    ran = run("fmt", "--check")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == (
        "channels/codes.yaml\nchannels/more.yaml\n2 files would change, 1 file is laid out already. Run smsops fmt.\n"
    )
    assert files_of(project) == before
    assert run("fmt", "--check", "channels/support.yaml").code == 0


def test_diff_prints_what_would_change_and_writes_nothing(project: Path, run: Run) -> None:
    write_project(project, codes=ODD)
    before = files_of(project)
    ran = run("fmt", "--diff")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == DIFF + "1 file would change, 1 file is laid out already.\n"
    checked = run("fmt", "--diff", "--check")
    assert (checked.code, checked.out) == (1, ran.out.replace("already.", "already. Run smsops fmt."))
    assert files_of(project) == before
    same = run("fmt", "--diff", "--check", "channels/support.yaml")
    assert (same.code, same.out) == (0, "1 file is laid out already.\n")


def test_a_diff_is_coloured_on_demand_and_paths_are_not(project: Path, run: Run) -> None:
    write_project(project, codes=ODD)
    lines = run("fmt", "--diff", "--color", "always").out.splitlines()
    assert lines[0] == "\x1b[1m--- channels/codes.yaml\x1b[0m"
    assert lines[2:4] == ["\x1b[36m@@ -1,4 +1,4 @@\x1b[0m", " name: codes"]
    assert lines[4] == "\x1b[31m-phone_numbers: # pool\x1b[0m"
    assert lines[8] == "\x1b[32m+phone_numbers:  # pool\x1b[0m"
    assert "\x1b" not in run("fmt", "--check", "--color", "always").out


def test_a_diff_shows_line_ends_marks_and_a_missing_last_line_break(project: Path, run: Run) -> None:
    (project / "channels" / "codes.yaml").write_bytes(b"\xef\xbb\xbf" + CODES.replace("\n", "\r\n").encode()[:-2])
    out = run("fmt", "--diff").out
    assert "-\\ufeffname: codes\\r\n" in out
    assert '-  - "+12065550103"\n\\ No newline at end of file\n+name: codes\n' in out
    assert out.endswith('+  - "+12065550103"\n1 file would change, 1 file is laid out already.\n')


def test_a_diff_drives_no_terminal_and_shows_no_secret(project: Path, run: Run) -> None:
    secret = "0123456789abcdef" * 2
    write_project(project, codes=f"{CODES}tags:  {{a: '\u202e', auth_token: {secret}}}\n# ##vso[task]\n")
    ran = run("fmt", "--diff")
    assert "\u202e" not in ran.out
    assert "'\\u202e'" in ran.out
    assert "##vso" not in ran.out
    assert secret not in ran.out + run("fmt", "--diff", "-o", "json").out
    run("fmt")
    assert f"auth_token: {secret}" in (project / "channels" / "codes.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("newline", ["\r\n", "\r"], ids=["CRLF", "CR"])
def test_line_ends_become_lf_and_a_byte_order_mark_goes(newline: str, project: Path, run: Run) -> None:
    path = project / "channels" / "codes.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + ODD.replace("\n", newline).encode())
    assert run("fmt").code == 0
    assert path.read_bytes() == EVEN.encode()


def test_json_tells_the_number_of_files_and_the_paths_that_change(project: Path, run: Run) -> None:
    write_project(project, codes=ODD)
    head = {"format_version": "1.0", "files": 2, "changed": ["channels/codes.yaml"], "findings": []}
    assert run("fmt", "--check", "-o", "json").document == {**head, "ok": False}
    assert run("fmt", "--diff", "-o", "json").document == {**head, "ok": True, "diff": DIFF}
    ran = run("fmt", "-o", "json")
    assert (ran.code, ran.document) == (0, {**head, "ok": True})
    assert list(ran.document) == ["format_version", "ok", "files", "changed", "findings"]
    assert run("fmt", "--check", "-o", "json").document == {**head, "ok": True, "changed": []}


def test_a_broken_file_is_3_and_the_others_are_laid_out(project: Path, run: Run) -> None:
    write_project(project, codes=ODD, support=SUPPORT + "\tx: 1\n", twice="name: a\nname: a\n", other="nme:   a\n")
    before = files_of(project)
    ran = run("fmt")
    assert ran.code == 3
    assert ran.out.startswith("channels/codes.yaml\nchannels/other.yaml\n\nchannels/support.yaml:13:1: error SMS108: ")
    assert "\nchannels/twice.yaml:2:1: error SMS110: " in ran.out
    assert ran.out.endswith("\n\n2 files changed, 2 files stay as they are.\n")
    assert "SMS2" not in ran.out
    after = files_of(project)
    assert (after["codes.yaml"][0], after["other.yaml"][0]) == (EVEN.encode(), b"nme: a\n")
    assert (after["support.yaml"], after["twice.yaml"]) == (before["support.yaml"], before["twice.yaml"])
    told = run("fmt", "--check", "-o", "json")
    assert (told.code, told.document["ok"], told.document["files"]) == (3, False, 4)
    assert [found["code"] for found in told.document["findings"]] == ["SMS108", "SMS110"]
    limited = run("fmt", "--check", "channels/codes.yaml", "channels/support.yaml")
    assert (limited.code, limited.out.count("error SMS")) == (3, 1)
    assert run("fmt", "--check", "channels/codes.yaml").code == 0


def test_a_broken_project_file_is_told_and_the_channels_are_laid_out(project: Path, run: Run) -> None:
    write_project(project, project="version: [\n", codes=ODD)
    ran = run("fmt", "channels")
    assert ran.code == 3
    assert "smsops.yaml:1:10: error SMS108: " in ran.out
    assert ran.out.endswith("1 file changed, 1 file is laid out already.\n")
    write_project(project, project="version: 7\n", codes=ODD)
    assert run("fmt").code == 0


def test_a_project_without_channels_is_fine(project: Path, run: Run) -> None:
    for path in (project / "channels").iterdir():
        path.unlink()
    ran = run("fmt", "--check")
    assert (ran.code, ran.out, ran.err) == (0, "There is no channel file.\n", "")


def test_paths_limit_what_is_laid_out(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(project, codes=ODD)
    nested = project / "channels" / "eu"
    nested.mkdir()
    (nested / "a.yml").write_text("b: 1\nname: a\n", encoding="utf-8")
    assert run("fmt", "--check", "channels/support.yaml").code == 0
    eu = run("fmt", "--check", "channels/eu", "-o", "json").document
    assert (eu["files"], eu["changed"]) == (1, ["channels/eu/a.yml"])
    monkeypatch.chdir(nested)
    both = run("fmt", "--check", "../codes.yaml", str(nested / "a.yml"), "../eu", "-o", "json").document
    assert (both["files"], both["changed"]) == (2, ["channels/codes.yaml", "channels/eu/a.yml"])
    assert run("fmt", "--check", "../..", "-o", "json").document["files"] == 3
    assert run("fmt", "-C", "..", "eu").out == "channels/eu/a.yml\n1 file changed.\n"
    assert run("validate", "-C", "..", "eu/a.yml").code == 3


def test_what_is_no_channel_file_is_left_with_a_sentence(project: Path, run: Run) -> None:
    (project / "README.md").write_text("a:   b\n", encoding="utf-8")
    before = (project / "smsops.yaml").read_bytes()
    ran = run("fmt", "smsops.yaml", "README.md", "channels/codes.yaml")
    assert (ran.code, ran.out) == (0, "1 file is laid out already.\n")
    assert ran.err == (
        "smsops.yaml stays as it is: it is no channel file, and holds none.\n"
        "README.md stays as it is: it is no channel file, and holds none.\n"
    )
    assert run("fmt", "-q", "smsops.yaml").err == ""
    assert (project / "smsops.yaml").read_bytes() == before


def test_the_project_file_is_no_channel_though_channels_lie_beside_it(project: Path, run: Run) -> None:
    text = (project / "smsops.yaml").read_text(encoding="utf-8").replace("version: 1\n", "channels:  .\nversion:  1\n")
    (project / "smsops.yaml").write_text(text, encoding="utf-8")
    assert run("fmt", "--check").out == "2 files are laid out already.\n"
    (project / "smsops.yaml").rename(project / "other.yaml")
    assert run("fmt", "--check", "--config", "other.yaml").out == "2 files are laid out already.\n"


def test_a_path_outside_the_project_is_64(project: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("b:  1\n", encoding="utf-8")
    ran = run("fmt", "channels/codes.yaml", "../a.yaml", "-o", "json")
    assert ran.code == 64
    assert ran.document["error"]["message"] == "'../a.yaml' is outside the project."
    missing = run("fmt", "missing.yaml")
    assert (missing.code, missing.out) == (64, "")
    assert "error SMS102: 'missing.yaml' does not exist.\n" in missing.err
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == "b:  1\n"


def test_a_link_is_written_through_and_named_as_it_is(project: Path, run: Run) -> None:
    shared = project / "shared.yaml"
    shared.write_text(ODD, encoding="utf-8")
    link = project / "channels" / "codes.yaml"
    link.unlink()
    link.symlink_to("../shared.yaml")
    assert run("fmt", "channels/codes.yaml").out == "channels/codes.yaml\n1 file changed.\n"
    assert link.is_symlink()
    assert shared.read_bytes() == EVEN.encode()


def test_a_link_out_of_the_project_is_told_and_not_followed(project: Path, run: Run, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(ODD, encoding="utf-8")
    (project / "channels" / "out.yaml").symlink_to(outside)
    ran = run("fmt", "channels/out.yaml")
    assert ran.code == 3
    assert "channels/out.yaml:1:1: error SMS103: The link leads out of the project" in ran.out
    assert outside.read_text(encoding="utf-8") == ODD


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_a_file_keeps_its_mode(mode: int, project: Path, run: Run) -> None:
    path = project / "channels" / "codes.yaml"
    path.write_text(ODD, encoding="utf-8")
    path.chmod(mode)
    assert run("fmt").code == 0
    assert path.read_bytes() == EVEN.encode()
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_read_only_file_is_an_error_and_the_others_are_laid_out(project: Path, run: Run) -> None:
    write_project(project, codes=ODD, other="b: 1\nname: other\n", third=ODD)
    for name in ("codes", "third"):
        (project / "channels" / f"{name}.yaml").chmod(0o444)
    ran = run("fmt")
    assert ran.code == 1
    assert ran.out == "channels/other.yaml\n1 file changed, 1 file is laid out already, 2 files stay as they are.\n"
    assert ran.err == (
        "error SMS102: channels/codes.yaml is read-only. channels/third.yaml is read-only.\n"
        "hint: Make it writable, or leave it out.\n"
    )
    assert (project / "channels" / "codes.yaml").read_text(encoding="utf-8") == ODD
    told = run("fmt", "-o", "json")
    assert (told.code, told.document["ok"], told.document["changed"]) == (1, False, [])
    assert told.document["errors"][0] == {
        "code": "SMS102",
        "message": "channels/codes.yaml is read-only.",
        "hint": "Make it writable, or leave it out.",
    }
    assert run("fmt", "--check").code == 1
    assert run("fmt", "--diff").code == 0


def test_a_file_that_cannot_be_replaced_is_an_error(project: Path, run: Run) -> None:
    write_project(project, codes=ODD)
    (project / "channels" / f".codes.yaml.{os.getpid()}.tmp").mkdir()
    ran = run("fmt")
    assert ran.code == 1
    assert "codes.yaml cannot be written: Is a directory." in ran.err
    assert "hint: Mend its permissions, or those of its folder.\n" in ran.err


def test_a_defect_of_the_layout_leaves_the_file_and_says_so(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(project, codes=ODD)
    drawn = layout._drawn
    monkeypatch.setattr(layout, "_drawn", lambda text: drawn(text).replace("codes", "coeds"))
    ran = run("fmt")
    assert ran.code == 1
    assert ran.out == "1 file is laid out already, 1 file stays as it is.\n"
    assert ran.err == (
        "error: 'channels/codes.yaml' stays as it is: in the canonical layout it would not say the same.\n"
        "hint: This is a defect of smsops; please report it with the file.\n"
    )
    assert (project / "channels" / "codes.yaml").read_text(encoding="utf-8") == ODD


def test_the_warning_about_a_number_without_quotes_names_fmt_which_mends_it(project: Path, run: Run) -> None:
    write_project(project, codes=CODES.replace('"', ""))
    assert "hint: `smsops fmt` puts it in quotes.\n" in run("validate").out
    run("fmt")
    assert run("validate").out == "2 channels are valid.\n"


def test_fmt_under_github_actions_prints_text(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert run("fmt", "--check").out == "2 files are laid out already.\n"


def test_the_options_can_be_set_by_the_environment(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(project, codes=ODD)
    monkeypatch.setenv("SMSOPS_CHECK", "1")
    assert run("fmt").code == 1
    assert (project / "channels" / "codes.yaml").read_text(encoding="utf-8") == ODD


def test_a_file_whose_name_is_no_utf_8_is_an_error(project: Path, run: Run) -> None:
    (project / "channels" / os.fsdecode(b"caf\xe9.yaml")).write_text("b: 1\nname: x\n", encoding="utf-8")
    ran = run("fmt")
    assert (ran.code, ran.out) == (1, "2 files are laid out already, 1 file stays as it is.\n")
    assert ran.err.startswith("error SMS103: channels/caf\ufffd.yaml cannot be read: No such file or directory.\n")

"""One number in a line's files: covered in logs while they grow, else named; recordings are found by their call."""

from pathlib import Path

from router.adapters.erasing_files import NumberInFiles, cover_logs, erase_files, recordings_of, standing
from router.core.erasure import Traces, forms_of

CALLER = "+8613800138000"


def traces(*refs: str) -> Traces:
    return Traces(forms_of(CALLER, "CN"), refs)


def test_a_log_keeps_its_length_and_whoever_writes_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "asterisk" / "full"
    path.parent.mkdir()
    text = f"from {CALLER}.\nsip:13800138000@carrier\n213800138000 is another's\n008613800138000\n"
    with path.open("ab", buffering=0) as log:
        log.write(text.encode())
        assert cover_logs([tmp_path], traces()) == 3
        log.write(b"and on\n")
    stars = "*" * len(CALLER)
    assert (
        path.read_text()
        == f"from {stars}.\nsip:***********@carrier\n213800138000 is another's\n***************\nand on\n"
    )
    assert cover_logs([tmp_path], traces()) == 0


def test_where_it_stands_is_said_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "site" / "deep").mkdir(parents=True)
    vip = tmp_path / "site" / "deep" / "vip.csv"
    vip.write_text("number,class\n13900139000,vip\n13800138000,vip\n1380013800,no\n'+8613800138000',vip")
    named = tmp_path / "site" / "13800138000.txt"
    named.touch()
    (tmp_path / "site" / "skipped").mkdir()
    (tmp_path / "site" / "skipped" / "x").write_text(CALLER)
    (tmp_path / "site" / "tone.wav").write_text(CALLER)
    found = standing([tmp_path / "site"], traces(), leave_out=[tmp_path / "site" / "skipped"])
    assert found == [(named, 0), (vip, 3), (vip, 5)]
    assert NumberInFiles(traces()).lines(named) == []


def test_recordings_are_theirs_by_call_or_by_number(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    theirs = ["gas.1.c4.r1.wav", "gas.1.c4.talk1-agent.wav", "gas.1.c4.keep", "messages/9_4001860_13800138000_x.wav"]
    others = ["gas.1.c42.r1.wav", "gas.2.c4.talk1-agent.wav", "messages/9_4001860_13900139000_x.wav", "gas.1.c4"]
    for name in theirs + others:
        (tmp_path / name).touch()
    found = recordings_of(tmp_path, traces("gas.1.c4", "m1"))
    assert sorted(str(path.relative_to(tmp_path)) for path in found) == sorted(theirs)
    assert erase_files([*found, tmp_path / "gone.wav"]) == (5, [])
    assert recordings_of(tmp_path, traces("gas.1.c4")) == [] and recordings_of(tmp_path / "none", traces()) == []

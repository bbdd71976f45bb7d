"""Every kind of mistake: one change to a good hotline, and exactly the diagnostics it gives."""

from collections.abc import Callable
from pathlib import Path

import pytest

from router.errors import SiteError
from router.flowfile import check_site, load_site
from router.flowfile.diagnostics import CODES
from router.flowfile.source import MAX_SIZE
from router.flowfile.text import MAX_BYTES

Change = tuple[str, str | bytes, str | bytes]

MAIN, DIRECT = "flows/main.yaml", "flows/direct.yaml"
SITE, QUEUES, AGENTS, TRUNKS = "site.yaml", "queues.yaml", "agents.yaml", "trunks.yaml"

# (what, file, old text, new text, what is found as "file:line:column code")
CASES: list[tuple[str, str, str, str, list[str]]] = [
    ("tab", MAIN, "    next: menu", "\tnext: menu", [f"{MAIN}:5:1 E102"]),
    ("tab after spaces", MAIN, "    next: menu", "  \tnext: menu", [f"{MAIN}:5:3 E102"]),
    ("syntax", MAIN, "prompt: main_menu", "prompt: main: menu", [f"{MAIN}:8:17 E101"]),
    ("quote not closed", MAIN, '"2": bye', '"2: bye', [f"{MAIN}:14:1 E101"]),
    ("duplicate key", MAIN, '"2": bye', '"1": bye', [f"{MAIN}:11:7 E103"]),
    ("duplicate node", MAIN, "  bye:", "  bye: {type: hangup}\n  bye:", [f"{MAIN}:14:3 E103"]),
    ("leading zero", MAIN, '"2": bye', "02: bye", [f"{MAIN}:11:7 E104"]),
    ("leading zero number", MAIN, "prompt: main_menu", "prompt: main_menu\n    tries: 03", [f"{MAIN}:9:12 E104"]),
    ("bare star", MAIN, '"2": bye', "*: bye", [f"{MAIN}:11:7 E105"]),
    ("bare code", SITE, '"*11"', "*11", [f"{SITE}:7:18 E105"]),
    ("bare hash", MAIN, '"2": bye', "#: bye", [f"{MAIN}:11:7 E106"]),
    ("aliases inside themselves", MAIN, "keys:", "keys: &k\n      \"3\": *k", [f"{MAIN}:10:12 E107"]),
    ("deep", MAIN, "keys:", "x: " + "[" * 60 + "]" * 60 + "\n    keys:", [f"{MAIN}:9:45 E107"]),
    ("full-width colon", MAIN, "type: menu", "type：menu", [f"{MAIN}:7:9 E108"]),
    ("full-width colon and space", MAIN, "  menu:\n", "  menu：\n", [f"{MAIN}:6:7 E108"]),
    ("full-width digit", MAIN, '"2": bye', '"２": bye', [f"{MAIN}:11:8 E108"]),
    ("full-width comma", QUEUES, "[inbound]", "[inbound，senior]", [f"{QUEUES}:3:21 E108"]),
    ("full-width quotes", MAIN, "queue: enquiry", "queue: “enquiry”", [f"{MAIN}:12:38 E108"]),
    ("full-width span", QUEUES, "3 rings", "３ rings", [f"{QUEUES}:4:20 E108"]),
    ("full-width indentation", MAIN, "    next: menu", "　　next: menu", [f"{MAIN}:5:1 E108"]),
    ("full-width letters in a key", MAIN, "prompt: main", "ｐrompt: main", [f"{MAIN}:8:5 E108"]),
    ("tag", MAIN, "prompt: main_menu", "prompt: !!python/name:os.system main_menu", [f"{MAIN}:8:13 E109"]),
    ("two documents", MAIN, "person: to_enquiry\n", "---\nperson: to_enquiry\n", []),
    ("second document", TRUNKS, "peers: 127.0.0.0/8}\n", "peers: 127.0.0.0/8}\n---\nx: 1\n", [f"{TRUNKS}:3:1 E110"]),
    ("control character", MAIN, "prompt: main_menu", "prompt: main_menu\x07", [f"{MAIN}:8:22 E111"]),
    ("list as key", MAIN, '"2": bye', "? [a]\n      : bye\n      \"2\": bye", [f"{MAIN}:11:9 E112"]),
    ("missing key", MAIN, "    next: menu\n", "", [f"{MAIN}:4:5 E201"]),
    ("missing type", MAIN, "{type: hangup}", "{prompt: hello}", [f"{MAIN}:13:8 E201"]),
    ("missing nodes", DIRECT, "nodes:", "title: x\nsteps:", [f"{DIRECT}:1:1 E201", f"{DIRECT}:2:1 E203"]),
    ("misspelt nodes", DIRECT, "nodes:", "node:", [f"{DIRECT}:1:1 E203"]),
    ("wrong type", MAIN, "prompt: main_menu", "prompt: {a: b}", [f"{MAIN}:8:13 E202"]),
    ("no number", MAIN, "prompt: main_menu", "prompt: main_menu\n    tries: many", [f"{MAIN}:9:12 E202"]),
    ("no boolean", SITE, "emergency: yes", "emergency: perhaps", [f"{SITE}:11:40 E202"]),
    ("empty", MAIN, "prompt: main_menu", "prompt:", [f"{MAIN}:8:12 E202"]),
    ("node is a text", MAIN, "{type: hangup}", "hangup", [f"{MAIN}:13:8 E202"]),
    ("whole file is a list", TRUNKS, "trunks:\n  local: {peers: 127.0.0.0/8}\n", "- a\n", [f"{TRUNKS}:1:1 E202"]),
    ("unknown key", MAIN, "    prompt: main_menu", "    promt: main_menu", [f"{MAIN}:8:5 E203"]),
    ("unknown key of the site", SITE, "country: CN", "country: CN\ncuntry: CN", [f"{SITE}:3:1 E203"]),
    ("unknown node type", MAIN, "type: hangup", "type: hangupp", [f"{MAIN}:13:15 E204"]),
    ("out of bounds", MAIN, "prompt: main_menu", "prompt: main_menu\n    tries: 99", [f"{MAIN}:9:12 E205"]),
    ("no telephone key", MAIN, '"2": bye', '"x": bye', [f"{MAIN}:11:7 E205"]),
    ("unknown country", SITE, "country: CN", "country: CX", [f"{SITE}:2:10 E205"]),
    ("unknown strategy", QUEUES, "groups:", "strategy: longest_idel\n    groups:", [f"{QUEUES}:3:15 E205"]),
    ("range downwards", AGENTS, "1001-1003", "1003-1001", [f"{AGENTS}:4:3 E205"]),
    ("no address", TRUNKS, "127.0.0.0/8", "carrier.example", [f"{TRUNKS}:2:18 E205"]),
    ("span without unit", QUEUES, "3 rings", "3", [f"{QUEUES}:4:20 E206"]),
    ("bad name", QUEUES, "  enquiry:", '  "a:b": {groups: [inbound]}\n  enquiry:', [f"{QUEUES}:2:3 E207"]),
    ("unknown node", MAIN, "next: menu", "next: menue", [f"{MAIN}:5:11 E301"]),
    ("unknown start", MAIN, "person:", "start: welcom\nperson:", [f"{MAIN}:1:8 E301"]),
    ("unknown flow", SITE, "{flow: main}", "{flow: mian}", [f"{SITE}:10:21 E302"]),
    ("unknown queue", MAIN, "queue: enquiry", "queue: enquriy", [f"{MAIN}:12:38 E303"]),
    ("unknown group", QUEUES, "[inbound]", "[inbuond]", [f"{QUEUES}:3:14 E304"]),
    ("unknown prompt", MAIN, "prompt: main_menu", "prompt: main_meun", [f"{MAIN}:8:13 E305"]),
    ("unknown class", "flows/direct.yaml", "emergency", "emergencey", ["flows/direct.yaml:2:54 E306"]),
    ("unknown skill", "flows/direct.yaml", "class: emergency", "skills: {englich: 2}", ["flows/direct.yaml:2:56 E307"]),
    ("unknown phone", SITE, '["1001"]', '["2001"]', [f"{SITE}:11:59 E308"]),
    ("unknown number", TRUNKS, "127.0.0.0/8}", '127.0.0.0/8, dids: ["123"]}', [f"{TRUNKS}:2:38 E309"]),
    ("unknown language", SITE, "language: en", "language: fr", [f"{SITE}:4:11 E310"]),
    ("unreachable node", MAIN, "  bye:", "  lonely: {type: hangup}\n  bye:", [f"{MAIN}:13:3 E311"]),
    ("number twice", SITE, '"4001861"', '"400-1860"', [f"{SITE}:11:3 E312"]),
    ("agent twice", AGENTS, "agents:\n", 'agents:\n  "1002": {groups: [inbound]}\n', [f"{AGENTS}:5:3 E313"]),
    ("code twice", SITE, '"*11"', '"*12"', [f"{SITE}:7:18 E314"]),
    ("menu without a person", MAIN, "person: to_enquiry", "person: bye", [f"{MAIN}:6:3 E401", f"{MAIN}:12:3 E311"]),
    ("menu and no person", MAIN, "person: to_enquiry\n", "", []),
    ("line_rings", SITE, "line_rings: 1", "line_rings: 5", [f"{SITE}:5:13 E402"]),
    ("answer_after", SITE, "answer_after: 0", "answer_after: 2 rings", [f"{SITE}:6:15 E403"]),
    ("answer_within", QUEUES, "3 rings", "16s", [f"{QUEUES}:4:20 E404"]),
    ("queue without agents", QUEUES, "  enquiry:", "  vip: {groups: [empty]}\n  enquiry:", [f"{QUEUES}:2:3 E405"]),
    ("emergency without duty phones", SITE, ', duty_phones: ["1001"]', "", [f"{SITE}:11:3 E407"]),
    ("trunk without a way in", TRUNKS, "peers: 127.0.0.0/8", "host: sip.example", [f"{TRUNKS}:2:3 E408"]),
    ("secret", SITE, "country: CN", "country: CN\nari_password: hunter2", [f"{SITE}:3:1 E501"]),
    ("secret in Chinese", MAIN, "    next: menu", '    密码: "123456"\n    next: menu', [f"{MAIN}:5:5 E501"]),
]  # fmt: skip

EXTRA = {  # a case that needs a second change
    "queue without agents": (AGENTS, "  inbound: {}", "  inbound: {}\n  empty: {}"),
    "menu without a person": (MAIN, '"1": to_enquiry', '"1": bye'),
    "menu and no person": (MAIN, '"2": bye', '"2": bye\n    no_key: bye'),
}


def _found(folder: Path) -> list[str]:
    root = f"{folder}/"
    return [
        f"{finding.file.removeprefix(root)}:{finding.line}:{finding.column} {finding.code}"
        for finding in check_site(folder)
    ]


@pytest.mark.parametrize(("what", "file", "old", "new", "expected"), CASES, ids=[case[0] for case in CASES])
def test_one_mistake_gives_exactly_its_diagnostics(
    what: str, file: str, old: str, new: str, expected: list[str], good: dict[str, str], write_site: Callable[..., Path]
) -> None:
    changed = dict(good)
    for name, before, after in ((file, old, new), *([EXTRA[what]] if what in EXTRA else [])):
        assert before in changed[name], "the case no longer fits the good hotline"
        changed[name] = changed[name].replace(before, after, 1)
    assert _found(write_site(changed)) == expected


def test_the_good_hotline_has_none(write_site: Callable[..., Path]) -> None:
    assert check_site(write_site()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert [finding.code for finding in check_site(tmp_path / "nowhere")] == ["E001"]


def test_missing_files(write_site: Callable[..., Path]) -> None:
    folder = write_site({QUEUES: None, MAIN: None, "flows/direct.yaml": None})
    codes = {(finding.file, finding.code) for finding in check_site(folder)}
    assert {("tiny/queues.yaml", "E002"), ("tiny/flows/main.yaml", "E002")} <= codes


def test_gbk_is_named_and_the_other_mistakes_are_found_all_the_same(
    good: dict[str, str], write_site: Callable[..., Path]
) -> None:
    text = good[MAIN].replace("person: to_enquiry", "title: 主线路\nperson: to_enquiry").replace("bye:", "再见:")
    folder = write_site({MAIN: text.encode("gbk")})
    assert _found(folder) == [f"{MAIN}:1:8 E003", f"{MAIN}:12:12 E301", f"{MAIN}:14:3 E311"]
    assert "GBK" in check_site(folder)[0].message


def test_neither_utf8_nor_gbk(write_site: Callable[..., Path]) -> None:
    assert _found(write_site({TRUNKS: b"trunks:\n  a\xff\xff\xff: b\n"})) == [f"{TRUNKS}:2:4 E003"]


def test_utf16(good: dict[str, str], write_site: Callable[..., Path]) -> None:
    assert _found(write_site({TRUNKS: good[TRUNKS].encode("utf-16")})) == [f"{TRUNKS}:1:1 E003"]


def test_byte_order_mark(good: dict[str, str], write_site: Callable[..., Path]) -> None:
    assert _found(write_site({TRUNKS: good[TRUNKS].encode("utf-8-sig")})) == [f"{TRUNKS}:1:1 E004"]


def test_too_big(write_site: Callable[..., Path]) -> None:
    assert _found(write_site({TRUNKS: b"#" * (MAX_BYTES + 1)})) == [f"{TRUNKS}:1:1 E005"]


def test_a_broken_link_cannot_be_read(write_site: Callable[..., Path]) -> None:
    folder = write_site()
    (folder / "notes.txt").symlink_to("nowhere")
    assert _found(folder) == ["notes.txt:1:1 E006"]


def test_a_file_nobody_reads(good: dict[str, str], write_site: Callable[..., Path]) -> None:
    folder = write_site({"queue.yaml": "a: b\n", "trunks.yml": good[TRUNKS]})
    findings = check_site(folder)
    assert [(finding.file, finding.code) for finding in findings] == [
        ("tiny/queue.yaml", "E007"),
        ("tiny/trunks.yml", "E007"),
    ]
    assert findings[0].hint == "did you mean 'queues.yaml'?"


def test_too_many_files(write_site: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("router.flowfile.files.MAX_FILES", 6)
    assert "tiny:1:1 E008" in _found(write_site({"zz.txt": "one too many"}))


def test_thousands_of_mistakes_are_cut(good: dict[str, str], write_site: Callable[..., Path]) -> None:
    lines = "".join(f"  n{number}: {{type: nothing}}\n" for number in range(1_500))
    findings = check_site(write_site({MAIN: good[MAIN] + lines}))
    assert len(findings) == 1_001
    assert (findings[0].code, findings[0].file) == ("E009", "tiny")
    assert findings[0].message.startswith("2000 more")


def test_an_alias_bomb_is_stopped(write_site: Callable[..., Path]) -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "\n".join(levels) + "\n"
    assert f"{TRUNKS}:6:" in next(found for found in _found(write_site({TRUNKS: bomb})) if found.endswith("E107"))
    assert MAX_SIZE < 10**6


def test_a_prompt_the_language_lacks(good: dict[str, str], write_site: Callable[..., Path]) -> None:
    folder = write_site(
        {
            "prompts/zh/own.yaml": "欢迎: 欢迎致电。\n",
            MAIN: good[MAIN].replace("prompt: main_menu", "prompt: [欢迎, main_menu, 欢迎]"),
        }
    )
    assert _found(folder) == [f"{MAIN}:8:14 E406"]


def test_mistakes_in_the_texts_of_prompts(write_site: Callable[..., Path]) -> None:
    folder = write_site({"prompts/en/a.yaml": "one: 1\ntwo:\n", "prompts/en/b.yaml": "one: again\n"})
    assert _found(folder) == ["prompts/en/a.yaml:2:5 E202", "prompts/en/b.yaml:1:1 E103"]


def test_loading_raises_with_every_diagnostic(good: dict[str, str], write_site: Callable[..., Path]) -> None:
    folder = write_site({MAIN: good[MAIN].replace("prompt: main_menu", "promt: main_menu")})
    with pytest.raises(SiteError) as raised:
        load_site(folder)
    assert str(raised.value) == (
        "tiny/flows/main.yaml:8:5: E203 'menu' node has no key 'promt'\n    hint: did you mean 'prompt'?"
    )
    assert raised.value.cure == "correct it and run: hotline check tiny"


def test_every_code_has_a_case() -> None:
    """Where a code is asserted in no test of the front end, this test says so."""
    tests = Path(__file__).parents[1]
    files = [path for folder in ("flowfile", "flowtest", "ivr") for path in tests.glob(f"{folder}/test_*.py")]
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    assert [code for code in CODES if code not in source] == []

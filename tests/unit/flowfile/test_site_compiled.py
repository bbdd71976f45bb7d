"""From YAML to a compiled site: what the core is given."""

from collections.abc import Callable
from pathlib import Path

import pytest

from router.flowfile import check_site, load_site
from router.flowfile.music import read_music
from router.flowfile.prompts import ROUTER_PROMPTS, WAIT_PROMPTS, read_prompts, sound_name
from router.ivr.effects import Enqueue
from router.ivr.nodes.menu import Menu
from router.ivr.session import Session, View, begin
from router.publishing import music_of

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "ivr_flows" / "demo"

WriteSite = Callable[..., Path]


def test_the_demo_has_no_mistakes() -> None:
    assert [str(finding) for finding in check_site(DEMO)] == []


def test_the_demo_is_what_the_readme_promises() -> None:
    site = load_site(DEMO)
    assert sorted(site.dids) == ["4001860", "4001861", "4001862"]
    assert site.dids["4001861"].emergency
    assert site.dids["4001861"].duty_phones
    assert sorted(site.floor.agents) == [str(number) for number in range(1001, 1041)]
    assert set(site.phones) == set(site.floor.agents)
    assert site.codes == {
        "*11": "sign_in", "*12": "sign_out", "*13": "ready", "*14": "pause", "*15": "wrap_up_done",
        "*16": "extend_wrap_up",
        "*17": "solved",
        "*18": "unsolved",
        "*78": "do_not_disturb",
        "*79": "end_do_not_disturb",
        "*71": "open_extension",
        "*72": "close_extension",
    }  # fmt: skip
    assert site.ring_ms == 5_000
    assert site.floor.queues["enquiry"].answer_within_ms == 15_000
    assert site.floor.classes["emergency"].tier == 0
    assert site.trunks["local"].peers == ("127.0.0.0/8",)
    menu = site.script.flows["main"].nodes["menu"]
    assert isinstance(menu, Menu)
    assert menu.keys["0"] == "to_enquiry"
    assert site.script.prompts["en"]["main_menu"] == ("sound:hotline/en/main_menu",)
    assert site.script.prompts["zh"]["router/pin"] == ("sound:hotline/zh/router/pin",)


def test_the_direct_number_is_one_enqueue_and_nothing_else() -> None:
    site = load_site(DEMO)
    view = View(caller="", withheld=True, did="4001862", diverted_from="", clock=site.clock)
    effects = begin(site.script, Session(flow="direct", node="", language="en"), view)
    assert [effect for effect in effects if isinstance(effect, Enqueue)] == [Enqueue(queue="enquiry")]
    assert len(effects) == 2  # and its step


def test_every_language_has_the_routers_own_prompts() -> None:
    prompts, findings = read_prompts(DEMO)
    assert findings == []
    assert sorted(prompts) == ["en", "zh"]
    for language, texts in prompts.items():
        assert [name for name in (*ROUTER_PROMPTS, *WAIT_PROMPTS) if name not in texts] == [], language


def test_spans_count_rings_of_the_country(good: dict[str, str], write_site: WriteSite) -> None:
    site = load_site(write_site({"site.yaml": good["site.yaml"].replace("country: CN", "country: GB")}))
    assert site.ring_ms == 3_000
    assert site.floor.queues["enquiry"].answer_within_ms == 9_000


def test_a_queue_without_answer_within_rings_three_times(good: dict[str, str], write_site: WriteSite) -> None:
    site = load_site(write_site({"queues.yaml": good["queues.yaml"].replace("    answer_within: 3 rings\n", "")}))
    assert site.floor.queues["enquiry"].answer_within_ms == 15_000


def test_classes_skills_and_names_in_chinese(good: dict[str, str], write_site: WriteSite) -> None:
    changed = {
        "queues.yaml": "queues:\n  咨询队列: {groups: [inbound], skills: {english: 2}, wrap_up: 30s}\n",
        "flows/main.yaml": good["flows/main.yaml"].replace("queue: enquiry", "queue: 咨询队列").replace("bye", "再见"),
        "flows/direct.yaml": good["flows/direct.yaml"].replace("queue: enquiry", "queue: 咨询队列"),
    }
    site = load_site(write_site(changed))
    queue = site.floor.queues["咨询队列"]  # type: ignore[index]
    assert (queue.need, queue.wrap_up_ms) == (((("english", 2),),), 30_000)
    assert "再见" in site.script.flows["main"].nodes
    assert site.floor.classes["gold"].head_start_ms == 30_000
    assert site.floor.agents["1002"].skills == (("english", 3),)  # type: ignore[index]


def test_an_agent_with_a_phone_of_another_name(good: dict[str, str], write_site: WriteSite) -> None:
    agents = (
        good["agents.yaml"] + '  "1009": {groups: [inbound], phone: desk-9}\nphones: {desk-9: {auto_answer: yes}}\n'
    )
    site = load_site(write_site({"agents.yaml": agents}))
    assert site.floor.agents["1009"].phone == "desk-9"  # type: ignore[index]
    assert site.phones["desk-9"].auto_answer  # type: ignore[index]
    assert "1009" not in site.phones


def test_numbers_lose_their_dashes(good: dict[str, str], write_site: WriteSite) -> None:
    site = load_site(write_site({"site.yaml": good["site.yaml"].replace('"4001860"', '"400-1860"')}))
    assert site.dids["4001860"].number == "4001860"


def test_unquoted_texts_stay_what_is_written(good: dict[str, str], write_site: WriteSite) -> None:
    """``no``, ``12:30`` and ``+86...`` are texts here, whatever YAML 1.1 makes of them."""
    site_yaml = good["site.yaml"].replace('"4001861"', "+8675512345").replace("name: tiny", "name: no")
    main = good["flows/main.yaml"].replace(
        "    next: menu", "    parts:\n      - {from: 8:00, until: 12:30, prompt: hello}\n    next: menu"
    )
    site = load_site(write_site({"site.yaml": site_yaml, "flows/main.yaml": main}))
    assert site.name == "no"
    assert "+8675512345" in site.dids
    assert site.script.flows["main"].nodes["welcome"].parts[0].until == 750  # type: ignore[attr-defined]


def test_aliases_are_followed(good: dict[str, str], write_site: WriteSite) -> None:
    main = (
        good["flows/main.yaml"]
        .replace('"1": to_enquiry', '"1": &person to_enquiry')
        .replace('"2": bye', '"2": bye\n      "3": *person')
    )
    menu = load_site(write_site({"flows/main.yaml": main})).script.flows["main"].nodes["menu"]
    assert isinstance(menu, Menu)
    assert menu.keys["3"] == "to_enquiry"


def test_the_version_is_that_of_names_and_bytes(good: dict[str, str], write_site: WriteSite) -> None:
    first = load_site(write_site()).version
    assert load_site(write_site()).version == first
    assert load_site(write_site({"README.md": "x"})).version != first
    assert load_site(write_site({"README.md": "y"})).version != first
    assert load_site(write_site({"README.md": None, ".hidden": "z"})).version != first  # README.md is still there


def test_hidden_and_test_files_are_left_alone(write_site: WriteSite) -> None:
    folder = write_site({".draft.yaml": "\t:", "flows/main.test.yaml": "later: yes", "flows/main.yaml~": "\t"})
    assert check_site(folder) == []


def test_a_sites_own_prompts_win_over_the_shipped_ones(write_site: WriteSite) -> None:
    folder = write_site(
        {"prompts/en/own.yaml": "hello: Good day to you.\n你好: Hello there.\n", "prompts/en/welcome.wav": b"RIFF"}
    )
    prompts, findings = read_prompts(folder)
    assert findings == []
    assert prompts["en"]["hello"].text == "Good day to you."
    assert prompts["en"]["welcome"].recording == folder / "prompts/en/welcome.wav"
    assert prompts["en"]["你好"].media.startswith("sound:hotline/en/p-")


def test_sound_names_are_plain_ascii() -> None:
    assert sound_name("router/pin") == "router/pin"
    for name in ("你好", "../up", "a b", "UPPER", "a//b"):
        assert sound_name(name).startswith("p-")
    assert sound_name("你好") != sound_name("再见")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null\n", "just text\n"])
def test_files_that_hold_nothing_say_so(text: str, write_site: WriteSite) -> None:
    findings = check_site(write_site({"trunks.yaml": text}))
    assert [finding.code for finding in findings] == ["E202"]


def test_music_is_a_folder_of_recordings_a_class(write_site: WriteSite) -> None:
    folder = write_site()
    for name in (
        "music/calm/b.wav",
        "music/calm/a.mp3",
        "music/calm/notes.txt",
        "music/empty/readme.md",
        "music/x.wav",
    ):
        path = folder / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    assert {name: [path.name for path in paths] for name, paths in read_music(folder).items()} == {
        "calm": ["a.mp3", "b.wav"]
    }
    assert load_site(folder).music == ("calm",)
    assert [sound.path for sound in music_of(folder)] == ["music/calm/a", "music/calm/b"]


def test_who_tells_waits_needs_the_texts_in_every_language_callers_hear(
    good: dict[str, str], write_site: WriteSite
) -> None:
    changed = {
        "site.yaml": good["site.yaml"].replace("language: en\n", "language: en\nlanguages: {fr: []}\n"),
        "prompts/fr/own.yaml": "main_menu: Bonjour\n",
    }
    silent = {finding.code for finding in check_site(write_site(changed)) if "router/wait" in finding.message}
    assert silent == set()
    changed["queues.yaml"] = good["queues.yaml"] + "    announcements: {say: [position]}\n"
    found = check_site(write_site(changed))
    lacking = {finding.code: finding.message for finding in found if "router/wait_between" in finding.message}
    assert list(lacking) == ["E406"] and "fr" in lacking["E406"]

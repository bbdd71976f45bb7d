"""Pictures of flows: what is in them, in both languages, and that Graphviz and Mermaid can read them."""

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from router.flowfile import load_site
from router.flowfile.prompts import read_prompts
from router.flowfile.ways import Way, ways, ways_out
from router.flowgraph import Picture, as_dot, as_mermaid, as_svg, picture
from router.flowgraph.picture import Kind, wrapped
from router.ivr.flow import Flow
from router.ivr.nodes.enqueue import Enqueue
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.menu import Menu
from router.ivr.nodes.play import Play
from router.site import Site

DEMO = Path(__file__).resolve().parents[3] / "ivr_flows" / "demo"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def demo() -> Site:
    return load_site(DEMO)


@pytest.fixture(scope="module")
def drawn(demo: Site) -> Picture:
    return picture(demo, _flow(), read_prompts(DEMO)[0], "en")


def _flow() -> Flow:
    return Flow(
        name="small",
        start="ask",
        person="desk",
        nodes={
            "ask": Menu(prompt=("main_menu",), keys={"1": "desk", "0": "desk", "9": "bye"}),
            "desk": Enqueue(queue="enquiry", call_class="vip"),
            "bye": Hangup(),
        },
    )


def _big(menus: int = 10) -> Flow:
    nodes: dict[str, Menu | Play | Enqueue | Hangup] = {
        "top": Menu(prompt=("main_menu",), keys={str(n): f"menu{n}" for n in range(menus)})
    }
    for n in range(menus):
        nodes[f"menu{n}"] = Menu(prompt=("main_menu",), keys={"1": f"say{n}", "2": "desk", "9": "top"}, no_key="desk")
        nodes[f"say{n}"] = Play(prompt=("welcome",), next=f"bye{n}")
        nodes[f"bye{n}"] = Hangup()
    for n in range(59 - len(nodes)):
        nodes[f"留言{n}"] = Play(prompt=("hello",), next="desk")
    nodes["desk"] = Enqueue(queue="enquiry")
    return Flow(name="大流程", start="top", person="desk", nodes=dict(nodes))


def test_boxes_say_what_a_node_is_and_does(drawn: Picture) -> None:
    boxes = {box.name: box for box in drawn.boxes}
    assert boxes["ask"].kind is Kind.ASKS
    assert boxes["ask"].lines[0].startswith("For enquiries, press 1.")
    assert boxes["desk"].kind is Kind.PERSON
    assert boxes["desk"].lines == ("queue: enquiry", "class: vip")
    assert boxes["bye"].kind is Kind.FAREWELL


def test_arrows_carry_keys_and_time_outs(drawn: Picture) -> None:
    assert {(arrow.source, arrow.target): arrow.label for arrow in drawn.arrows} == {
        ("ask", "desk"): "1, 0\nno key",
        ("ask", "bye"): "9",
    }
    assert drawn.note == "0 → desk (from everywhere)"


def test_in_chinese(demo: Site) -> None:
    chinese = picture(demo, _flow(), read_prompts(DEMO)[0], "zh")
    boxes = {box.name: box for box in chinese.boxes}
    assert boxes["ask"].type_word == "菜单"
    assert boxes["ask"].lines[0].startswith("业务咨询请按一")
    assert boxes["desk"].lines[0] == "队列: enquiry"
    assert chinese.arrows[0].label == "1, 0, 无按键"


def test_the_numbers_that_lead_in_are_shown(demo: Site) -> None:
    assert picture(demo, demo.script.flows["main"], {}).ways_in == ("4001860",)


def test_every_flow_of_the_demo_can_be_drawn(demo: Site) -> None:
    for flow in demo.script.flows.values():
        root = ElementTree.fromstring(as_svg(picture(demo, flow, read_prompts(DEMO)[0], "zh")))
        titles = [title.text or "" for title in root.iter(f"{SVG}title")]
        assert len([title for title in titles if title.startswith("n") and "->" not in title]) == len(flow.nodes)


def test_names_cannot_break_out_of_the_picture(demo: Site) -> None:
    name = '"><script>&alert("x")]'
    flow = Flow(name=name, start=name, nodes={name: Hangup()})
    root = ElementTree.fromstring(as_svg(picture(demo, flow, {})))
    assert name in "".join(root.itertext())
    assert "script" not in {element.tag.removeprefix(SVG) for element in root.iter()}
    text = as_mermaid(picture(demo, flow, {}))
    assert "<script>" not in text
    assert '"]"' not in text


def test_sixty_nodes_stay_readable(demo: Site) -> None:
    big = picture(demo, _big(), read_prompts(DEMO)[0], "zh")
    assert len(big.boxes) == 60
    jumps = [arrow for arrow in big.arrows if arrow.jump]
    assert {arrow.target for arrow in jumps} == {"desk", "top"}
    assert sum(arrow.target == "desk" and not arrow.jump for arrow in big.arrows) == 1
    root = ElementTree.fromstring(as_svg(big))
    width, height = (float(root.attrib[side].removesuffix("pt")) for side in ("width", "height"))
    assert width < 1_500, "wider than a screen"
    assert height < 6_000


def test_dot_reads_what_we_write(demo: Site) -> None:
    if shutil.which("dot") is None:
        pytest.skip("graphviz is not installed")
    subprocess.run(
        ["dot", "-Tcanon"], input=as_dot(picture(demo, _big(), {})).encode(), check=True, capture_output=True
    )


def test_mermaid_names_every_node_once(demo: Site) -> None:
    lines = as_mermaid(picture(demo, _big(), {}, "zh")).splitlines()
    assert "flowchart LR" in lines
    assert sum(":::" in line and ":::jump" not in line for line in lines) == 60
    assert '    n1 -->|"2, 无按键"| jump11["↪ desk"]:::jump' in lines or any("↪ desk" in line for line in lines)


def test_ways_are_read_from_the_types() -> None:
    menu = Menu(prompt=("main_menu",), keys={"1": "a", "12": "b"}, no_key="c")
    assert [way for way in ways(menu) if way.kind == "node"] == [
        Way("node", "a", "keys", "1"),
        Way("node", "b", "keys", "12"),
        Way("node", "c", "no_key"),
    ]
    flow = Flow(name="f", start="m", person="p", nodes={"m": Menu(prompt=("x",), keys={"1": "p"}), "p": Hangup()})
    assert [(way.label, way.name) for way in ways_out(flow, flow.nodes["m"])] == [("1", "p"), ("no_key", "p")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("short", ["short"]),
        ("one two three", ["one two", "three"]),
        ("业务咨询请按一", ["业务咨询", "请按一"]),
        ("one two three four five six", ["one two", "three f…"]),
    ],
)
def test_texts_are_wrapped_by_columns(text: str, lines: list[str]) -> None:
    assert wrapped(text, 8, 2) == lines

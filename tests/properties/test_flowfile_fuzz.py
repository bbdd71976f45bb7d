"""Whatever bytes lie in a hotline's folder: diagnostics, never an exception, in bounded time."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from router.flowfile import check_site

DEMO = Path(__file__).resolve().parents[2] / "ivr_flows" / "demo"
GOOD = {path.relative_to(DEMO).as_posix(): path.read_bytes() for path in sorted(DEMO.rglob("*.yaml"))}
FILES = [*sorted(GOOD), "prompts/en/x.yaml", "flows/新.yaml", "stray.yaml", "flows/bad:name.yaml"]

words = st.sampled_from(
    ["nodes:", "type: menu", "keys:", "*", "#:", "*:", "&a", "*a", "<<: *a", "：", "　", "\t", "- ", "[", "]", "{", "}",
     "!!x",
     "'", '"', "|\n", ">\n", "---\n", "...\n", "? ", "0", "01:", "1e999", "\ufeff", "\x00", "\x85", "\u2028",
     "💥", "password: x",
     "dids:", "agents:", "1001-9999999999", "-1", "", "null", "~", "%YAML 1.1\n", "\r", "\n", "  ", "name:", "a: b"]
)  # fmt: skip
rubbish = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(words, max_size=25).map(lambda parts: "\n".join(parts).encode()),
    st.lists(words, max_size=25).map(lambda parts: "".join(parts).encode("gb18030", "replace")),
)


def _check(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for finding in check_site(Path(folder)):
            assert finding.line >= 1
            assert finding.column >= 1
            assert str(finding).isprintable() or "\n    hint: " in str(finding)
            str(finding).encode("utf-8")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(FILES), rubbish, max_size=4))
@example({"site.yaml": b"[" * 100_000})
@example({"site.yaml": b"{a: " * 50_000})
@example({"agents.yaml": b"groups: {a: {}}\nagents: {1-999999999999: {groups: a}}\n"})
@example({"site.yaml": b"? {a: b}\n: c\n"})
@example({"flows/main.yaml": b"nodes: {a: {type: [x]}, b: {type: menu, keys: {1: {}}}}\n"})
@example({"flows/main.yaml": b"person: []\nstart: {}\nnodes: {'': {type: hangup}, 1: null}\n"})
def test_no_bytes_make_the_loader_fail(files: dict[str, bytes]) -> None:
    _check(GOOD | files)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_no_slip_of_the_keyboard_makes_the_loader_fail(name: str, data: st.DataObject) -> None:
    text = GOOD[name].decode()
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 12))
    spoilt = text[:at] + data.draw(words) + text[at + cut :]
    _check(GOOD | {name: spoilt.encode()})

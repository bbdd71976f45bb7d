"""The prompts there are: texts in ``prompts/<language>/*.yaml`` and recordings beside them, by language and name."""

import hashlib
import re
from pathlib import Path

import msgspec

import router
from router.flowfile.diagnostics import Diagnostic, Place, diagnose
from router.flowfile.files import shown
from router.flowfile.source import read_source
from router.flowfile.text import MAX_BYTES
from router.flowfile.tree import Mapping, Scalar, kind_of

SHIPPED = Path(router.__file__).resolve().parent.parent / "prompts"
"""The prompts that come with the router; a hotline's own folder ``prompts/`` wins over them."""

ROUTER_PROMPTS = tuple(
    f"router/{name}"
    for name in (
        "work_number", "pin", "signed_in", "signed_out", "ready", "paused", "wrap_up_done", "refused", "wrong_pin",
        "locked", "not_signed_in", "out_of_rotation", "away", "goodbye", "all_busy", "technical", "invalid_key",
        "do_not_disturb", "end_do_not_disturb", "extension_open", "extension_closed",
        "wrap_up_extended", "call_coded", "nobody_free", "agent_number", "waited",
    )
)  # fmt: skip
"""What the router itself says; the hotline's language must have these."""

WAIT_PROMPTS = tuple(
    f"router/{name}"
    for name in (
        "queue_position", "wait_between", "wait_up_to", "wait_under_minute", "wait_over_hour",
        "wait_passed", "wait_fewer", "wait_longer",
    )
)  # fmt: skip
"""What it says to callers who wait; where a queue tells place or wait, every language callers hear must have these."""

RECORDINGS = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".au", ".gsm")
"""What a recording's file may end in; any rate, any number of channels."""

_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")
_PLAIN_NAME = re.compile(r"^[a-z0-9_-]+(/[a-z0-9_-]+)*$")


class PromptText(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt in one language. ``recording`` is a human's recording, which wins over ``text``; None without."""

    language: str
    name: str
    text: str
    place: Place
    recording: Path | None = None

    @property
    def sound(self) -> str:
        """The sound file below the prompts' folder, without suffix: ``en/router/pin``. ASCII whatever the name is."""
        return f"{self.language}/{sound_name(self.name)}"

    @property
    def media(self) -> str:
        """The ARI media URI."""
        return f"sound:hotline/{self.sound}"


Prompts = dict[str, dict[str, PromptText]]
"""language -> prompt's name -> prompt."""


def sound_name(name: str) -> str:
    """Return a prompt's file name without suffix; a name that is not plain ASCII becomes a hash."""
    return (
        name if len(name) <= 100 and _PLAIN_NAME.match(name) else f"p-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    )


def read_prompts(site: Path, shipped: Path | None = None) -> tuple[Prompts, list[Diagnostic]]:
    """Read the prompts a site can use: its own over the shipped ones."""
    prompts: Prompts = {}
    findings: list[Diagnostic] = []
    for folder in (shipped or SHIPPED, site / "prompts"):
        if not folder.is_dir():
            continue
        try:
            inside = sorted(folder.iterdir())
        except OSError as error:
            findings.append(diagnose("E006", _place(folder), reason=error.strerror))
            continue
        for language in inside:
            if language.is_dir() and _LANGUAGE.match(language.name):
                found = _read_language(language, findings)
                if found:
                    prompts.setdefault(language.name, {}).update(found)
    return prompts, findings


def _read_language(folder: Path, findings: list[Diagnostic]) -> dict[str, PromptText]:
    found: dict[str, PromptText] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.is_file():
            _read_texts(path, folder.name, found, findings)
    for path in (path for suffix in RECORDINGS for path in sorted(folder.rglob(f"*{suffix}"))):
        name = path.relative_to(folder).with_suffix("").as_posix()
        recorded = found[name].recording if name in found else None
        if recorded is not None:
            hint = "keep one recording of each name"
            findings.append(diagnose("E103", _place(path), hint, key=name, first=f"1 of {recorded.name}"))
            continue
        text = found[name].text if name in found else ""
        found[name] = PromptText(language=folder.name, name=name, text=text, place=_place(path), recording=path)
    return found


def _read_texts(path: Path, language: str, found: dict[str, PromptText], findings: list[Diagnostic]) -> None:
    place = _place(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        findings.append(diagnose("E006", place, reason=error.strerror))
        return
    tree, wrong = read_source(data, place.file, spoken=True)
    findings += wrong
    if tree is None or (isinstance(tree, Scalar) and tree.empty):
        return
    if not isinstance(tree, Mapping):
        findings.append(diagnose("E202", tree.place, key="prompts", expected="a map of texts", found=kind_of(tree)))
        return
    for key, value in tree.entries:
        if not isinstance(value, Scalar) or not value.text.strip() or not key.text.strip("/ ."):
            wrong_value = diagnose(
                "E202", value.place, "write what is to be said", key=key.text, expected="a text", found=kind_of(value)
            )
            findings.append(wrong_value)
        elif key.text in found:
            first = found[key.text].place
            findings.append(diagnose("E103", key.place, key=key.text, first=f"{first.line} of {first.file}"))
        else:
            text = " ".join(value.text.split())
            found[key.text] = PromptText(language=language, name=key.text, text=text, place=key.place)


def _place(path: Path) -> Place:
    here = Path.cwd()
    return Place(shown(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path))

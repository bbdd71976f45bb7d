"""Diagnostics: what is wrong with the YAML, where, and what to do; each kind has a stable, documented code.

``docs/errors.md`` is written from :data:`CODES` (``python -m router.flowfile > docs/errors.md``).
"""

import difflib
from collections.abc import Iterable
from itertools import islice

import msgspec

from router.flowfile.callback_codes import CALLBACK_CODES
from router.flowfile.codes import Code, Severity, severity_of
from router.flowfile.floor_codes import FLOOR_CODES
from router.flowfile.flow_codes import FLOW_CODES
from router.flowfile.message_codes import MESSAGE_CODES
from router.flowfile.service_codes import SERVICE_CODES
from router.flowfile.surge_codes import SURGE_CODES

_LONGEST = 80


class Place(msgspec.Struct, frozen=True, order=True):
    """A place in a file; ``line`` and ``column`` count from 1. ``file`` is as the caller named the folder."""

    file: str
    line: int = 1
    column: int = 1


class Diagnostic(msgspec.Struct, frozen=True, order=True):
    """One mistake. Diagnostics sort by file and place.

    ``particulars`` are what fills the texts of its code, for other languages; ``own_hint`` says that the hint is not
    the code's.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"
    particulars: tuple[tuple[str, str], ...] = ()
    own_hint: bool = False

    def __str__(self) -> str:
        """Return ``file:line:column: CODE message`` and, on a line of its own, the hint."""
        first = f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}"
        return f"{first}\n    hint: {self.hint}" if self.hint else first


CODES: dict[str, Code] = {
    # files and bytes
    "E001": Code("'{path}' is not a hotline's folder", "a hotline's folder holds a site.yaml", "The path is wrong."),
    "E002": Code(
        "the file is missing",
        "every hotline has site.yaml, trunks.yaml, queues.yaml, agents.yaml and flows/*.yaml; copy ivr_flows/demo",
        "A file that every hotline must have is not there.",
    ),
    "E003": Code(
        "the file is saved as {encoding}, not as UTF-8",
        "save it again with encoding UTF-8",
        "Editors on Chinese Windows save GBK unless told otherwise; the texts would be read as nonsense elsewhere.",
    ),
    "E004": Code(
        "the file begins with a byte order mark (BOM)",
        "save it as 'UTF-8', not as 'UTF-8 with BOM'",
        "An invisible mark some editors put at the beginning; other YAML readers take it for part of the first key.",
    ),
    "E005": Code(
        "the file is too big ({size}, at most {limit})",
        "split it into several files",
        "A bound, so that a wrong file cannot stop the line.",
    ),
    "E006": Code(
        "the file cannot be read: {reason}", "make it readable to the router", "Missing rights or a broken link."
    ),
    "E007": Code(
        "'{name}' is not a file of a hotline",
        "YAML belongs into site, trunks, queues, agents (.yaml), flows/ or prompts/",
        "A file nobody reads is mostly a misspelt one.",
    ),
    "E008": Code(
        "more than {limit} files", "keep only the hotline's files in its folder", "A bound, like the one on file size."
    ),
    "E009": Code(
        "{count} more mistakes are not shown", "correct these first", "Nobody reads thousands of messages at once."
    ),
    # YAML
    "E101": Code("this is not YAML: {problem}", "look at the line above too", "The file cannot be read any further."),
    "E102": Code("a tab in the indentation", "use spaces, two for each level", "YAML does not allow tabs there."),
    "E103": Code(
        "key '{key}' is here twice, first in line {first}",
        "remove one of them",
        "Most YAML readers would silently keep the last one.",
    ),
    "E104": Code(
        "{text} without quotes is another number to YAML",
        'quote it: "{text}"',
        "YAML takes 01 for 1 and 010 for 8; quoted it stays what it looks like.",
    ),
    "E105": Code('* must be quoted: "{text}"', 'write "{text}"', "A bare * begins an alias in YAML."),
    "E106": Code(
        "#: without quotes is a comment",
        'for the # key write "#":',
        "Everything after a bare # is a comment, so the key would silently be missing.",
    ),
    "E107": Code(
        "too deep or too much: {problem}",
        "write it out, without anchors and aliases",
        "Nested aliases can grow without bounds; a hotline needs few levels.",
    ),
    "E108": Code(
        "full-width character '{wrong}'",
        "type '{right}' (switch the keyboard to English)",
        "Chinese keyboards produce signs that look right but mean nothing to YAML.",
    ),
    "E109": Code("YAML tags like {tag} are not used here", "remove it", "Values get their types from their keys."),
    "E110": Code(
        "a second document begins here",
        "remove the line '---', or make two files of it",
        "One file holds one document; the rest would be lost.",
    ),
    "E111": Code("an invisible control character ({name})", "delete it", "Mostly pasted along from another program."),
    "E112": Code("a key must be a plain text", "write 'key: value'", "A list or map as a key means nothing here."),
    # what keys hold
    "E201": Code("{what} lacks the key '{key}'", "{about}", "A key that must be there."),
    "E202": Code("'{key}' must be {expected}, not {found}", "{about}", "The value is of the wrong kind."),
    "E203": Code("{what} has no key '{key}'", "its keys are: {keys}", "A key nobody reads is mostly a misspelt one."),
    "E204": Code("there is no node type '{type}'", "node types are: {types}", "The type of a node is misspelt."),
    "E205": Code("'{key}' cannot be '{value}': {reason}", "{about}", "The value is out of bounds or not a choice."),
    "E206": Code(
        "'{value}' needs a unit",
        "write 500ms, 15s, 2m, 1h or 3 rings",
        "Without its unit a span is guesswork: 3 seconds or 3 rings?",
    ),
    "E207": Code(
        "'{name}' cannot be a name",
        "begin with a letter or digit (Chinese is fine), no : / or quotes, at most 64 characters",
        "Names are used in files and messages.",
    ),
    # what refers to what
    "E301": Code("flow '{flow}' has no node '{name}'", "its nodes are: {known}", "A step leads nowhere."),
    "E302": Code("there is no flow '{name}'", "flows are: {known}", "A number leads to no flow."),
    "E303": Code("there is no queue '{name}'", "queues are: {known}", "The caller would wait nowhere."),
    "E304": Code("there is no group '{name}'", "groups are: {known}", "Groups are listed in agents.yaml."),
    "E305": Code("there is no prompt '{name}'", "add its text to prompts/", "The caller would hear nothing."),
    "E306": Code("there is no class '{name}'", "classes are: {known}", "Classes are built in or in site.yaml."),
    "E307": Code("no agent has the skill '{name}'", "skills are: {known}", "Nobody could ever take such a call."),
    "E308": Code(
        "there is no phone '{name}'", "phones are those of the agents and under 'phones'", "Nothing would ring."
    ),
    "E309": Code("there is no number '{name}'", "numbers are those under 'dids' in site.yaml: {known}", "As it says."),
    "E310": Code("there are no prompts in language '{name}'", "languages are: {known}", "The line would be silent."),
    "E311": Code(
        "nothing leads to node '{name}'", "remove it, or lead a key or a 'next' to it", "Mostly a forgotten link."
    ),
    "E312": Code("number {name} is here twice, first in line {first}", "remove one of them", "Which flow is meant?"),
    "E313": Code("agent {name} is here twice, first in line {first}", "remove one of them", "Which one is meant?"),
    "E314": Code("code {name} is here twice", "give each code an action of its own", "Which action is meant?"),
    # house rules
    "E401": Code(
        "from menu '{name}' the caller cannot reach a person",
        "lead a key to an enqueue node, or give the flow a 'person'",
        "Rule of the trade: a person is always reachable.",
    ),
    "E402": Code(
        "line_rings {value} is over 4",
        "1 is good, 4 is the ceiling",
        "Rule of the trade: a line is answered within three rings, four at the very most.",
    ),
    "E403": Code(
        "answer_after is over {limit}",
        "a caller may hear at most 'line_rings' rings, never more than 4",
        "The wished ringing cannot be longer than the longest allowed one.",
    ),
    "E404": Code(
        "answer_within is over 3 rings ({value})",
        "use '3 rings' or less; the call then goes to the next agent",
        "Rule of the trade: a phone that is not picked up within three rings is passed over.",
    ),
    "E405": Code(
        "queue '{name}' has no agent{reason}",
        "put agents into one of its groups in agents.yaml",
        "Callers would wait for ever.",
    ),
    "E406": Code(
        "prompt '{name}' has no text or recording in language '{language}'",
        "add it to prompts/{language}/",
        "The caller would hear nothing.",
    ),
    "E407": Code(
        "emergency number {name} has no duty phones",
        "list 'duty_phones', which ring when the router is away",
        "Rule of the trade: an emergency line rings the duty phones all the same.",
    ),
    "E408": Code(
        "trunk '{name}' has no way for calls to come in",
        "give 'peers' (addresses of the carrier), or 'host' with 'register: yes'",
        "Without either no call is known to come from this trunk.",
    ),
    # secrets
    "E501": Code(
        "a secret in clear: '{key}'",
        "remove it; passwords and PINs are kept apart from the YAML (hotline agents pin, hotline phones)",
        "The YAML is copied, shown and kept in versions.",
    ),
    # tests (*.test.yaml)
    "E601": Code(
        "a step says one thing, this one says {count}",
        "write each on a line of its own: '- hears: main_menu', then '- press: \"1\"'",
        "Steps follow one another; two things in one step would have no order.",
    ),
    "E602": Code(
        "queue '{queue}' has {have} agents, not {want}",
        "name fewer, or put more agents into its groups in agents.yaml",
        "A test can only sign in agents there are.",
    ),
    "E603": Code(
        "this test rings no number and no flow",
        "name the file after its flow (main.test.yaml), or write 'flow: main' or 'call: {{did: ...}}'",
        "What is to be tested?",
    ),
    "E604": Code(
        "test '{name}' is here twice, first in line {first}",
        "give each test a name of its own",
        "Its failure could not be told from the other's.",
    ),
    "E605": Code(
        "'{key}' comes after the caller has hung up",
        "put 'hang_up: yes' last",
        "Nothing can happen to a call that is over.",
    ),
}
"""Every kind of mistake by its code: E0 files, E1 YAML, E2 keys and values, E3 references, E4 house rules, E5 secrets,
E6 tests; W warnings.

A code, once published, keeps its meaning; a new kind gets a new code.
"""

CODES.update(FLOOR_CODES)
CODES.update(CALLBACK_CODES)
CODES.update(FLOW_CODES)
CODES.update(SERVICE_CODES)
CODES.update(MESSAGE_CODES)
CODES.update(SURGE_CODES)


class _Particulars(dict[str, str]):
    """What fills a text; a particular nobody gave is empty."""

    def __missing__(self, name: str) -> str:
        return ""


def diagnose(code: str, place: Place, hint: str = "", **particulars: object) -> Diagnostic:
    """Make a diagnostic; ``particulars`` fill the code's text, ``hint`` replaces the code's own.

    What comes from the file is shortened and freed of control characters.
    """
    kind = CODES[code]
    shown = _Particulars((name, _shown(value)) for name, value in particulars.items())
    message, cure = kind.text.format_map(shown), hint or kind.hint.format_map(shown)
    given = tuple(shown.items())
    return Diagnostic(
        place.file, place.line, place.column, code, message, cure, severity_of(code), given, own_hint=bool(hint)
    )


def errors(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the mistakes that keep a hotline from starting: all but the warnings."""
    return [finding for finding in findings if finding.severity == "error"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the known word nearest to ``word``, or ""."""
    known = list(known)
    folded = {name.casefold().replace("-", "_"): name for name in known}
    near = difflib.get_close_matches(word.casefold().replace("-", "_")[:_LONGEST], folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def meant(word: str, known: Iterable[str]) -> str:
    """Return the hint ``did you mean 'x'?``, or "" where nothing is near."""
    near = did_you_mean(word, known)
    return f"did you mean '{_shown(near)}'?" if near else ""


def listed(names: Iterable[str]) -> str:
    """Return names for a hint, the first dozen of them."""
    first = list(islice(names, 13))
    return ", ".join(first[:12]) + (", ..." if len(first) > 12 else "") if first else "none"


def page() -> str:
    """Return ``docs/errors.md``: every code with its message, its cure and its reason."""
    lines = [
        "# Mistakes `hotline check` finds",
        "",
        "Written from the registry in `router/flowfile/diagnostics.py`; a code keeps its meaning for good.",
        "A message reads `file:line:column: CODE what is wrong`, and a hint below says what to do. Codes with W are",
        "warnings: the line starts all the same, `hotline check --strict` counts them as mistakes. `--lang zh` says",
        "all of them in Chinese.",
        "",
        "| code | message | hint | why |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {_cell(code.text)} | {_cell(code.hint)} | {_cell(code.meaning)} |"
        for name, code in sorted(CODES.items())
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    shown = text.replace("{about}", "(says what belongs there)").replace("{{", "{").replace("}}", "}")
    return shown.replace("|", "\\|")


def _shown(value: object) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in str(value)[: _LONGEST * 5])
    limit = _LONGEST * 4 if ", " in text else _LONGEST
    return text if len(text) <= limit else text[: limit - 3] + "..."

"""extensions, duty, lookups, notices (.yaml) and ``outside``: what they become, and every mistake in them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from router.core.lines import DutyShift, Extension, OutsideLine, Party
from router.core.services import HttpSource, Mail, RedisSource, TableSource, Webhook
from router.flowfile import check_site, load_site

WriteSite = Callable[..., Path]

TRUNKS = """\
trunks:
  local: {peers: 127.0.0.0/8}
outside: {trunk: local, allow: ["95", "+86"], deny: ["+86900"], show_number: "4001860"}
"""
EXTENSIONS = """\
extensions:
  "301": {phone: "1001", title: Room 301}
  "1002-1003": {open: no}
"""
DUTY = """\
tables:
  night:
    - {days: monday-friday, from: "17:00", until: "08:00", ring: ["1001", "95 001"]}
    - {days: [saturday, sunday], from: "08:00", until: "08:00", ring: ["1002"]}
    - {from: "08:00", until: "17:00", ring: ["1003"]}
"""
LOOKUPS = """\
http:
  crm:
    url: https://crm.example/customers/{number}
    headers: {Authorization: "Bearer {secret:crm}", X-Auth-Token: "{secret:crm}"}
    values: {name: customer.name}
    cache: 1m
  bank:
    url: https://bank.example/check
    method: POST
    body: {account: "{account}", password: "{password}"}
redis:
  callers: {key: "customer:{number}", auth: "{secret:redis}"}
tables:
  desks: {file: tables/desks.csv, keys: [subject, district]}
"""
DESKS = "subject,district,desk\nStreet lamps,北区,enquiry\nstreet lamps,south,enquiry\n"
NOTICES = """\
webhook:
  dispatch: {url: "https://dispatch.example/new"}
sms:
  gate: {url: "https://sms.example/send?key={secret:gate}", format: form, body: {mobile: "{number}", text: "{text}"}}
mail:
  desk:
    host: mail.example
    from: line@example.org
    to: desk@example.org
    subject: Message from {caller}
    text: "{recording}, {length_s} s"
    username: line
    auth: "{secret:mail}"
"""
FLOW = """\
person: to_enquiry
nodes:
  find:
    {type: lookup, source: crm, fields: {number: "{caller}"}, save: {customer.name: name}, found: desk, missing: who}
  who: {type: authenticate, source: bank, ok: desk}
  desk:
    type: lookup
    source: desks
    fields: {subject: "{caller}", district: "{did}"}
    save: {desk: desk}
    found: tell
  tell: {type: notify, service: gate, fields: {number: "{caller}", text: "{customer.name}"}, next: page}
  page: {type: page, table: night, flow: leak, accepted: take}
  take: {type: message, box: desk, service: desk, next: room}
  room: {type: transfer, extension: "301", otherwise: wake}
  wake: {type: wake_up, flow: leak, next: out}
  out: {type: transfer, number: "95001", otherwise: to_enquiry}
  to_enquiry: {type: enqueue, queue: enquiry}
"""
LEAK = """\
nodes:
  ask: {type: menu, prompt: main_menu, keys: {"1": mine}, no_key: bye}
  mine: {type: hangup, result: accepted}
  bye: {type: hangup}
"""
ALL = {
    "trunks.yaml": TRUNKS,
    "extensions.yaml": EXTENSIONS,
    "duty.yaml": DUTY,
    "lookups.yaml": LOOKUPS,
    "tables/desks.csv": DESKS,
    "notices.yaml": NOTICES,
    "flows/main.yaml": FLOW,
    "flows/leak.yaml": LEAK,
}


def found(folder: Path) -> list[str]:
    """What is wrong, as ``file:line code``, warnings of others' rules left out."""
    return [f"{d.file.removeprefix('tiny/')}:{d.line} {d.code}" for d in check_site(folder)]


def only(folder: Path, code: str) -> str:
    """The one mistake there is, with its hint."""
    mistakes = check_site(folder)
    assert [mistake.code for mistake in mistakes] == [code], [str(m) for m in mistakes]
    return str(mistakes[0])


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """All files with one of them spoilt."""
    assert old in ALL[file]
    return {**ALL, file: ALL[file].replace(old, new)}


def test_it_is_without_mistakes(write_site: WriteSite) -> None:
    assert [str(mistake) for mistake in check_site(write_site(ALL))] == []


def test_what_the_files_become(write_site: WriteSite) -> None:
    site = load_site(write_site(ALL))
    assert site.outside == OutsideLine(trunk="local", allow=("95", "+86"), deny=("+86900",), show_number="4001860")
    assert site.extensions["301"] == Extension(number="301", phone="1001")  # type: ignore[arg-type]
    assert site.extensions["1003"] == Extension(number="1003", phone="1003", open=False)  # type: ignore[arg-type]
    night = site.duty["night"][0]
    assert night == DutyShift(
        weekdays=(0, 1, 2, 3, 4),
        begins=1020,
        ends=480,
        parties=(Party(kind="phone", number="1001"), Party(kind="outside", number="95001")),
    )
    crm = site.sources["crm"]
    assert isinstance(crm, HttpSource)
    assert (crm.cache_ms, crm.values) == (60_000, (("name", "customer.name"),))
    assert isinstance(site.sources["callers"], RedisSource)
    gate = site.services["gate"]
    assert isinstance(gate, Webhook)
    assert gate.form
    assert isinstance(site.services["desk"], Mail)


def test_a_table_is_searched_whatever_the_case(write_site: WriteSite) -> None:
    desks = load_site(write_site(ALL)).sources["desks"]
    assert isinstance(desks, TableSource)
    assert desks.row({"subject": " STREET lamps ", "district": "北区"}) == {
        "subject": "Street lamps",
        "district": "北区",
        "desk": "enquiry",
    }
    assert desks.row({"subject": "water"}) is None


def test_another_table_is_another_version(write_site: WriteSite) -> None:
    before = load_site(write_site(ALL)).version
    assert load_site(write_site({**ALL, "tables/desks.csv": DESKS + "water,north,enquiry\n"})).version != before


def test_without_any_of_the_files_nothing_is_there(write_site: WriteSite) -> None:
    site = load_site(write_site())
    assert (site.outside, site.extensions, site.duty, site.sources, site.services) == (None, {}, {}, {}, {})


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "says"),
    [
        ("flows/main.yaml", "source: crm", "source: cmr", "E320", "did you mean 'crm'?"),
        ("flows/main.yaml", "service: gate", "service: gatte", "E321", "did you mean 'gate'?"),
        ("flows/main.yaml", 'extension: "301"', 'extension: "310"', "E322", "did you mean '301'?"),
        ("flows/main.yaml", "table: night", "table: nihgt", "E323", "did you mean 'night'?"),
        ("flows/main.yaml", "flow: leak, accepted", "flow: laek, accepted", "E302", "did you mean 'leak'?"),
        ("trunks.yaml", "outside: {trunk: local", "outside: {trunk: locl", "E324", "did you mean 'local'?"),
        ("trunks.yaml", "outside: {trunk: local, ", "outside: {", "E432", "add 'trunk: name'"),
        ("flows/main.yaml", 'extension: "301"', 'extension: "301", phone: "1001"', "E420", "extension, phone"),
        ("flows/main.yaml", 'extension: "301", ', "", "E420", "none"),
        ("flows/main.yaml", 'text: "{customer.name}"', 'text: "{customer.name"', "E421", "stands alone"),
        ("flows/main.yaml", 'text: "{customer.name}"', 'text: "{secret:crm}"', "E422", "secret 'crm'"),
        ("lookups.yaml", "tables/desks.csv", "tables/desk.csv", "E423", "did you mean 'tables/desks.csv'?"),
        ("lookups.yaml", "keys: [subject, district]", "keys: [subject, distrct]", "E424", "did you mean 'district'?"),
        ("tables/desks.csv", "street lamps,south", "street lamps,北区", "E425", "first in line 2"),
        ("tables/desks.csv", "enquiry\n", "enquiry,x\n", "E426", "this line has 4 columns"),
        ("tables/desks.csv", "subject,district,desk", "subject;district;desk", "E426", "not separated by commas"),
        ("tables/desks.csv", "subject,district,desk", "subject,district,subject", "E426", "a name of its own"),
        ("lookups.yaml", "redis:\n  callers", "redis:\n  crm", "E427", "first as http: crm"),
        ("flows/main.yaml", "source: bank", "source: desks", "E428", "cannot compare passwords"),
        ("flows/main.yaml", 'fields: {number: "{caller}"}, save', "save", "E429", "asked without 'number'"),
        ("flows/main.yaml", 'fields: {number: "{caller}", text', "fields: {text", "E429", "asked without 'number'"),
        ("notices.yaml", "{length_s} s", "{length} s", "E429", "asked without 'length'"),
        ("flows/main.yaml", "{customer.name: name}", "{customer.name: nam}", "E434", "did you mean 'name'?"),
        ("flows/leak.yaml", "result: accepted", "result: acepted", "E436", "flow 'leak'"),
        ("duty.yaml", '["1002"]', '["1020"]', "E430", "list the phone in agents.yaml"),
        ("duty.yaml", "95 001", "96 001", "E430", "allow the number"),
        ("extensions.yaml", '"1002-1003"', '"301-302"', "E431", "first in line 2"),
        ("flows/main.yaml", 'number: "95001"', 'number: "96001"', "E433", "may not be rung"),
        ("extensions.yaml", '"1002-1003"', '"1002-1009"', "E435", "extension 1004"),
        ("lookups.yaml", "Bearer {secret:crm}", "Bearer abc123", "E501", "Authorization"),
        ("lookups.yaml", 'X-Auth-Token: "{secret:crm}"', "X-Auth-Token: abc123", "E501", "X-Auth-Token"),
        ("notices.yaml", "key={secret:gate}", "key=abc123", "E501", "{secret:name}"),
        ("lookups.yaml", "https://crm.example/", "https://{number}.example/", "E205", "its host written out"),
        ("lookups.yaml", "https://crm.example/", "https://me:pw@crm.example/", "E205", "such as"),
        ("lookups.yaml", "cache: 1m", "cache: 60", "E206", "needs a unit"),
        ("duty.yaml", "monday-friday", "mon-fri", "E205", "monday-friday"),
        ("extensions.yaml", '"1002-1003"', '"1003-1002"', "E205", "a range goes up"),
        ("notices.yaml", 'auth: "{secret:mail}"', "auth: hunter2", "E205", "{secret:crm}"),
        ("duty.yaml", "[saturday, sunday]", "[saturday]", "W421", "on monday from 00:00 to 08:00"),
        ("trunks.yaml", 'allow: ["95", "+86"]', "allow: []", "W422", "allows no number"),
    ],
)  # fmt: skip
def test_each_mistake_is_found_at_its_place(
    write_site: WriteSite, file: str, old: str, new: str, code: str, says: str
) -> None:
    mistakes = check_site(write_site(changed(file, old, new)))
    mistake = next((m for m in mistakes if m.code == code), None)
    assert mistake is not None, [str(m) for m in mistakes]
    assert says in str(mistake)


def test_a_table_saved_by_a_spreadsheet_is_fine_and_one_in_gbk_is_not(write_site: WriteSite) -> None:
    assert found(write_site({**ALL, "tables/desks.csv": b"\xef\xbb\xbf" + DESKS.encode()})) == []
    assert found(write_site({**ALL, "tables/desks.csv": DESKS.encode("gbk")})) == ["tables/desks.csv:1 E003"]


def test_a_file_that_cannot_be_read_hides_no_other_mistakes_and_makes_none(write_site: WriteSite) -> None:
    assert {code.split()[1] for code in found(write_site({**ALL, "lookups.yaml": "- a\n- b\n"}))} == {"E202"}


def test_whoever_is_rung_need_not_reach_a_person_but_callers_must(write_site: WriteSite) -> None:
    assert found(write_site(ALL)) == []
    unrung = FLOW.replace("flow: leak", "flow: direct")
    assert "flows/leak.yaml:2 E401" in found(write_site({**ALL, "flows/main.yaml": unrung}))

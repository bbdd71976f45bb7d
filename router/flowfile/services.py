"""What is outside a hotline, from its files to the site: lookups, notices, extensions, duty tables, calls out."""

from collections.abc import Callable, Iterator, Mapping

from router.core.ids import PhoneName
from router.core.lines import DutyShift, Extension, OutsideLine, Party
from router.core.services import HttpSource, Mail, RedisSource, Service, Source, TableSource, Webhook
from router.flowfile.diagnostics import diagnose
from router.flowfile.draft import Draft
from router.flowfile.service_specs import (
    SERVICE_FILES,
    DutyFile,
    ExtensionsFile,
    HttpSpec,
    LookupsFile,
    MailSpec,
    NoticesFile,
    OutsideSpec,
    RedisSpec,
    ServiceFiles,
    ShiftSpec,
    WebhookSpec,
)
from router.flowfile.tables import read_table

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MAX_EXTENSIONS = 20_000


def read_services(draft: Draft, csv: Mapping[str, bytes], part: Callable[[str, type], object]) -> None:
    """Read the files about what is outside, and the tables named in them; ``part`` reads one file by its spec."""
    made = {name.removesuffix(".yaml"): part(name, spec) for name, spec in SERVICE_FILES.items()}
    draft.services = ServiceFiles(**made)  # type: ignore[arg-type]
    for name, spec in (draft.services.lookups.tables if draft.services.lookups else {}).items():
        asked = draft.value_place("lookups.yaml", "tables", name, "file")
        data = csv.get(spec.file)
        if data is None:
            near = draft.near(spec.file, tuple(csv))
            hint = f"did you mean '{near}'?" if near else ""
            draft.findings.append(diagnose("E423", asked, hint, name=spec.file))
            continue
        keys_place = draft.value_place("lookups.yaml", "tables", name, "keys")
        table, wrong = read_table(name, data, spec.keys, draft.file(spec.file), keys_place)
        draft.findings += wrong
        if table is not None:
            draft.tables[name] = table


# --- compiled -------------------------------------------------------------------------------------------------


def outside_line(spec: OutsideSpec) -> OutsideLine | None:
    """Return how numbers outside are rung; None: not at all."""
    if not spec.trunk:
        return None
    return OutsideLine(trunk=spec.trunk, allow=spec.allow, deny=spec.deny, show_number=spec.show_number)


def extensions(file: ExtensionsFile | None) -> dict[str, Extension]:
    """Return every extension by its number, ranges written out."""
    return {
        number: Extension(number=number, phone=PhoneName(spec.phone or number), open=spec.open)
        for written, spec in (file.extensions if file else {}).items()
        for number in numbers_in(written)
    }


def numbers_in(written: str) -> Iterator[str]:
    """Give the numbers of ``301`` or ``301-340``; of a wrong range only its first."""
    first, _, last = written.partition("-")
    last = last or first
    count = int(last) - int(first) + 1
    if len(first) != len(last) or not 1 <= count <= MAX_EXTENSIONS:
        yield first
        return
    for number in range(int(first), int(last) + 1):
        yield str(number).zfill(len(first))


def duty(file: DutyFile | None, phones: Mapping[PhoneName, object]) -> dict[str, tuple[DutyShift, ...]]:
    """Return the shifts of every duty table."""
    return {
        name: tuple(
            DutyShift(
                weekdays=weekdays(spec),
                begins=spec.begins,
                ends=spec.until,
                parties=tuple(party(text, phones) for text in spec.ring),
            )
            for spec in shifts
        )
        for name, shifts in (file.tables if file else {}).items()
    }


def party(text: str, phones: Mapping[PhoneName, object]) -> Party:
    """Return whom a duty table means: a phone of ours, else a number outside."""
    if PhoneName(text) in phones:
        return Party(kind="phone", number=text)
    return Party(kind="outside", number="".join(letter for letter in text if letter not in " -"))


def weekdays(spec: ShiftSpec) -> tuple[int, ...]:
    """Return the days of a shift, Monday 0, each once, in order."""
    found: set[int] = set()
    for words in spec.days:
        first, _, last = words.replace("daily", "monday-sunday").partition("-")
        begin, end = DAY_NAMES.index(first), DAY_NAMES.index(last or first)
        found.update((begin + ahead) % 7 for ahead in range((end - begin) % 7 + 1))
    return tuple(sorted(found))


def sources(file: LookupsFile | None, tables: Mapping[str, TableSource]) -> dict[str, Source]:
    """Return every source by its name."""
    found: dict[str, Source] = dict(tables)
    if file is not None:
        found |= {name: _http(name, spec) for name, spec in file.http.items()}
        found |= {name: _redis(name, spec) for name, spec in file.redis.items()}
    return found


def services(file: NoticesFile | None) -> dict[str, Service]:
    """Return every service by its name."""
    found: dict[str, Service] = {}
    if file is not None:
        found |= {name: _webhook(name, spec) for name, spec in {**file.webhook, **file.sms}.items()}
        found |= {name: _mail(name, spec) for name, spec in file.mail.items()}
    return found


def _http(name: str, spec: HttpSpec) -> HttpSource:
    return HttpSource(
        name=name,
        url=spec.url,
        method=spec.method,
        headers=tuple(spec.headers.items()),
        body=tuple(spec.body.items()),
        values=tuple(spec.values.items()),
        accepted=tuple(spec.accepted.items()),
        missing=spec.missing,
        refused=spec.refused,
        timeout_ms=spec.timeout,
        retries=spec.retries,
        cache_ms=spec.cache,
        max_bytes=spec.max_bytes,
    )


def _redis(name: str, spec: RedisSpec) -> RedisSource:
    return RedisSource(
        name=name,
        key=spec.key,
        url=spec.url,
        auth=spec.auth,
        values=tuple(spec.values.items()),
        timeout_ms=spec.timeout,
        retries=spec.retries,
        cache_ms=spec.cache,
    )


def _webhook(name: str, spec: WebhookSpec) -> Webhook:
    return Webhook(
        name=name,
        url=spec.url,
        method=spec.method,
        headers=tuple(spec.headers.items()),
        body=tuple(spec.body.items()),
        form=spec.format == "form",
        timeout_ms=spec.timeout,
        give_up_ms=spec.give_up,
    )


def _mail(name: str, spec: MailSpec) -> Mail:
    return Mail(
        name=name,
        host=spec.host,
        port=spec.port,
        security=spec.security,
        username=spec.username,
        auth=spec.auth,
        sender=spec.sender,
        to=spec.to,
        subject=spec.subject,
        text=spec.text,
        timeout_ms=spec.timeout,
        give_up_ms=spec.give_up,
    )

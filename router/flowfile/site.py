"""A hotline's folder to a compiled :class:`router.site.Site`, or every mistake in it with its place."""

from pathlib import Path

from router.core.calendar import Calendar
from router.core.ids import PhoneName
from router.core.lines import Did, Phone, Trunk
from router.errors import SiteError
from router.flowfile import services
from router.flowfile.board_specs import compile_wall
from router.flowfile.callback_specs import compile_numbers
from router.flowfile.diagnostics import Diagnostic, Place, diagnose, errors
from router.flowfile.draft import Draft
from router.flowfile.files import shown
from router.flowfile.floor import compile_floor
from router.flowfile.flow_rules import check_flows
from router.flowfile.followup_specs import compile_complaints, compile_rounds
from router.flowfile.graph import check_graph, edges
from router.flowfile.hours import check_hours, compile_calendars
from router.flowfile.messages import message_rules
from router.flowfile.reading import read_draft
from router.flowfile.references import check_references
from router.flowfile.rules import as_dialled, check_rules
from router.flowfile.specs import AgentsFile, SiteFile, TrunksFile
from router.flowfile.surge import compile_surges
from router.flowfile.variables import check_expressions
from router.flowfile.zones import local_clock
from router.ivr.flow import Flow, Script
from router.site import Site

MAX_SHOWN = 1_000
"""The most diagnostics of one folder that are shown."""


def load_site(folder: Path, prompts: Path | None = None) -> Site:
    """Return the hotline a folder describes. Raises ``SiteError`` with all diagnostics where it has mistakes.

    ``prompts`` replaces the folder of the shipped prompts.
    """
    draft, findings = _checked(folder, prompts)
    site = None if draft is None or errors(findings) else _compile(draft)
    if site is None:
        raise SiteError("\n".join(map(str, errors(findings))), f"correct it and run: hotline check {folder}")
    return site


def check_site(folder: Path, prompts: Path | None = None) -> list[Diagnostic]:
    """Return every mistake in a hotline's folder, warnings too, sorted by file and place; [] where there is none."""
    return _checked(folder, prompts)[1]


def _checked(folder: Path, prompts: Path | None) -> tuple[Draft | None, list[Diagnostic]]:
    if not folder.is_dir():
        return None, [diagnose("E001", Place(shown(folder)), path=shown(folder))]
    draft = read_draft(folder, prompts)
    ways = edges(draft)
    check_expressions(draft, ways)
    check_references(draft)
    check_graph(draft, ways)
    check_flows(draft, ways)
    check_hours(draft)
    check_rules(draft)
    findings = sorted(set(draft.findings))
    if len(findings) > MAX_SHOWN:
        left_out = diagnose("E009", Place(draft.folder), count=len(findings) - MAX_SHOWN)
        findings = [left_out, *findings[:MAX_SHOWN]]
    return draft, findings


def _compile(draft: Draft) -> Site | None:
    head, trunks, queues, agents = draft.site, draft.trunks, draft.queues, draft.agents
    if head is None or trunks is None or queues is None or agents is None:
        return None  # cannot be without a finding
    hours = compile_calendars(draft)
    return Site(
        name=head.name,
        version=draft.version,
        country=head.country,
        language=head.language,
        clock=local_clock(head.time_zone),
        ring_ms=draft.ring_ms,
        line_rings=head.line_rings,
        answer_after_ms=head.answer_after,
        floor=compile_floor(draft),
        script=_script(draft, head, hours),
        hours=hours,
        surges=compile_surges(draft),
        trunks=_trunks(trunks),
        dids={
            as_dialled(number): Did(
                number=as_dialled(number),
                flow=did.flow,
                emergency=did.emergency,
                duty_phones=tuple(PhoneName(phone) for phone in did.duty_phones),
                classes=did.classes,
                language=did.language,
            )
            for number, did in head.dids.items()
        },
        phones=_phones(draft, agents),
        customers=draft.customers,
        music=draft.music,
        outside=services.outside_line(trunks.outside),
        extensions=services.extensions(draft.services.extensions),
        duty=services.duty(draft.services.duty, _phones(draft, agents)),
        sources=services.sources(draft.services.lookups, draft.tables),
        services=services.services(draft.services.notices),
        messages=message_rules(draft),
        callback_numbers=compile_numbers(head.callbacks),
        complaints=compile_complaints(head.complaints),
        rounds=compile_rounds(head.rounds),
        wall=compile_wall(draft.board, head.title),
        publish_on_save=head.publish == "on_save",
        codes={getattr(head.codes, action): action for action in head.codes.__struct_fields__},
    )


def _script(draft: Draft, head: SiteFile, hours: dict[str, Calendar]) -> Script:
    return Script(
        language=head.language,
        fallbacks=head.languages,
        hours=hours,
        flows={
            flow.name: Flow(
                name=flow.name,
                start=flow.start,
                nodes={node.name: node.node for node in flow.nodes.values() if node.node is not None},
                person=flow.person,
            )
            for flow in draft.flows.values()
        },
        prompts={
            language: {name: (prompt.media,) for name, prompt in prompts.items()}
            for language, prompts in draft.prompts.items()
        },
        person_key=head.person_key,
    )


def _trunks(trunks: TrunksFile) -> dict[str, Trunk]:
    return {
        name: Trunk(
            name=name,
            host=spec.host,
            port=spec.port,
            register=spec.register,
            username=spec.username,
            peers=spec.peers,
            dids=tuple(as_dialled(did) for did in spec.dids),
            channels=spec.channels,
            codecs=spec.codecs,
            transport=spec.transport,
        )
        for name, spec in trunks.trunks.items()
    }


def _phones(draft: Draft, agents: AgentsFile) -> dict[PhoneName, Phone]:
    phones = {
        PhoneName(name): Phone(name=PhoneName(name))
        for name in (a.spec.phone or a.number for a in draft.roster.values())
    }
    for name, spec in agents.phones.items():
        phones[PhoneName(name)] = Phone(
            name=PhoneName(name), codecs=spec.codecs, auto_answer=spec.auto_answer, stays_connected=spec.stays_connected
        )
    return phones

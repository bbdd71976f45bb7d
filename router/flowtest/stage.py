"""A site made ready for a rehearsal: a number for its flow, and a way for callers in front to wait."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from router.core.ids import Ms
from router.core.lines import Did
from router.ivr.flow import Flow
from router.ivr.nodes.enqueue import Enqueue
from router.site import Site

IN_FRONT = "in front: "
"""What the flows of callers in front are named with, before the queue's name; no flow of a file is named so."""


def did_of(site: Site, flow: str) -> str:
    """Return the first number that leads to a flow, or ""."""
    return next((number for number, did in site.dids.items() if did.flow == flow), "")


def staged(site: Site, did: str, flow: str, language: str = "") -> Site:
    """Return the site with ``did`` leading to ``flow`` and a number ``in front: <queue>`` for each queue.

    Callers begin in ``language``, where one is given, and in the site's own else.
    """
    flows = dict(site.script.flows)
    dids = dict(site.dids)
    known = dids.get(did)
    dids[did] = Did(number=did, flow=flow) if known is None else msgspec.structs.replace(known, flow=flow)
    for queue in site.floor.queues:
        name = f"{IN_FRONT}{queue}"
        flows[name] = Flow(name=name, start="wait", nodes={"wait": Enqueue(queue=queue)})
        dids[name] = Did(number=name, flow=name)
    script = msgspec.structs.replace(site.script, flows=flows)
    if language:
        fallbacks = {**script.fallbacks, language: (*script.fallbacks.get(language, ()), script.language)}
        script = msgspec.structs.replace(script, language=language, fallbacks=fallbacks)
    return msgspec.structs.replace(site, dids=dids, script=script)


def local_ms(site: Site, when: str) -> Ms:
    """Return the moment ``2026-10-01 09:30`` is on the site's clock, in ms UTC. Raises ``ValueError``."""
    local = datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(site.clock.zone))
    return round(local.timestamp() * 1000)


def local_text(site: Site, now: Ms) -> str:
    """Return a moment on the site's clock as ``2026-10-01 09:30:00``."""
    return datetime.fromtimestamp(now / 1000, ZoneInfo(site.clock.zone)).strftime("%Y-%m-%d %H:%M:%S")

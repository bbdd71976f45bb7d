"""Operators' metrics: what they count, their form, and that the dashboard asks for nothing that is not there."""

import functools
import json
import re
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from properties.test_present_is_the_overview import Course

from router.adapters.ari import SwitchCounters
from router.adapters.metrics import Metrics, Sources
from router.adapters.metrics_server import MetricsServer
from router.adapters.record_counts import AT_MOST, RecordCounts
from router.core.present import Present
from router.core.records import Alert, CallConnected, CallEnded, CallReceived, Record
from router.core.spans import Buckets
from router.engine import Load

DASHBOARD = Path(__file__).parents[3] / "docs" / "grafana-dashboard.json"


def health() -> dict[str, Any]:
    return {
        "site": "t", "config": "v1", "ari": {"connected": True}, "ami": {"connected": False},
        "engine": Load(waiting_count=1, lag_ms=1.5, lag_max_ms=20.0, handled_count=7, fault_count=0)._asdict(),
        "switch": dict.fromkeys(SwitchCounters.__struct_fields__, 1),
        "redis": {"connected": False, "unsent_count": 4, "unsent_ms": 2_500},
        "disk": {"trouble": ""},
    }  # fmt: skip


def metrics(counts: RecordCounts, now: int = 0) -> dict[str, Any]:
    span = Buckets((0.001, 0.01))
    for seconds in (0.0005, 0.001, 0.005, 5.0):
        span.add(seconds)
    sources = Sources(
        counts=counts, health=health, now=lambda: now, turns=span, lanes=lambda: {"1": 3}, answers=span, sending=span,
        streams=lambda: {"sent_records": 5, "foreign_entries": 1, "connects": 1},
        folders={"journal": Path(__file__).parent, "outbox": Path("nowhere")},
    )  # fmt: skip
    text = Metrics(sources).text().decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


@functools.cache
def told() -> tuple[list[Record], Course]:
    for seed in range(20):
        course = Course(seed)
        for _ in range(600):
            course.step()
        connected = [record for record in course.outside.told if isinstance(record, CallConnected)]
        if connected:
            return course.outside.told, course
    raise AssertionError("no course connects callers")


def value(families: dict[str, Any], name: str, **labels: str) -> float:
    for family in families.values():
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return float(sample.value)
    raise AssertionError(f"no {name} {labels}")


def test_the_metrics_agree_with_the_records() -> None:
    records, course = told()
    counts = RecordCounts(Present())
    counts.take(records)
    found = metrics(counts, course.outside.now)
    ended = [record for record in records if isinstance(record, CallEnded)]
    assert len(ended) > 10
    for outcome in {record.outcome for record in ended}:
        wanted = sum(record.outcome is outcome for record in ended)
        assert value(found, "hotline_calls_total", outcome=outcome.value) == wanted
    assert value(found, "hotline_calls_total", outcome="blocked") == 0, "an outcome that has not been yet is told as 0"
    assert value(found, "hotline_calls_received_total") == sum(isinstance(record, CallReceived) for record in records)
    answered = [
        record.wait_ms / 1000 for record in records if isinstance(record, CallConnected) and record.queue == "desk"
    ]
    labels = {"queue": "desk", "result": "answered"}
    assert value(found, "hotline_wait_seconds_count", **labels) == len(answered)
    assert abs(value(found, "hotline_wait_seconds_sum", **labels) - sum(answered)) < 1e-6
    assert value(found, "hotline_wait_seconds_bucket", le="10.0", **labels) == sum(wait <= 10 for wait in answered)
    assert value(found, "hotline_wait_seconds_bucket", le="+Inf", **labels) == len(answered)
    present = course.outside.present
    assert value(found, "hotline_queue_waiting", queue="desk") == present.queue("desk").waiting_count
    for state in ("ready", "talking"):
        wanted = sum(agent.state.value == state for agent in present.agents.values())
        assert value(found, "hotline_agents", state=state) == wanted
    assert sum(s.value for s in found["hotline_records"].samples) == len(records)


def test_spans_and_parts() -> None:
    found = metrics(RecordCounts(Present()))
    assert value(found, "hotline_core_turn_seconds_bucket", le="0.001") == 2
    assert value(found, "hotline_core_turn_seconds_bucket", le="0.01") == 3
    assert value(found, "hotline_core_turn_seconds_count") == 4
    assert value(found, "hotline_ari_connected") == 1
    assert value(found, "hotline_redis_connected") == 0
    assert value(found, "hotline_outbox_unsent_seconds") == 2.5
    assert value(found, "hotline_ari_lane_waiting", lane="1") == 3
    assert value(found, "hotline_disk_bytes", folder="journal") > 1_000
    assert value(found, "hotline_disk_bytes", folder="outbox") == 0
    assert value(found, "hotline_stream_sent_records_total") == 5
    assert value(found, "process_resident_memory_bytes") > 0


def test_more_than_can_be_put_aside_is_counted_at_once() -> None:
    records, _ = told()
    counts = RecordCounts(Present())
    for _ in range(AT_MOST // len(records) + 1):
        counts.take(records)
    assert sum(counts.by_type.values()) > AT_MOST - len(records)


def test_every_metric_of_the_dashboard_is_exported_with_those_labels() -> None:
    records, course = told()
    counts = RecordCounts(Present())
    counts.take(records)
    common: dict[str, Any] = {"seq": records[-1].seq + 1, "at_ms": records[-1].at_ms, "v": 1, "config": "v1"}
    counts.take([Alert(kind="k", subject="s", call_id="", detail="", **common)])
    counts.missed[("desk", "busy")] = 1
    names: dict[str, set[str]] = {}
    for family in metrics(counts, course.outside.now).values():
        for sample in family.samples:
            names.setdefault(sample.name, set()).update(sample.labels)
    page = json.loads(DASHBOARD.read_text())
    asked = [target["expr"] for panel in page["panels"] for target in panel.get("targets", ())]
    asked += [variable["query"] for variable in page["templating"]["list"] if variable["type"] == "query"]
    assert len(asked) > 20
    for expression in asked:
        found = re.findall(r"\b(?:hotline|process)_\w+", expression)
        assert found, expression
        for name in found:
            assert name in names, f"{name} of {expression}"
            for labels in re.findall(name + r"\{([^}]*)\}", expression):
                used = set(re.findall(r"(\w+)\s*[=!]~?", labels))
                assert used <= names[name], f"{used} of {expression}"
        for labels in re.findall(r"by \(([^)]*)\)", expression):
            known = set().union(*(names[name] for name in found)) | {"le"}
            assert set(re.split(r"[, ]+", labels)) <= known, expression


async def test_the_page_is_served_and_says_how_it_is() -> None:
    import asyncio

    import aiohttp

    from support.ports import free_port

    state = {"live": True, "ready": False}
    port = free_port()
    server = MetricsServer(
        "127.0.0.1", port, metrics=lambda: b"hotline_info 1\n",
        live=lambda: {"ok": state["live"]}, ready=lambda: {"ok": state["ready"], "missing": ["ari"], "redis": "away"},
    )  # fmt: skip
    task = asyncio.create_task(server.run())
    await asyncio.sleep(0.05)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        async with http.get("/metrics") as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"].startswith("text/plain; version=")
            assert await answer.text() == "hotline_info 1\n"
        async with http.get("/livez") as answer:
            assert answer.status == 200
        async with http.get("/readyz") as answer:
            assert (answer.status, (await answer.json())["missing"]) == (503, ["ari"])
        state.update(live=False, ready=True)
        async with http.get("/livez") as answer:
            assert answer.status == 503
        async with http.get("/readyz") as answer:
            assert answer.status == 200
        async with http.get("/calls") as answer:
            assert answer.status == 404
        second = MetricsServer("127.0.0.1", port, metrics=lambda: b"", live=dict, ready=dict)
        other = asyncio.create_task(second.run())
        await asyncio.sleep(0.05)
        assert "in use" in second.trouble
        other.cancel()
    task.cancel()
    await asyncio.gather(task, other, return_exceptions=True)

"""The operators' metrics in Prometheus's form: everything is read when it is asked for, nothing is kept twice."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from router.adapters.logs import counts_by_level
from router.adapters.record_counts import RecordCounts
from router.core.ids import Ms
from router.core.present import CallStage
from router.core.records import AgentState
from router.core.spans import Buckets


class Sources(NamedTuple):
    """Where the numbers come from. ``health`` is what ``hotline status --json`` shows; times are in s."""

    counts: RecordCounts
    health: Callable[[], Mapping[str, Any]]
    now: Callable[[], Ms]
    turns: Buckets
    """How long the core took for a batch of events."""
    lanes: Callable[[], Mapping[str, int]]
    """How many requests of each command lane Asterisk has not answered yet."""
    answers: Buckets
    """How long Asterisk took to answer a request, its turn in the lane included."""
    sending: Buckets
    """How long Redis took for a batch of records."""
    streams: Callable[[], Mapping[str, int]]
    """Counters of the sender of streams: ``sent``, ``foreign``, ``connects``."""
    folders: Mapping[str, Path]
    """``journal`` and ``outbox``: folders whose size on disk is told."""


class Metrics:
    """One router's metrics."""

    def __init__(self, sources: Sources) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Readings(sources))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return all metrics as Prometheus reads them."""
        return generate_latest(self._registry)


class _Readings(Collector):
    def __init__(self, sources: Sources) -> None:
        self._from = sources

    def collect(self) -> Iterable[Metric]:
        """Read everything now."""
        self._from.counts.count()
        yield from self._calls()
        yield from self._floor()
        yield from self._parts()

    def _calls(self) -> Iterator[Metric]:
        counts = self._from.counts
        yield _counter("hotline_calls_received", "Calls that arrived.", {(): counts.received_count})
        yield _counter("hotline_calls", "Calls ended, by outcome.", _one(counts.outcomes), ["outcome"])
        yield _histogram(
            "hotline_wait_seconds",
            "From asking for a person to being connected, or giving up.",
            counts.waits,
            "queue result",
        )
        yield _histogram(
            "hotline_agent_answer_seconds", "From an agent's phone ringing to its being picked up.", _one(counts.rings),
            "queue",
        )  # fmt: skip
        yield _histogram("hotline_talk_seconds", "Talk without hold.", _one(counts.talks), "queue")
        yield _histogram("hotline_line_answer_seconds", "From arrival to the line's answer.", {(): counts.line}, "")
        yield _counter(
            "hotline_late_answers", "Answers later than the queue's late_after.", _one(counts.late), ["queue"]
        )
        yield _counter("hotline_agents_missed", "Calls that agents rung did not take.", counts.missed, ["queue", "why"])
        yield _counter("hotline_alerts", "Alerts to supervisors.", _one(counts.alerts), ["kind"])
        yield _counter("hotline_records", "Records made, by type.", _one(counts.by_type), ["type"])

    def _floor(self) -> Iterator[Metric]:
        present, now = self._from.counts.present, self._from.now()
        queues = present.queues.values()
        yield _gauge(
            "hotline_queue_waiting", "Callers waiting now.", {(q.queue,): q.waiting_count for q in queues}, ["queue"]
        )
        longest = {(q.queue,): q.longest_wait_ms(now) / 1000 for q in queues}
        yield _gauge("hotline_queue_longest_wait_seconds", "Longest wait of callers waiting now.", longest, ["queue"])
        stages: dict[str, float] = dict.fromkeys((stage.value for stage in CallStage), 0)
        for call in present.calls.values():
            stages[call.stage.value] += 1
        yield _gauge("hotline_calls_now", "Calls there are now, by stage.", _one(stages), ["stage"])
        states: dict[str, float] = dict.fromkeys((s.value for s in AgentState if s is not AgentState.SIGNED_OUT), 0)
        for agent in present.agents.values():
            states[agent.state.value] += 1
        yield _gauge("hotline_agents", "Agents signed in, by state.", _one(states), ["state"])
        reachable = sum(phone.reachable for phone in present.phones.values())
        yield _gauge("hotline_phones_reachable", "Phones registered and answering.", {(): reachable})

    def _parts(self) -> Iterator[Metric]:
        health = self._from.health()
        engine, switch, redis = health["engine"], health["switch"], health["redis"]
        info = {(str(health["site"]), str(health["config"])): 1}
        yield _gauge("hotline_info", "Which site and version of its YAML is live.", info, ["site", "config"])
        yield _counter("hotline_engine_events", "Events handled.", {(): engine["handled_count"]})
        yield _counter("hotline_engine_faults", "Events the core failed at (bugs).", {(): engine["fault_count"]})
        yield _gauge("hotline_engine_waiting", "Events waiting for the core.", {(): engine["waiting_count"]})
        yield _gauge(
            "hotline_engine_lag_seconds", "Wait of the last batch's oldest event.", {(): engine["lag_ms"] / 1e3}
        )
        yield _gauge("hotline_engine_lag_max_seconds", "Worst wait of an event.", {(): engine["lag_max_ms"] / 1e3})
        yield _histogram("hotline_core_turn_seconds", "The core's work on a batch.", {(): self._from.turns}, "")
        yield _gauge("hotline_ari_connected", "Asterisk (ARI) is connected.", {(): health["ari"]["connected"]})
        yield _gauge("hotline_ami_connected", "Asterisk (AMI) is connected.", {(): health["ami"]["connected"]})
        for name, value in switch.items():
            yield _counter(f"hotline_ari_{name}", f"ARI {name} since the start.", {(): value})
        lanes = {(lane,): count for lane, count in self._from.lanes().items()}
        yield _gauge("hotline_ari_lane_waiting", "Requests Asterisk has not answered yet.", lanes, ["lane"])
        yield _histogram("hotline_ari_answer_seconds", "Asterisk's answer to a request.", {(): self._from.answers}, "")
        yield _gauge("hotline_redis_connected", "Redis is connected.", {(): redis["connected"]})
        yield _gauge("hotline_outbox_unsent", "Records Redis has not got yet.", {(): redis["unsent_count"]})
        yield _gauge("hotline_outbox_unsent_seconds", "Age of the oldest of them.", {(): redis["unsent_ms"] / 1e3})
        for name, value in self._from.streams().items():
            yield _counter(f"hotline_stream_{name}", f"Streams: {name} since the start.", {(): value})
        yield _histogram("hotline_stream_send_seconds", "Redis's work on a batch.", {(): self._from.sending}, "")
        yield _gauge("hotline_disk_trouble", "The disk takes nothing.", {(): bool(health["disk"]["trouble"])})
        sizes = {(name,): _bytes(folder) for name, folder in self._from.folders.items()}
        yield _gauge("hotline_disk_bytes", "Size of what is kept on disk.", sizes, ["folder"])
        yield _counter("hotline_log_lines", "Lines logged, by level.", _one(counts_by_level()), ["level"])


def _one(values: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    return {(name,): value for name, value in values.items()}


def _counter(name: str, words: str, values: Mapping[Any, float], labels: Iterable[str] = ()) -> CounterMetricFamily:
    family = CounterMetricFamily(name, words, labels=list(labels))
    for label, value in values.items():
        family.add_metric(label, float(value))
    return family


def _gauge(name: str, words: str, values: Mapping[Any, float], labels: Iterable[str] = ()) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=list(labels))
    for label, value in values.items():
        family.add_metric(label, float(value))
    return family


def _histogram(name: str, words: str, values: Mapping[Any, Buckets], labels: str) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, words, labels=labels.split())
    for label, buckets in values.items():
        told, reached = [], 0
        for bound, count in zip((*buckets.bounds, float("inf")), buckets.counts, strict=True):
            reached += count
            told.append((floatToGoString(bound), float(reached)))  # type: ignore[no-untyped-call]
        family.add_metric(label, told, sum_value=buckets.total)
    return family


def _bytes(folder: Path) -> int:
    total = 0
    for path in folder.glob("*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue  # removed in this moment
    return total

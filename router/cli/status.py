"""``hotline status``: trunk, phones, queues and the router's own health at a glance."""

from typing import Any

import typer

from router.adapters.control import Control
from router.cli.options import Json
from router.cli.output import print_json, print_table, span
from router.cli.queues import ready_count
from router.cli.reach import with_router


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(json: Json = False) -> None:
    """Show the line at a glance. Exit 1 where a part of it is away."""
    health, seen = with_router(_both)
    findings = _findings(health, seen)
    if json:
        print_json({"ok": not findings, "findings": findings, "health": health, "overview": seen})
    else:
        _print(health, seen)
        for finding in findings:
            typer.echo(f"! {finding}")
    raise typer.Exit(1 if findings else 0)


async def _both(control: Control) -> tuple[dict[str, Any], dict[str, Any]]:
    return await control.health(), await control.overview()


def _findings(health: dict[str, Any], seen: dict[str, Any]) -> list[str]:
    findings = []
    if not health["ari"]["connected"]:
        findings.append("Asterisk (ARI) is away: calls stay up there, new ones hear that we are away")
    if not health["ami"]["connected"]:
        findings.append("Asterisk (AMI) is away: phones that come and go are not seen")
    if not health["redis"]["connected"]:
        unsent = health["redis"]["unsent_count"]
        findings.append(f"Redis is away, {unsent} records wait on disk: {health['redis']['trouble']}")
    if health["disk"]["trouble"]:
        findings.append(f"the disk takes nothing: {health['disk']['trouble']}")
    if trouble := health.get("publish", {}).get("trouble", ""):
        findings.append(f"what was saved or planned is not live: {trouble.splitlines()[0]} (hotline config list)")
    if not any(phone["reachable"] for phone in seen["phones"]):
        findings.append("no phone is registered")
    findings += [
        f"trunk {name}: {state}" for name, state in health["trunks"].items() if state not in ("Registered", "")
    ]
    findings += [
        f"nobody is in service for queue {queue['queue']}, where {queue['waiting']} wait"
        for queue in seen["queues"]
        if queue["waiting"] and not _in_service(seen, queue)
    ]
    return findings


def _in_service(seen: dict[str, Any], queue: dict[str, Any]) -> bool:
    groups = set(queue["groups"])
    return any(agent["state"] != "signed_out" and groups & set(agent["groups"]) for agent in seen["agents"])


def _print(health: dict[str, Any], seen: dict[str, Any]) -> None:
    registered = sum(1 for phone in seen["phones"] if phone["reachable"])
    signed_in = [agent for agent in seen["agents"] if agent["state"] != "signed_out"]
    states: dict[str, int] = {}
    for agent in signed_in:
        states[agent["state"]] = states.get(agent["state"], 0) + 1
    engine = health["engine"]
    asterisk = f"Asterisk {health['ari']['version'] or '?'}" if health["ari"]["connected"] else "away"
    rows = [
        ("site", f"{seen['site']}, version {seen['config']}"),
        ("numbers", ", ".join(seen["dids"])),
        ("switch", asterisk),
        ("redis", "connected" if health["redis"]["connected"] else "away"),
        ("trunks", ", ".join(_trunk(name, health["trunks"]) for name in seen["trunks"]) or "-"),
        ("phones", f"{registered} of {len(seen['phones'])} registered"),
        ("agents", f"{len(signed_in)} signed in" + "".join(f", {count} {state}" for state, count in states.items())),
        ("calls", str(len(seen["calls"]))),
        ("metrics", health.get("metrics") or "-"),
        (
            "engine",
            f"{engine['handled_count']} events, lag {engine['lag_ms']:.1f} ms (worst {engine['lag_max_ms']:.1f})",
        ),
    ]
    print_table(("", ""), rows, "")
    print_table(
        ("queue", "waiting", "longest", "talking", "ready"),
        (
            (
                queue["queue"],
                queue["waiting"],
                span(queue["longest_wait_ms"]) if queue["waiting"] else "-",
                queue["talking"],
                ready_count(seen, queue),
            )
            for queue in seen["queues"]
        ),
        "no queues",
    )


def _trunk(name: str, registrations: dict[str, str]) -> str:
    state = registrations.get(name, "")
    return f"{name} ({state.lower()})" if state else name

"""The benchmark's Asterisk: the line's own, with app_queue beside it and an AMI user to time both with."""

import contextlib
from pathlib import Path

from router.line.line import Line

OURS, APP_QUEUE = "4001862", "4001863"
AMI_USER, AMI_PASSWORD = "bench", "bench-on-loopback"

_DIALPLAN = f"""
[from-trunk](+)
exten => {APP_QUEUE},1,Answer()
 same => n,Queue(bench)
 same => n,Hangup()
"""
_QUEUE = """\
[general]
autofill = yes
shared_lastcall = no

[bench]
strategy = leastrecent
autofill = yes
retry = 1
timeout = 15
wrapuptime = 0
ringinuse = no
joinempty = yes
musicclass = default
{members}
"""
_MANAGER = f"""
[{AMI_USER}]
secret = {AMI_PASSWORD}
deny = 0.0.0.0/0
permit = 127.0.0.0/8
read = call
writetimeout = 2000
eventfilter(action(include),name(Newchannel)) =
eventfilter(action(include),name(BridgeEnter)) =
"""


async def add_app_queue(line: Line) -> None:
    """Give the second number to app_queue, served by the phones of all agents, and let our AMI user in."""
    etc = line.folders.asterisk_etc
    _append(etc / "extensions.conf", _DIALPLAN)
    _append(etc / "manager.conf", _MANAGER)
    manager = etc / "manager.conf"
    manager.write_text(manager.read_text().replace("timestampevents = no", "timestampevents = yes"))
    members = "\n".join(f"member => PJSIP/{name}" for name in line.site.phones)
    (etc / "queues.conf").write_text(_QUEUE.format(members=members))
    (etc / "queues.conf").chmod(0o644)
    for command in ("module load app_queue.so", "dialplan reload", "manager reload"):
        await line.console(command)
    shown = await line.console("queue show bench")
    if "PJSIP/1001" not in shown:
        raise RuntimeError(f"app_queue did not take the queue:\n{shown}")


def _append(path: Path, text: str) -> None:
    with contextlib.closing(path.open("a")) as file:
        file.write(text)

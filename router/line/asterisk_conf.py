"""Renders Asterisk's configuration from the templates in ``asterisk_conf/``: settings, site and secrets go in.

The same files serve an Asterisk of our own, one in a container and one that is there already.
"""

import ipaddress
import os
import re
import socket
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import jinja2

from router.core.lines import Trunk
from router.errors import SetupError
from router.line.folders import Folders
from router.line.modules import MODULES
from router.line.secrets import REALM, Secrets
from router.line.tones import TONES, zone
from router.settings import Settings
from router.site import Site

TEMPLATES = Path(__file__).resolve().parents[2] / "asterisk_conf"

LOCAL = Trunk(name="local", peers=("127.0.0.0/8", "::1/128"), codecs=("alaw", "ulaw", "g722"))
"""The way in from this machine itself: anybody on loopback who rings one of our numbers."""

AMI_EVENTS = ("ContactStatus", "Newchannel", "Hangup", "Registry", "FullyBooted", "Shutdown")
"""What AMI tells the router; everything else is filtered out in Asterisk."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_NUMBER = re.compile(r"\+?[0-9]+")
_LOOPBACK_HOST = r"(127\.|localhost|\[::1\])"
_OTHER_HOST = r"(1$|1[^2]|12[^7]|127[^.]|[02-9]|l$|l[^o]|lo[^c]|[a-km-zA-Z]|\[[^:]|\[:[^:]|\[::[^1])"
"""A host that is not of ``_LOOPBACK_HOST``: Asterisk's expressions know no look-ahead."""


@dataclass(frozen=True)
class _TrunkSection:
    """What the template needs of a trunk, all addresses and patterns worked out."""

    name: str
    host: str
    contact: str
    server: str
    register: bool
    username: str
    contact_user: str
    secret: str
    channels: int
    codecs: tuple[str, ...]
    transport: str
    permit: tuple[str, ...]
    addresses: tuple[str, ...]
    numbers_pattern: str


def render(settings: Settings, site: Site, secrets: Secrets, folders: Folders) -> dict[str, str]:
    """Return Asterisk's configuration files by name.

    Raises:
        SetupError: a name or number cannot stand in Asterisk's configuration.
        SettingsError: the password of a registering trunk is not set.
    """
    _check_names(site)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["conf"] = _escaped
    wildcard = settings.host in ("0.0.0.0", "::")
    context = {
        "system_name": re.sub(r"[^A-Za-z0-9-]", "-", f"{site.name}-{settings.ari_app}"),
        "language": site.language,
        "country": zone(site.country),
        "realm": REALM,
        "host": settings.host,
        "sip_bind": f"{_bracketed(settings.host)}:{settings.sip_port}",
        "media_address": _outward_address() if wildcard else settings.host,
        "bind_rtp": not wildcard,
        "behind_nat": not _is_loopback(settings.host),
        "trunks": _trunks(site, secrets),
        "phones": [
            {"name": phone.name, "codecs": phone.codecs, "ha1": secrets.phone_ha1(phone.name)}
            for phone in site.phones.values()
        ],
        "app": settings.ari_app,
        "dids": [
            {
                "number": did.number,
                "flow": did.flow,
                "emergency": did.emergency,
                "duty_phones": [f"PJSIP/{name}" for name in did.duty_phones],
            }
            for did in site.dids.values()
        ],
        "sounds": {
            "away": _sounds(site, "router/away", "im-sorry&vm-intro"),
            "codes_away": _sounds(site, "router/technical", "im-sorry&please-try-call-later"),
            "message_kept": _sounds(site, "router/goodbye", "auth-thankyou&vm-goodbye"),
        },
        "music": site.music,
        "recordings": str(folders.asterisk_recordings),
        "ari_user": settings.ari_user,
        "ari_password": secrets.ari_password,
        "ari_port": settings.ari_port,
        "ami_user": settings.ami_user,
        "ami_password": secrets.ami_password,
        "ami_port": settings.ami_port,
        "ami_permit": ",".join(_ami_permit(settings.host)),
        "ami_events": AMI_EVENTS,
        "rtp_first": settings.rtp_first,
        "rtp_last": settings.rtp_last,
        "module_groups": MODULES,
        "tone_zones": {
            code: asdict(tones) | {"ring": tones.ring, "cadence": ",".join(map(str, tones.cadence))}
            for code, tones in TONES.items()
        },
    }
    files = {}
    for template in sorted(TEMPLATES.glob("*.conf.j2")):
        files[template.name.removesuffix(".j2")] = environment.get_template(template.name).render(context)
    if not files:
        raise SetupError(f"no templates in {TEMPLATES}", "run from a whole checkout")
    return files


def write(files: dict[str, str], folder: Path, gid: int | None = None) -> None:
    """Write the files, removing configuration of a former run; readable by owner and group ``gid`` only.

    Raises:
        SetupError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.conf"):
            if old.name not in files:
                old.unlink()
        for name, text in files.items():
            path = folder / name
            beside = folder / f".{name}"
            beside.unlink(missing_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "w") as file:
                file.write(text)
            if gid is not None:
                os.chown(beside, -1, gid)
            beside.replace(path)
    except OSError as error:
        raise SetupError(f"cannot write {error.filename or folder}: {error.strerror}", "check its owner") from error


def _trunks(site: Site, secrets: Secrets) -> list[_TrunkSection]:
    trunks = dict(site.trunks)
    trunks.setdefault(LOCAL.name, LOCAL)
    loopback = {trunk.name for trunk in trunks.values() if any(_is_loopback(peer) for peer in trunk.peers)}
    # a number several trunks carry is recognised once; its first trunk stands for all, and lets their addresses in
    carriers: dict[str, list[Trunk]] = {}
    for trunk in trunks.values():
        for number in trunk.dids:
            carriers.setdefault(number, []).append(trunk)
    locally_taken = {number for name in loopback for number in trunks[name].dids}
    sections = []
    for trunk in trunks.values():
        if trunk.name == LOCAL.name:
            numbers = [number for number in site.dids if number not in locally_taken or number in trunk.dids]
        else:
            numbers = [number for number in trunk.dids if carriers[number][0] is trunk]
        sharing = [other for number in numbers for other in carriers.get(number, []) if other.name != LOCAL.name]
        family = {other.name: other for other in (trunk, *sharing) if other.name != LOCAL.name or trunk is other}
        open_to_all = any(not other.peers for other in family.values())
        peers = dict.fromkeys(peer for other in family.values() for peer in other.peers)
        host = _LOOPBACK_HOST if trunk.name in loopback else _OTHER_HOST
        sections.append(
            _TrunkSection(
                name=trunk.name,
                host=_bracketed(trunk.host),
                contact=f"sip:{_bracketed(trunk.host)}:{trunk.port}" + _via(trunk),
                server=f"{_bracketed(trunk.host)}:{trunk.port}" + _via(trunk),
                register=trunk.register,
                username=trunk.username,
                contact_user=trunk.dids[0] if trunk.dids else trunk.username,
                secret=secrets.trunk_secret(trunk.name) if trunk.register else "",
                channels=trunk.channels,
                codecs=trunk.codecs,
                transport=trunk.transport,
                permit=() if open_to_all else tuple(peers),
                addresses=_addresses(trunk),
                numbers_pattern=_pattern(numbers, host),
            )
        )
    return sections


def _addresses(trunk: Trunk) -> tuple[str, ...]:
    """The addresses that mean this trunk by themselves; loopback never does, phones and callers share it."""
    peers = tuple(peer for peer in trunk.peers if not _is_loopback(peer))
    if trunk.host and not _is_loopback(trunk.host) and trunk.host not in peers:
        return (*peers, trunk.host)
    return peers


def _pattern(numbers: Iterable[str], host: str) -> str:
    alternatives = "|".join(number.replace("+", r"\+") for number in numbers)
    return rf"^sips?:({alternatives})(;[^@]*)?@{host}" if alternatives else ""


def _via(trunk: Trunk) -> str:
    return "" if trunk.transport == "udp" else f";transport={trunk.transport}"


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_network(address, strict=False).is_loopback
    except ValueError:
        return address == "localhost"


def _ami_permit(host: str) -> tuple[str, ...]:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ()
    own = () if address.is_loopback or address.is_unspecified else (f"{address}/{address.max_prefixlen}",)
    return ("127.0.0.0/8", *own)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _outward_address() -> str:
    """The address this machine talks to others with; loopback where it has no network. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _sounds(site: Site, prompt: str, otherwise: str) -> str:
    media = site.script.media(prompt, site.language)
    files = [uri.removeprefix("sound:") for uri in media if uri.startswith("sound:")]
    return "&".join(files) or otherwise


def _escaped(value: str) -> str:
    if any(not c.isprintable() for c in value):
        raise SetupError("a secret or name has a control character in it", "set it again")
    return value.replace(";", "\\;")


def _check_names(site: Site) -> None:
    for kind, names, form in (
        ("trunk", site.trunks, _NAME),
        ("phone", site.phones, _NAME),
        ("number", site.dids, _NUMBER),
        ("number of a trunk", [number for trunk in site.trunks.values() for number in trunk.dids], _NUMBER),
    ):
        for name in names:
            if form.fullmatch(name) is None:
                raise SetupError(f"{kind} {name!r} cannot stand in Asterisk's configuration", "use letters and digits")
    for phone in site.phones:
        if phone.startswith("trunk-"):
            raise SetupError(f"phone {phone!r} has a trunk's name", "name phones otherwise than trunk-...")

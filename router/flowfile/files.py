"""The files of a hotline's folder: their bytes, bounded, and the version they make together."""

import hashlib
import os
from pathlib import Path

import msgspec

from router.flowfile.diagnostics import Diagnostic, Place, diagnose, did_you_mean
from router.flowfile.text import MAX_BYTES

MAX_FILES = 2_000
REQUIRED = ("site.yaml", "trunks.yaml", "queues.yaml", "agents.yaml")
OPTIONAL = (
    "hours.yaml",
    "customers.yaml",
    "extensions.yaml",
    "duty.yaml",
    "lookups.yaml",
    "notices.yaml",
    "messages.yaml",
    "board.yaml",
    "surge.yaml",
)
_YAML = (".yaml", ".yml")


class Folder(msgspec.Struct, frozen=True):
    """A hotline's folder: ``yaml`` and ``csv`` hold its files' bytes by their path in it; ``version`` is their hash."""

    yaml: dict[str, bytes]
    version: str
    csv: dict[str, bytes] = {}


def shown(path: Path) -> str:
    """Return a path as text for messages, whatever bytes its name has."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def read_folder(folder: Path, findings: list[Diagnostic]) -> Folder:
    """Read all files of a hotline; what is missing, unreadable or nobody's is reported."""
    yaml: dict[str, bytes] = {}
    csv: dict[str, bytes] = {}
    digest = hashlib.sha256()
    for count, path in enumerate(_files(folder)):
        if count >= MAX_FILES:
            findings.append(diagnose("E008", Place(shown(folder)), limit=MAX_FILES))
            break
        relative = path.relative_to(folder)
        place = Place(shown(path))
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            findings.append(diagnose("E006", place, reason=error.strerror))
            continue
        raw_name = os.fsencode(relative)
        digest.update(b"%d:%s%d:" % (len(raw_name), raw_name, len(data)))
        digest.update(data)
        if path.suffix in _YAML:
            _sort_in(relative, data, place, yaml, findings)
        elif path.suffix == ".csv":
            csv[relative.as_posix()] = data
    for name in REQUIRED:
        if name not in yaml:
            findings.append(diagnose("E002", Place(shown(folder / name))))
    if not any(name.startswith("flows/") for name in yaml):
        findings.append(diagnose("E002", Place(shown(folder / "flows" / "main.yaml"))))
    return Folder(yaml, digest.hexdigest()[:12], csv)


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = (Path(base, name) for name in sorted(names) if not name.startswith(".") and not name.endswith("~"))
        found += (path for path in paths if path.is_file() or path.is_symlink())
        if len(found) > MAX_FILES:
            break
    return found


def _sort_in(relative: Path, data: bytes, place: Place, yaml: dict[str, bytes], findings: list[Diagnostic]) -> None:
    name = relative.as_posix()
    if relative.parts[0] == "prompts" or name.endswith(".test.yaml"):
        return
    in_flows = len(relative.parts) == 2 and relative.parts[0] == "flows" and relative.suffix == ".yaml"
    if in_flows or name in REQUIRED + OPTIONAL:
        yaml[name] = data
        return
    if relative.suffix == ".yml":
        hint = f"rename it to '{relative.stem}.yaml'"
    else:
        near = did_you_mean(name, REQUIRED + OPTIONAL)
        hint = f"did you mean '{near}'?" if near else ""
    findings.append(diagnose("E007", place, hint, name=shown(relative)))

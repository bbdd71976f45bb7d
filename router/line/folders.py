"""Where everything of one line lies under its home folder, and where Asterisk sees the shared part of it."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from router.errors import SettingsError, SetupError
from router.settings import Settings

SOUNDS_INSIDE = PurePosixPath("/usr/share/asterisk/sounds/hotline")
"""Where an Asterisk of ours sees the prompts; ``sound:hotline/<lang>/<name>`` reads from here."""

RECORDINGS_INSIDE = PurePosixPath("/var/spool/asterisk/recording")
"""Where an Asterisk of ours sees the recordings: the folder ARI records into."""


@dataclass(frozen=True)
class Folders:
    """All folders and files of one home. Paths are absolute.

    ``shared`` holds ``prompts/`` and ``recordings/``, seen by router and Asterisk; ``asterisk_recordings`` is how
    Asterisk names the latter.
    """

    home: Path
    root: Path
    shared: Path
    asterisk_recordings: PurePosixPath

    @classmethod
    def of(cls, settings: Settings) -> "Folders":
        """Derive them from the settings.

        Raises:
            SettingsError: ``shared`` is not ``ROUTER_PATH:ASTERISK_PATH``.
        """
        home = settings.home.absolute()
        root = _chosen(settings, settings.asterisk_root, "asterisk-root")
        shared, recordings = home / "shared", RECORDINGS_INSIDE
        if settings.shared:
            ours, colon, theirs = settings.shared.partition(":")
            if not colon or not ours or not theirs.startswith("/"):
                raise SettingsError(
                    f"setting shared (HOTLINE_SHARED) is {settings.shared!r}, not ROUTER_PATH:ASTERISK_PATH",
                    "write both paths, as in /srv/hotline/shared:/var/lib/hotline",
                )
            shared = Path(ours).absolute()
            if settings.asterisk == "existing":
                recordings = PurePosixPath(theirs) / "recordings"
        return cls(home, root, shared, recordings)

    @property
    def secrets(self) -> Path:
        """The file of generated secrets."""
        return self.home / "secrets.json"

    @property
    def run(self) -> Path:
        """Process ids, sockets, the lock."""
        return self.home / "run"

    @property
    def control_socket(self) -> Path:
        """The router's control socket."""
        return self.run / "control.sock"

    @property
    def lock(self) -> Path:
        """Held by the supervisor while the line is up; holds its process id."""
        return self.run / "line.lock"

    @property
    def logs(self) -> Path:
        """What the parts print."""
        return self.home / "logs"

    @property
    def redis(self) -> Path:
        """Redis's configuration and data."""
        return self.home / "redis"

    @property
    def asterisk(self) -> Path:
        """Everything this line's Asterisk writes, and its configuration."""
        return self.home / "asterisk"

    @property
    def asterisk_etc(self) -> Path:
        """The generated configuration of Asterisk."""
        return self.asterisk / "etc"

    @property
    def prompts(self) -> Path:
        """Built prompts: ``<lang>/<name>.wav``."""
        return self.shared / "prompts"

    @property
    def recordings(self) -> Path:
        """What Asterisk records."""
        return self.shared / "recordings"

    def make(self) -> None:
        """Create the folders that are not there; the home only for its owner to read.

        Raises:
            SetupError: a folder cannot be made.
        """
        try:
            if not self.home.exists():
                self.home.mkdir(parents=True)
                self.home.chmod(0o700)
            for folder in (self.run, self.logs, self.redis, self.asterisk_etc, self.prompts, self.recordings):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SetupError(
                f"cannot make {error.filename}: {error.strerror}",
                "choose a folder you may write with HOTLINE_HOME",
            ) from error


def archive_folder(settings: Settings) -> Path:
    """Return where a line's archive of records is, if it keeps one; absolute."""
    return _chosen(settings, settings.archive, "archive")


def figures_folder(settings: Settings) -> Path:
    """Return where the figures are that people keep for a line, if they do; absolute."""
    return _chosen(settings, settings.figures, "figures")


def _chosen(settings: Settings, written: str, otherwise: str) -> Path:
    """The folder a setting names; without it one of that name in the home."""
    return Path(written).absolute() if written else settings.home.absolute() / otherwise

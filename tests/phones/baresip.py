"""A phone that is not ours: baresip, answering by itself, saying a tone and writing down what it hears."""

import asyncio
import contextlib
import wave
from pathlib import Path

import numpy as np

from phones import audio

_CONFIG = """\
sip_listen {host}:{port}
call_max_calls 4
audio_source aufile,{folder}/says.wav
audio_srate 8000-8000
audio_channels 1
ausrc_srate 8000
auplay_srate 8000
rtp_ports {rtp_first}-{rtp_last}
rtp_stats no
net_interface {host}
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module sndfile.so
module_tmp account.so
module_app menu.so
snd_path {folder}
"""
_ACCOUNT = (
    "<sip:{name}@{host}:{sip_port}>;auth_user={name};auth_pass={password};answermode=auto;regint=60;audio_codecs=PCMA\n"
)


class Baresip:
    """One baresip process registered as a phone. Everything it reads and writes is in ``folder``."""

    def __init__(self, folder: Path, name: str, password: str, *, sip_port: int, speaks: int, port: int) -> None:
        self.folder = folder
        self._process: asyncio.subprocess.Process | None = None
        folder.mkdir(parents=True, exist_ok=True)
        values = {"host": "127.0.0.1", "folder": folder, "port": port, "rtp_first": port + 10, "rtp_last": port + 40}
        (folder / "config").write_text(_CONFIG.format(**values))
        (folder / "accounts").write_text(
            _ACCOUNT.format(name=name, host="127.0.0.1", sip_port=sip_port, password=password)
        )
        (folder / "contacts").write_text("")
        audio.write_wave(folder / "says.wav", audio.tone(speaks, 20_000))

    async def start(self) -> None:
        """Start it; it registers and answers by itself."""
        with (self.folder / "log.txt").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "KILL", "--", "baresip", "-4", "-f", str(self.folder)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )

    async def stop(self) -> None:
        """End it; only then is what it heard written to its end."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 5)
            if self._process.returncode is None:
                self._process.kill()
                await self._process.wait()

    def log(self) -> str:
        """Return what it printed."""
        return (self.folder / "log.txt").read_text(errors="replace")

    def heard(self) -> audio.Samples:
        """Return what it heard in its one call, as decoded by itself (jitter buffer included)."""
        written = list(self.folder.glob("dump-*-dec.wav"))
        assert len(written) == 1, f"baresip wrote {[path.name for path in self.folder.iterdir()]}"
        with wave.open(str(written[0]), "rb") as recording:
            return np.frombuffer(recording.readframes(recording.getnframes()), np.int16)

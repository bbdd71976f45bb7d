"""Pure: the tones of a country as Asterisk writes them (``Hz/ms``, 0 is silence).

Source: ITU-T E.180 Supplement 2, "Various tones used in national networks". The ring cadences agree with
:mod:`router.core.cadence`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tones:
    """Tones of one country; ``cadence`` is one ring as on,off[,on,off] in ms, ``ring`` the same with its pitch."""

    dial: str
    busy: str
    congestion: str
    pitch: str
    cadence: tuple[int, ...]

    @property
    def ring(self) -> str:
        """The ringing tone a caller hears."""
        return ",".join(f"{self.pitch if i % 2 == 0 else 0}/{ms}" for i, ms in enumerate(self.cadence))


_BRITISH = (400, 200, 400, 2000)

TONES: dict[str, Tones] = {
    "cn": Tones("450", "450/350,0/350", "450/700,0/700", "450", (1000, 4000)),
    "hk": Tones("350+440", "480+620/500,0/500", "480+620/250,0/250", "440+480", (400, 200, 400, 3000)),
    "tw": Tones("350+440", "480+620/500,0/500", "480+620/250,0/250", "440+480", (1000, 2000)),
    "us": Tones("350+440", "480+620/500,0/500", "480+620/250,0/250", "440+480", (2000, 4000)),
    "ca": Tones("350+440", "480+620/500,0/500", "480+620/250,0/250", "440+480", (2000, 4000)),
    "gb": Tones("350+440", "400/375,0/375", "400/400,0/350,400/225,0/525", "400+450", _BRITISH),
    "de": Tones("425", "425/480,0/480", "425/240,0/240", "425", (1000, 4000)),
    "fr": Tones("440", "440/500,0/500", "440/250,0/250", "440", (1500, 3500)),
    "jp": Tones("400", "400/500,0/500", "400/500,0/500", "400+15", (1000, 2000)),
    "sg": Tones("425", "425/750,0/750", "425/250,0/250", "425", _BRITISH),
    "au": Tones("413+438", "425/375,0/375", "425/375,0/375", "400", _BRITISH),
}
"""Tones by ISO 3166 country code in lower case."""


def zone(country: str) -> str:
    """Return the tone zone of a country: its own, or ``us`` for one we have no tones of."""
    return country.lower() if country.lower() in TONES else "us"

"""SIP messages (RFC 3261): read, written, and what a phone needs of them: digest, tags, the audio line of SDP."""

import dataclasses
import hashlib
import re
import secrets

_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
    "k": "supported",
}


@dataclasses.dataclass
class Message:
    """A request or a response; ``headers`` in order, names in lower case and never in their compact form."""

    start: str
    headers: list[tuple[str, str]]
    body: str = ""

    @classmethod
    def parse(cls, datagram: bytes) -> "Message":
        """Read one datagram. Raises ValueError where it is no SIP message."""
        head, _, body = datagram.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
        if "SIP/2.0" not in start:
            raise ValueError(f"not a SIP message: {start[:40]!r}")
        headers = []
        for line in lines:
            name, _, value = line.partition(":")
            lowered = name.strip().lower()
            headers.append((_COMPACT.get(lowered, lowered), value.strip()))
        return cls(start, headers, body)

    def encode(self) -> bytes:
        """Write it, with its length."""
        body = self.body.encode()
        head = [self.start, *(f"{name.title()}: {value}" for name, value in self.headers)]
        return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body

    @property
    def request(self) -> bool:
        """Say whether it is a request."""
        return not self.start.startswith("SIP/2.0")

    @property
    def method(self) -> str:
        """The method of a request, or the one a response answers."""
        return self.start.split()[0] if self.request else self.header("cseq").split()[1]

    @property
    def status(self) -> int:
        """The status of a response, 0 for a request."""
        return 0 if self.request else int(self.start.split()[1])

    @property
    def sequence(self) -> int:
        """The number in CSeq."""
        return int(self.header("cseq").split()[0])

    @property
    def branch(self) -> str:
        """The transaction: the branch of the topmost Via."""
        return parameter(self.header("via"), "branch")

    def header(self, name: str) -> str:
        """Return the first header of a name, "" where there is none."""
        return next((value for found, value in self.headers if found == name), "")

    def all(self, name: str) -> list[str]:
        """Return every header of a name."""
        return [value for found, value in self.headers if found == name]

    def reply(self, status: int, reason: str, to_tag: str = "", extra: tuple[tuple[str, str], ...] = ()) -> "Message":
        """Return the response to this request, with our tag at To where it has none yet."""
        copied = [(name, value) for name, value in self.headers if name in ("via", "from", "to", "call-id", "cseq")]
        if to_tag:
            copied = [
                (name, f"{value};tag={to_tag}" if name == "to" and not parameter(value, "tag") else value)
                for name, value in copied
            ]
        return Message(f"SIP/2.0 {status} {reason}", [*copied, *extra])


def parameter(value: str, name: str) -> str:
    """Return a parameter behind ``;`` of a header value, "" where it is not there."""
    found = re.search(rf";\s*{name}\s*=\s*\"?([^;,\s\">]+)", value)
    return found[1] if found else ""


def address(value: str) -> str:
    """Return the URI of a From, To or Contact value, without the display name."""
    found = re.search(r"<([^>]+)>", value)
    return found[1] if found else value.partition(";")[0].strip()


def user_part(value: str) -> str:
    """Return the user part of a URI or of a header value that holds one."""
    found = re.search(r"sips?:([^@;>]+)@", value)
    return found[1] if found else ""


def random_token() -> str:
    """Return a fresh tag, branch or Call-ID."""
    return secrets.token_hex(8)


def digest(challenge: str, *, method: str, uri: str, name: str, password: str) -> str:
    """Return the Authorization value for a WWW- or Proxy-Authenticate one (RFC 2617, MD5, qop auth or none)."""
    given = dict(re.findall(r"(\w+)\s*=\s*\"?([^\",]+)\"?", challenge))
    realm, nonce = given["realm"], given["nonce"]
    first = _md5(f"{name}:{realm}:{password}")
    second = _md5(f"{method}:{uri}")
    shown = f'Digest username="{name}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "opaque" in given:
        shown += f', opaque="{given["opaque"]}"'
    if "qop" not in given:
        return f'{shown}, response="{_md5(f"{first}:{nonce}:{second}")}"'
    ours = random_token()
    response = _md5(f"{first}:{nonce}:00000001:{ours}:auth:{second}")
    return f'{shown}, qop=auth, nc=00000001, cnonce="{ours}", response="{response}"'


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


@dataclasses.dataclass(frozen=True)
class AudioLine:
    """The audio line of an SDP: where to send, which payload type is the key events', and who may speak."""

    host: str
    port: int
    event_type: int | None
    direction: str

    @classmethod
    def parse(cls, body: str) -> "AudioLine":
        """Read an SDP. Raises ValueError where it has no audio in A-law."""
        media = re.search(r"^m=audio (\d+) RTP/AVP ([\d ]+)", body, re.M)
        host = re.search(r"^c=IN IP4 (\S+)", body, re.M)
        if media is None or host is None or "8" not in media[2].split():
            raise ValueError(f"no A-law audio in this SDP:\n{body}")
        event = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", body, re.M | re.I)
        direction = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)", body, re.M)
        return cls(host[1], int(media[1]), int(event[1]) if event else None, direction[1] if direction else "sendrecv")


def offer(host: str, port: int, version: int, direction: str = "sendrecv") -> str:
    """Return our SDP: A-law and key events as payload 101."""
    lines = [
        *("v=0", f"o=phone 1 {version} IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0"),
        *(f"m=audio {port} RTP/AVP 8 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000"),
        *("a=fmtp:101 0-15", "a=ptime:20", f"a={direction}", ""),
    ]
    return "\r\n".join(lines)

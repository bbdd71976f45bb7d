"""Who may look: a password for people, a token for a screen on the wall, signed cookies, and a bound on guesses.

Nothing is kept between restarts but the site's secrets, so a screen goes on by itself when the board is started again.
"""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

SESSION_S = 7 * 24 * 3600
KIOSK_S = 365 * 24 * 3600
TRIES = 5
"""Wrong passwords that an address may give within :data:`TRIES_WITHIN_S`."""
TRIES_ALL = 60
"""Wrong passwords that all addresses together may give in that time."""
TRIES_WITHIN_S = 300
_ADDRESSES = 10_000
ALL_ROOMS = "*"


class Gate:
    """Checks passwords, tokens and cookies.

    ``derive(purpose, length)`` gives a secret of the site; ``password_hash`` is argon2's of a password that was set by
    hand ("": the derived one holds); ``generation`` of the tokens and passwords made anew.
    """

    def __init__(
        self, derive: Callable[[str, int], str], *, password: str = "", password_hash: str = "", generation: int = 0
    ) -> None:
        self._derive = derive
        self._hash = password_hash
        self._generation = generation
        self._given = password
        self._hasher = PasswordHasher()

    @property
    def shown_password(self) -> str:
        """The password, where it can be told: "" where one was set by hand."""
        return "" if self._hash and not self._given else self.initial_password

    @property
    def initial_password(self) -> str:
        """The password while none was set by hand."""
        return self._given or self._derive(f"board-password:{self._generation}", 12)

    def token(self, room: str) -> str:
        """Return the token by which a screen may show one room."""
        return self._derive(f"board-token:{room}:{self._generation}", 32)

    def password_fits(self, given: str) -> bool:
        """Say whether a password is right. Takes a good part of a tenth of a second where one was set by hand."""
        if not given or len(given) > 1_000:
            return False
        if self._hash and not self._given:
            try:
                return self._hasher.verify(self._hash, given)
            except Argon2Error:
                return False
        return hmac.compare_digest(given.encode(), self.initial_password.encode())

    def token_fits(self, room: str, given: str) -> bool:
        """Say whether a token is that of a room."""
        return hmac.compare_digest(given.encode(), self.token(room).encode())

    def cookie(self, room: str, now_s: int) -> str:
        """Return a cookie that lets its bearer look at a room (:data:`ALL_ROOMS`: at all, signed in)."""
        until = now_s + (SESSION_S if room == ALL_ROOMS else KIOSK_S)
        text = f"{until}.{room.encode().hex()}"
        return f"{text}.{self._sign(text)}"

    def rooms_of(self, cookie: str, now_s: int) -> str | None:
        """Return the room a cookie is for, or None where it is no good."""
        text, _, signature = cookie.rpartition(".")
        until, _, room = text.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(text).encode()):
            return None
        if not until.isdigit() or int(until) < now_s:
            return None
        return bytes.fromhex(room).decode()

    def _sign(self, text: str) -> str:
        # a password set anew or tokens made anew end every session
        key = self._derive(f"board-cookie:{self._generation}:{self._hash}:{self._given}", 32)
        return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


class Tries:
    """Counts wrong passwords by address, and bounds them."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()
        self._all: list[float] = []

    def wait_s(self, address: str, now_s: float) -> int:
        """Return how many seconds an address must wait before its next try; 0: none."""
        own = self._recent(self._wrong.get(address, []), now_s)
        self._all = self._recent(self._all, now_s)
        if len(own) >= TRIES:
            return max(1, round(own[-TRIES] + TRIES_WITHIN_S - now_s))
        if len(self._all) >= TRIES_ALL:
            return max(1, round(self._all[-TRIES_ALL] + TRIES_WITHIN_S - now_s))
        return 0

    def failed(self, address: str, now_s: float) -> None:
        """A wrong password came from an address."""
        self._wrong[address] = [*self._recent(self._wrong.pop(address, []), now_s), now_s]
        self._all.append(now_s)
        while len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """The right password came from an address: its wrong ones are forgotten."""
        self._wrong.pop(address, None)

    @staticmethod
    def _recent(times: list[float], now_s: float) -> list[float]:
        return [at for at in times if now_s - at < TRIES_WITHIN_S]

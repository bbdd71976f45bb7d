"""Who may look: passwords, tokens of rooms, cookies, and a bound on guesses."""

import hashlib

import pytest

from router.board.gate import ALL_ROOMS, SESSION_S, TRIES, TRIES_ALL, TRIES_WITHIN_S, Gate, Tries
from router.line.secrets import PasswordHasher


def derive(purpose: str, length: int) -> str:
    return hashlib.sha256(purpose.encode()).hexdigest()[:length]


def test_the_derived_password_holds_until_one_is_set() -> None:
    gate = Gate(derive)
    assert gate.password_fits(gate.initial_password) and gate.shown_password
    assert not gate.password_fits("") and not gate.password_fits("x" * 5_000)
    own = Gate(derive, password_hash=PasswordHasher().hash("chosen by hand"))
    assert own.password_fits("chosen by hand") and not own.password_fits(gate.initial_password)
    assert own.shown_password == ""


def test_a_token_opens_its_own_room_only_and_ends_when_renewed() -> None:
    gate = Gate(derive)
    assert gate.token_fits("front", gate.token("front"))
    assert not gate.token_fits("back", gate.token("front"))
    assert not Gate(derive, generation=1).token_fits("front", gate.token("front"))


def test_a_cookie_names_its_room_and_ends() -> None:
    gate = Gate(derive)
    cookie = gate.cookie(ALL_ROOMS, 1_000)
    assert gate.rooms_of(cookie, 1_001) == ALL_ROOMS
    assert gate.rooms_of(cookie, 1_001 + SESSION_S) is None
    assert gate.rooms_of(gate.cookie("front", 1_000), 1_001) == "front"


@pytest.mark.parametrize(
    "forged", ["", ".", "..", "9999999999.2a.", "x", "9999999999.2a.00", "9999999999..zz", "é.ü.ß"]
)
def test_a_forged_cookie_is_no_good(forged: str) -> None:
    assert Gate(derive).rooms_of(forged, 1_000) is None


def test_a_cookie_of_a_former_password_is_no_good() -> None:
    cookie = Gate(derive).cookie(ALL_ROOMS, 1_000)
    assert Gate(derive, password="another").rooms_of(cookie, 1_001) is None
    assert Gate(derive, generation=1).rooms_of(cookie, 1_001) is None


def test_guessing_is_bounded_by_address_and_in_all() -> None:
    tries = Tries()
    for _ in range(TRIES):
        assert tries.wait_s("a", 100.0) == 0
        tries.failed("a", 100.0)
    assert 0 < tries.wait_s("a", 101.0) <= TRIES_WITHIN_S
    assert tries.wait_s("b", 101.0) == 0
    assert tries.wait_s("a", 100.0 + TRIES_WITHIN_S) == 0
    for number in range(TRIES_ALL):
        tries.failed(f"address {number}", 900.0)
    assert tries.wait_s("somebody new", 901.0) > 0


def test_the_right_password_forgets_wrong_ones() -> None:
    tries = Tries()
    for _ in range(TRIES):
        tries.failed("a", 1.0)
    tries.succeeded("a")
    assert tries.wait_s("a", 2.0) == 0

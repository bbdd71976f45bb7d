"""PINs: hashed, derived at first, locked after five wrong ones in a row."""

import threading
from pathlib import Path

import pytest

from router.adapters.pins import LOCK_MS, WRONG_COUNT, PinCheck, Pins
from router.core.ids import AgentId
from router.errors import SettingsError

AGENT = AgentId("1001")
NOW = 1_790_000_000_000
GOOD, BAD, LOCKED = PinCheck(True, False), PinCheck(False, False), PinCheck(False, True)


@pytest.fixture
def pins(tmp_path: Path) -> Pins:
    return Pins(tmp_path, "site key")


def test_the_first_pin_is_six_digits_of_the_site_and_agent_alone(pins: Pins, tmp_path: Path) -> None:
    first = pins.initial_pin(AGENT)
    assert len(first) == 6
    assert first.isdigit()
    assert first == Pins(tmp_path / "elsewhere", "site key").initial_pin(AGENT)
    assert first != pins.initial_pin(AgentId("1002"))
    assert first != Pins(tmp_path, "another key").initial_pin(AGENT)
    assert pins.check(AGENT, first, NOW) == GOOD
    assert pins.check(AGENT, "", NOW) == BAD


def test_a_pin_of_their_own_ends_the_first_one_and_is_kept_as_a_hash(pins: Pins, tmp_path: Path) -> None:
    pins.set_pin(AGENT, "8642")
    assert pins.has_own(AGENT)
    assert pins.check(AGENT, "8642", NOW) == GOOD
    assert pins.check(AGENT, pins.initial_pin(AGENT), NOW) == BAD
    kept = tmp_path / "pins.json"
    assert "8642" not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert pins.reset(AGENT) == pins.initial_pin(AGENT)
    assert pins.check(AGENT, pins.initial_pin(AGENT), NOW) == GOOD


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "١٢٣٤"])
def test_a_pin_is_4_to_12_digits(pins: Pins, pin: str) -> None:
    with pytest.raises(SettingsError, match="4 to 12 digits"):
        pins.set_pin(AGENT, pin)


def test_five_wrong_in_a_row_lock_for_ten_minutes_even_the_right_one(pins: Pins, tmp_path: Path) -> None:
    good = pins.initial_pin(AGENT)
    answers = [pins.check(AGENT, "000", NOW) for _ in range(WRONG_COUNT)]
    assert answers == [BAD] * (WRONG_COUNT - 1) + [LOCKED]
    assert pins.check(AGENT, good, NOW + 1) == LOCKED
    assert Pins(tmp_path, "site key").check(AGENT, good, NOW + LOCK_MS - 1) == LOCKED, "a restart does not end it"
    assert pins.check(AgentId("1002"), pins.initial_pin(AgentId("1002")), NOW) == GOOD
    assert pins.check(AGENT, good, NOW + LOCK_MS) == GOOD


def test_a_right_one_forgives_those_before(pins: Pins) -> None:
    good = pins.initial_pin(AGENT)
    for _ in range(3):
        for _ in range(WRONG_COUNT - 1):
            assert pins.check(AGENT, "000", NOW) == BAD
        assert pins.check(AGENT, good, NOW) == GOOD


def test_guessing_from_many_phones_at_once_is_counted_whole(pins: Pins) -> None:
    answers: list[PinCheck] = []
    threads = [threading.Thread(target=lambda: answers.append(pins.check(AGENT, "000", NOW))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(BAD) == WRONG_COUNT - 1
    assert answers.count(LOCKED) == 12 - (WRONG_COUNT - 1)


def test_a_broken_file_says_which_and_what_to_do(pins: Pins, tmp_path: Path) -> None:
    (tmp_path / "pins.json").write_text("{")
    with pytest.raises(SettingsError, match=r"pins\.json") as caught:
        pins.check(AGENT, "1", NOW)
    assert "put back a copy" in caught.value.cure

"""The authenticate node: account, password, tries, and that the password is nowhere but in the question."""

import msgspec

from router.ivr.flow import Node
from router.ivr.nodes.authenticate import Authenticate
from router.ivr.nodes.hangup import Hangup
from support.asker import Asker


def asker(**changes: object) -> Asker:
    spec = {
        "source": "bank",
        "account_prompt": ("account",),
        "password_prompt": ("password",),
        "wrong_prompt": ("wrong",),
        "locked_prompt": ("is_locked",),
        "ok": "in",
        "refused": "out",
        "locked": "shut",
        "failed": "down",
        **changes,
    }
    ends: dict[str, Node] = {n: Hangup(prompt=(n,), weekend_wish=()) for n in ("in", "out", "shut", "down", "desk")}
    return Asker({"ask": Authenticate(**spec), **ends}, person="desk")  # type: ignore[arg-type]


def typed(caller: Asker, account: str = "8888", password: str = "123456") -> list[str]:
    caller.press(account + "#")
    return caller.press(password)


def test_account_and_password_are_asked_and_compared() -> None:
    caller = asker()
    assert caller.begin() == ["says account"]
    assert caller.press("8888#")[-1] == "says password"
    assert "authenticates at bank 8888 123456" in caller.press("123456")
    assert caller.replied("ok", tariff="gold")[-1] == "says in"
    assert caller.session.variables == {"account": "8888"}


def test_the_password_is_in_nothing_that_is_kept_or_recorded() -> None:
    caller = asker()
    told = caller.begin() + typed(caller, password="654321")
    assert [line for line in told if "654321" in line] == ["authenticates at bank 8888 654321"]
    assert b"654321" not in msgspec.json.encode(caller.session)
    caller.replied("ok")
    assert b"654321" not in msgspec.json.encode(caller.session)


def test_a_known_account_is_not_asked() -> None:
    caller = asker(account="{caller}")
    assert caller.begin() == ["says password"]
    assert "authenticates at bank 8613800000000 123456" in caller.press("123456")


def test_three_wrong_passwords_and_it_is_over() -> None:
    caller = asker()
    caller.begin()
    for _ in range(2):
        typed(caller)
        assert caller.replied("refused")[-1] == "says wrong account"
    typed(caller)
    assert caller.replied("refused")[-1] == "says wrong"
    assert caller.played() == ["says out"]


def test_an_account_that_does_not_exist_sounds_like_a_wrong_password() -> None:
    caller = asker()
    caller.begin()
    typed(caller)
    assert caller.replied("missing") == ["no timer company", "no timer reply", "step ask refused", "says wrong account"]


def test_a_locked_account_is_said_to_be_locked() -> None:
    caller = asker()
    caller.begin()
    typed(caller)
    assert caller.replied("locked")[-2:] == ["step ask locked", "says is_locked"]
    assert caller.played() == ["says shut"]


def test_a_source_that_cannot_answer_counts_no_try() -> None:
    caller = asker()
    caller.begin()
    typed(caller)
    assert caller.replied("failed")[-2:] == ["step ask failed", "says down"]


def test_a_password_that_is_too_short_is_wrong_and_is_not_asked() -> None:
    caller = asker()
    caller.begin()
    caller.press("8888#")
    assert caller.press("123#")[-2:] == ["step ask refused", "says wrong account"]


def test_silence_is_a_try_and_leads_out_at_last() -> None:
    caller = asker(tries=2)
    caller.begin()
    caller.played()
    assert caller.timer("first_digit") == ["step ask no_key", "says account"]
    caller.played()
    assert caller.timer("first_digit")[-1] == "says out"


def test_star_and_the_person_key_lead_to_a_person_and_zero_alone_is_a_digit() -> None:
    caller = asker()
    caller.begin()
    assert caller.press("0") == ["quiet", "timer inter_digit 4000"]
    assert caller.press("*0")[-1] == "says desk"


def test_star_takes_back_what_was_typed() -> None:
    caller = asker()
    caller.begin()
    assert "authenticates at bank 77 123456" in [*caller.press("88*77#"), *caller.press("123456")]


def test_while_the_source_thinks_the_caller_hears_music() -> None:
    caller = asker()
    caller.begin()
    typed(caller)
    assert caller.timer("company") == ["PlayMusic"]
    assert caller.press("1") == []

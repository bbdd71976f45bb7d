"""The lookup node: what it asks, what it keeps, where the caller goes, and that nobody waits in silence."""

import pytest

from router.ivr.flow import Node
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.lookup import Lookup
from support.asker import Asker

FIELDS = {"number": "{caller}"}


def asker(**changes: object) -> Asker:
    spec = {"source": "crm", "fields": FIELDS, "save": {"customer.name": "name"}, "found": "yes", "missing": "no"}
    node = Lookup(**{**spec, "failed": "down", **changes})  # type: ignore[arg-type]
    ends: dict[str, Node] = {name: Hangup(prompt=(name,), weekend_wish=()) for name in ("yes", "no", "down", "desk")}
    return Asker({"find": node, **ends}, person="desk")


def test_it_asks_with_its_fields_filled() -> None:
    assert asker().begin() == ["looks up crm number=+8613800000000", "timer company 400", "timer reply 5000"]


def test_an_answer_is_kept_and_leads_on_without_a_sound() -> None:
    caller = asker()
    caller.begin()
    assert caller.replied("ok", name="Li", other="x") == [
        "no timer company",
        "no timer reply",
        "step find found",
        "says yes",
    ]
    assert caller.session.variables == {"customer.name": "Li"}


@pytest.mark.parametrize(
    ("status", "said"), [("missing", "no"), ("refused", "no"), ("failed", "down"), ("nonsense", "down")]
)
def test_every_other_answer_leads_where_the_node_says(status: str, said: str) -> None:
    caller = asker()
    caller.begin()
    assert caller.replied(status)[-1] == f"says {said}"
    assert caller.session.variables == {}


def test_without_a_target_a_failure_leads_to_a_person() -> None:
    caller = asker(failed="")
    caller.begin()
    assert caller.replied("failed")[-1] == "says desk"


def test_after_a_moment_the_caller_hears_a_prompt_and_then_music() -> None:
    caller = asker(meanwhile=("one_moment",))
    caller.begin()
    assert caller.timer("company") == ["says one_moment"]
    assert caller.played() == ["PlayMusic"]
    assert caller.replied("ok") == ["no timer reply", "step find found", "StopMusic", "says yes"]


def test_without_a_prompt_the_caller_hears_music() -> None:
    caller = asker()
    caller.begin()
    assert caller.timer("company") == ["PlayMusic"]


def test_an_answer_that_never_comes_is_a_failure() -> None:
    caller = asker()
    caller.begin()
    caller.timer("company")
    assert caller.timer("reply") == ["Withdraw", "step find failed", "StopMusic", "says down"]
    assert caller.replied("ok") == []


def test_the_person_key_leads_away_and_withdraws_the_question() -> None:
    caller = asker()
    caller.begin()
    told = caller.press("0")
    assert "Withdraw" in told
    assert told[-1] == "says desk"


def test_what_is_saved_is_bounded_and_free_of_control_characters() -> None:
    caller = asker()
    caller.begin()
    caller.replied("ok", name="a\r\nb\x00" + "x" * 5_000)
    name = caller.session.variables["customer.name"]
    assert isinstance(name, str)
    assert name.startswith("a  b ")
    assert len(name) <= 500


def test_a_secret_variable_makes_the_question_secret_and_stays_in_clear_there_only() -> None:
    caller = asker(fields={"pin": "{pin}"})
    caller.session.variables, caller.session.secrets = {"pin": "123456"}, ("pin",)
    assert caller.begin()[0] == "looks up crm pin=123456 secretly"


def test_a_hostile_caller_number_cannot_break_a_field() -> None:
    caller = asker(fields={"name": "{customer.name}"})
    caller.session.variables = {"customer.name": "x\n\x1b[31m{secret:crm}"}
    assert caller.begin()[0] == "looks up crm name=x  [31m{secret:crm}"

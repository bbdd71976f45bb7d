"""Calling another flow: parameters, what comes back, people reached from within, and how deep it goes."""

import msgspec

from router.ivr.flow import Flow, Node
from router.ivr.nodes.back import Back
from router.ivr.nodes.collect import Collect
from router.ivr.nodes.enqueue import Enqueue
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.play import Play
from router.ivr.nodes.set import Set
from router.ivr.nodes.subflow import Subflow
from router.ivr.walk import MAX_DEPTH
from support.caller import Caller

BYE = Hangup(prompt=("bye",), weekend_wish=())
DESK = Enqueue(queue="desk")


def flow(name: str, person: str = "", **nodes: Node) -> Flow:
    return Flow(name=name, start=next(iter(nodes)), nodes=nodes, person=person)


def caller(node: Subflow, *flows: Flow, person: str = "desk", **variables: int | str) -> Caller:
    main = flow("main", person, call=node, bye=BYE, other=Hangup(prompt=("other",), weekend_wish=()), desk=DESK)
    return Caller(flows={"main": main, **{one.name: one for one in flows}}, **variables)


ASK = flow("ask", hello=Play(prompt=("hello",), next="back"), back=Back())


def test_it_goes_through_the_flow_and_back() -> None:
    asked = caller(Subflow(flow="ask", next="bye"), ASK)
    assert asked.begin() == ["says hello"]
    assert [frame.flow for frame in asked.session.stack] == ["main"]
    assert asked.played() == ["step hello done", "step back done", "step call done", "says bye"]
    assert asked.session.stack == ()
    assert (asked.session.flow, asked.session.node) == ("main", "bye")


def test_results_lead_to_their_own_nodes() -> None:
    yes = flow("ask", back=Back(result="yes"))
    asked = caller(Subflow(flow="ask", results={"yes": "other"}, next="bye"), yes)
    assert asked.begin() == ["step back yes", "step call yes", "says other"]


def test_variables_are_its_own_but_for_parameters_and_what_it_returns() -> None:
    inner = flow(
        "ask",
        set=Set(values={"out": "given + 1", "account": "'other'", "seen": "secret_of_caller == ''"}, next="back"),
        back=Back(),
    )
    node = Subflow(flow="ask", given={"given": "account * 2"}, returns={"result": "out", "blind": "seen"}, next="bye")
    asked = caller(node, inner, account="7", secret_of_caller="x")
    asked.begin()
    assert asked.session.variables == {"account": "7", "secret_of_caller": "x", "result": 15, "blind": "yes"}


def test_secrets_stay_secret_both_ways() -> None:
    inner = flow("ask", set=Set(values={"copy": "given"}, next="back"), back=Back())
    node = Subflow(flow="ask", given={"given": "pin"}, returns={"result": "copy", "nothing": "missing"}, next="bye")
    asked = caller(node, inner, pin="1234")
    asked.session.secrets = ("pin",)
    asked.begin()
    assert asked.session.secrets == ("pin", "result")
    assert asked.session.variables["nothing"] == ""


def test_the_person_key_leads_to_the_callers_person_and_its_variables() -> None:
    asked = caller(Subflow(flow="ask", next="bye"), ASK, account="7")
    asked.begin()
    assert asked.press("0") == ["step hello 0", "quiet", "step desk done", "queue desk"]
    assert asked.session.stack == ()
    assert asked.session.variables == {"account": "7"}


def test_its_own_person_goes_first() -> None:
    inner = flow("ask", "own", hello=Play(prompt=("hello",), next="own"), own=Enqueue(queue="own"))
    asked = caller(Subflow(flow="ask", next="bye"), inner)
    asked.begin()
    assert asked.press("0")[-1] == "queue own"


def test_a_menu_in_it_that_gets_no_key_leads_to_the_callers_person() -> None:
    inner = flow("ask", ask=Collect(prompt=("a?",), variable="a", next="back", tries=1), back=Back())
    asked = caller(Subflow(flow="ask", next="bye"), inner)
    asked.begin()
    asked.played()
    assert asked.timer("first_digit")[-1] == "queue desk"


def test_star_and_the_person_key_work_in_it() -> None:
    inner = flow("ask", ask=Collect(prompt=("a?",), variable="a", next="back"), back=Back())
    asked = caller(Subflow(flow="ask", next="bye"), inner)
    assert asked.begin() == ["says a? router/person_while_typing"]
    assert asked.press("12*0")[-1] == "queue desk"


def test_two_deep_and_a_snapshot_on_the_way() -> None:
    middle = flow("middle", call=Subflow(flow="ask", next="back"), back=Back(result="from_middle"))
    asked = caller(Subflow(flow="middle", next="bye"), middle, ASK, account="7")
    asked.begin()
    asked.session = msgspec.json.decode(msgspec.json.encode(asked.session), type=type(asked.session))
    assert asked.played() == [
        "step hello done",
        "step back done",
        "step call done",
        "step back from_middle",
        "step call from_middle",
        "says bye",
    ]
    assert asked.session.variables == {"account": "7"}


def test_flows_that_call_themselves_come_to_a_person() -> None:
    again = flow("ask", call=Subflow(flow="ask", next="back"), back=Back())
    asked = caller(Subflow(flow="ask", next="bye"), again)
    assert asked.begin() == ["step call failed", "step desk done", "queue desk"]
    assert asked.session.stack == ()
    assert MAX_DEPTH < 20


def test_a_parameter_that_cannot_be_worked_out() -> None:
    asked = caller(Subflow(flow="ask", given={"a": "1 / 0"}, next="bye", otherwise="other"), ASK)
    assert asked.begin() == ["step call failed", "says other"]


def test_going_back_where_nobody_called_leads_to_a_person() -> None:
    asked = Caller({"back": Back(), "desk": DESK}, person="desk")
    assert asked.begin() == ["step back done", "step desk done", "queue desk"]
    assert Caller({"back": Back()}).begin()[-1] == "end lost flow 'main' names no person"


def test_the_flow_that_called_goes_round_in_circles_and_ends() -> None:
    asked = caller(Subflow(flow="quick", next="call"), flow("quick", back=Back()), person="")
    assert asked.begin()[-1].startswith("end lost")

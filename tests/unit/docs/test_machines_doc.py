"""docs/machines.md is made from the tables. ``REWRITE_DOCS=1 pytest tests/unit/docs`` writes it anew."""

import os
from pathlib import Path

from router.acd.agent import AGENT_TABLE
from router.acd.callback import CALLBACK_TABLE
from router.acd.surge import SURGE_TABLE
from router.control.call import CALL_TABLE, LEG_TABLE
from router.control.message import MESSAGE_TABLE
from router.control.offer_table import OFFER_TABLE
from support.diagrams import mermaid

PAGE = Path(__file__).parents[3] / "docs" / "machines.md"


def page() -> str:
    return f"""# The machines of the core

Made from the tables in `router/control/call.py`, `router/acd/agent.py`, `router/acd/callback.py`,
`router/control/offer_table.py` and `router/control/message.py`; a test compares them. What a table does not have cannot
happen: our own mistake raises, a late or impossible report from Asterisk becomes an `Ignored` record.

## A call

From the door to the end. The terminal record is written on the way into `ended`.

{mermaid(CALL_TABLE)}

## An agent's leg

One ring of one phone. `closing` means that we have hung it up and Asterisk has not said yet that it is gone.

{mermaid(LEG_TABLE)}

## An agent

{mermaid(AGENT_TABLE)}

## A message

What a caller has left, as a piece of work ([messages.md](messages.md)). One that is `expired` or `deleted` is
forgotten, and its recording is erased.

{mermaid(MESSAGE_TABLE)}

## A callback

See [callbacks](callbacks.md). Only a `waiting` one stands in line with the callers who wait.

{mermaid(CALLBACK_TABLE)}

## An offer to a waiting caller

The caller keeps their place until `booked`, or until they choose a recording; an agent who picks up ends it anywhere.

{mermaid(OFFER_TABLE)}
"""


SURGE_PAGE = PAGE.with_name("surge.md")


def test_the_surge_plan_is_drawn_from_its_table() -> None:
    head, mark, _ = SURGE_PAGE.read_text().partition("a restart goes on where it was, to the second.")
    whole = f"{head}{mark}\n\n{mermaid(SURGE_TABLE)}\n"
    if os.environ.get("REWRITE_DOCS"):
        SURGE_PAGE.write_text(whole)
    assert SURGE_PAGE.read_text() == whole


def test_the_page_is_true() -> None:
    if os.environ.get("REWRITE_DOCS"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()

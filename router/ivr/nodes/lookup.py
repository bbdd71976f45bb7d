"""Pure: asks a source of the site about the caller and keeps what it says in variables."""

from typing import Annotated

import msgspec
from msgspec import Meta

from router.ivr.asking import Asking
from router.ivr.fields import Filled, SourceRef, Span, Target, TargetOrPerson, VariableName
from router.ivr.filling import cleaned, filled_all, filled_openly, names_secret
from router.ivr.orders import LookUp, Reply
from router.ivr.walk import Walk


class Lookup(Asking, frozen=True, kw_only=True):
    """Asks a source (a web service, Redis, a table) and goes on by its answer.

    Of the answer only what ``save`` names is kept, each text bounded. A source that is away, slow, or says what makes
    no sense leads to ``failed``.
    """

    source: Annotated[SourceRef, Meta(description="a source of lookups.yaml")]
    fields: Annotated[dict[str, Filled], Meta(description="what the source is asked with, by field")] = msgspec.field(
        default_factory=dict
    )
    save: Annotated[dict[VariableName, str], Meta(description="variables and the fields of the answer they get")] = (
        msgspec.field(default_factory=dict)
    )
    timeout: Annotated[Span, Meta(ge=100, le=30_000, description="the longest wait for the answer")] = 3_000
    found: Annotated[Target, Meta(description="where the caller goes when there is such an entry")]
    missing: Annotated[TargetOrPerson, Meta(description="where they go when there is none")] = ""
    failed: Annotated[TargetOrPerson, Meta(description="where they go when the source cannot answer")] = ""

    def enter(self, walk: Walk) -> None:
        """Ask."""
        secret = names_secret(walk, self.fields.values())
        fields = (filled_openly if secret else filled_all)(walk, self.fields)
        order = LookUp(source=self.source, fields=fields, timeout_ms=self.timeout, secret=secret)
        self.ask(walk, order, self.timeout)

    def replied(self, walk: Walk, reply: Reply) -> None:
        """Keep the answer and go on."""
        self.answered(walk)
        result = {"ok": "found", "missing": "missing", "refused": "missing"}.get(reply.status, "failed")
        walk.step(result)
        if result == "found":
            for variable, field in self.save.items():
                walk.put(variable, cleaned(reply.fields.get(field, "")))
            walk.go(self.found)
        else:
            walk.go_to_person(self.missing if result == "missing" else self.failed)

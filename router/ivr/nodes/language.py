"""Pure: changes the language the caller hears."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.ivr.expressions import ExpressionError
from router.ivr.facts import work_out
from router.ivr.fields import Expression, LanguageName, Target
from router.ivr.flow import Node
from router.ivr.walk import Walk


class Language(Node, frozen=True, kw_only=True):
    """Changes the language from here on: to ``language``, or to what ``value`` gives (``customer.language``).

    What is no language of the site leads to ``otherwise``, and nothing changes.
    """

    goes_on: ClassVar[bool] = True

    language: Annotated[LanguageName, Meta(description="the language")] = ""
    value: Annotated[Expression, Meta(description="gives the language, such as customer.language")] = ""
    next: Annotated[Target, Meta(description="where the caller goes then")]
    otherwise: Annotated[Target, Meta(description="where they go when there is no such language (default: next)")] = ""

    def enter(self, walk: Walk) -> None:
        """Change the language."""
        try:
            wanted = self.language or str(work_out(walk, self.value))
        except ExpressionError:
            wanted = ""
        if wanted in walk.script.prompts:
            walk.language = wanted
            walk.step(wanted)
            walk.go(self.next)
        else:
            walk.step("failed")
            walk.go(self.otherwise or self.next)

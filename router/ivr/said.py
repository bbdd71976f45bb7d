"""Pure: what nodes share that say something and go on: a key skips the rest, or the end of it leads on."""

from router.ivr.walk import Walk


class GoesOnWhenSaid:
    """Comes before :class:`router.ivr.flow.Node`; the node has ``barge_in`` (whether a key skips) and ``next``."""

    __slots__ = ()

    barge_in: bool
    next: str

    def key(self, walk: Walk, key: str) -> None:
        """A caller who knows the line presses on: the key belongs to what comes next."""
        if self.barge_in:
            walk.step("done")
            walk.go(self.next, typed=key)

    def played(self, walk: Walk) -> None:
        """All has been said."""
        walk.step("done")
        walk.go(self.next)

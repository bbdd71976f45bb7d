"""Pure: what node types share that let the caller choose by keys: hearing them out, and the time-outs."""

from typing import ClassVar

from router.ivr.digits import Digits, Heard
from router.ivr.flow import Node
from router.ivr.walk import Walk


class Choosing(Node, frozen=True, kw_only=True):
    """Base of node types with choices. A type says what it listens for and what follows from what was heard."""

    listens: ClassVar[bool] = True

    def digits(self) -> Digits:
        """What is listened for, and for how long."""
        raise NotImplementedError

    def follow(self, walk: Walk, heard: Heard) -> None:
        """Go on by what was heard."""
        raise NotImplementedError

    def played(self, walk: Walk) -> None:
        """The choices have been said: wait for a key."""
        self.digits().listen(walk)

    def key(self, walk: Walk, key: str) -> None:
        """Take a key."""
        heard = self.digits().press(walk, key)
        if heard is not None:
            self.follow(walk, heard)

    def timer(self, walk: Walk, name: str) -> None:
        """No key, or no further key, within the time."""
        self.follow(walk, self.digits().expired(walk, name))

    def takes(self, walk: Walk, key: str) -> bool:
        """The person key is the node's own where it is one of its choices or goes on with what has been typed."""
        return self.digits().fits(walk, key)

"""Pure: a flow that waits for another one it called."""

import msgspec


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A flow that called another and waits for it at ``node``, with its variables and which of them are secret."""

    flow: str
    node: str
    variables: dict[str, int | str] = {}
    secrets: tuple[str, ...] = ()

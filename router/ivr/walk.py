"""Pure: what a node may do and know while a caller is at it."""


class Walk:
    """Placeholder until the interpreter fills it in."""

"""How names are written in the files of a hotline."""

from typing import Annotated

from msgspec import Meta

NameText = Annotated[str, Meta(max_length=64)]
PhoneText = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$", extra={"what": "letters a-z, digits, - and _"})
]

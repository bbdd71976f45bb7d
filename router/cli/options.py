"""Options every command takes, and the settings they lead to."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pydantic
import typer
from pydantic_core import ErrorDetails

from router.errors import SettingsError
from router.settings import Settings


def _use_home(home: Path | None) -> Path | None:
    if home is not None:
        os.environ["HOTLINE_HOME"] = str(home)
    return home


Home = Annotated[
    Path | None,
    typer.Option("--home", help="folder of the line's state (HOTLINE_HOME)", callback=_use_home, show_default=False),
]
"""``--home FOLDER``, anywhere on the command line; :func:`settings_of` honours it."""

Json = Annotated[bool, typer.Option("--json", help="print JSON for scripts")]
"""``--json``."""


class Language(StrEnum):
    """The languages commands speak."""

    EN = "en"
    ZH = "zh"


Lang = Annotated[Language, typer.Option("--lang", help="language of the words")]
"""``--lang`` of a command that speaks English unless told."""

SiteLang = Annotated[
    Language | None, typer.Option("--lang", help="language of the sentences; else the site's", show_default=False)
]
"""``--lang`` of a command that speaks the site's language unless told."""


def settings_of() -> Settings:
    """Return the settings in force (``--home``, ``HOTLINE_*``, ``settings.toml``).

    Raises SettingsError naming each wrong setting and where it came from.
    """
    try:
        return Settings.model_validate({})
    except pydantic.ValidationError as error:
        wrong = "; ".join(_sentence(detail) for detail in error.errors(include_url=False))
        raise SettingsError(f"settings: {wrong}", "correct it in the environment or in settings.toml") from None


def _sentence(detail: ErrorDetails) -> str:
    name = ".".join(str(part) for part in detail["loc"]) or "?"
    given = "" if detail["type"] == "missing" else f" (got {detail['input']!r})"
    return f"{name}, set by HOTLINE_{name.upper()} or settings.toml: {detail['msg']}{given}"

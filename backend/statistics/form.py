"""What the street's own form says beside the figures (`config/workbook.toml`). Read once, at the start."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from backend.foundation import catalogues
from backend.foundation.catalogues import Entry
from backend.foundation.in_use import InUse

_Words = Annotated[str, Field(max_length=40)]


class Form(Entry):
    """Title, number and authority of the year's table, and the relations by which it is checked."""

    title: Annotated[str, Field(min_length=4, max_length=40)]
    number: _Words = ""
    issued_by: _Words = ""
    relations: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()


_in_use: InUse[Form] = InUse("form of the workbook")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Form:
    """The form. Raises CatalogueInvalid, naming file, line and field."""
    return catalogues.load(path, Form)

"""The notices that people agree to, as `config/notices.toml` has them. Only the current version of each can be agreed to."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from backend.foundation import catalogues
from backend.foundation.catalogues import Entry
from backend.foundation.in_use import InUse


class NoticeName(StrEnum):
    """What a notice is about: each purpose has its own."""

    IDENTITY = "identity"
    VOLUNTEER = "volunteer"
    PROXY = "proxy"
    MINOR = "minor"


class Notice(Entry):
    """The current version of one notice."""

    name: NoticeName
    version: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    title: Annotated[str, Field(min_length=1, max_length=100)]
    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    stops: Annotated[str, Field(min_length=1, max_length=500)]
    stays: Annotated[str, Field(min_length=1, max_length=500)]


class Notices(Entry):
    """The whole catalogue: every notice once."""

    notices: list[Notice]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if sorted(notice.name for notice in self.notices) != sorted(NoticeName):
            raise ValueError(f"每一项须有且只有一次：{'、'.join(NoticeName)}")
        return self


_in_use: InUse[Mapping[NoticeName, Notice]] = InUse("notices")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Mapping[NoticeName, Notice]:
    """Notices by name. Raises CatalogueInvalid, naming file, line and field."""
    return {notice.name: notice for notice in catalogues.load(path, Notices).notices}


def notice(name: NoticeName) -> Notice:
    """The notice as it stands now."""
    return current()[name]

"""Why personal data may be read in clear: the catalogue `config/reveals.toml`, read when a process starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from backend.foundation import catalogues
from backend.foundation.catalogues import Entry
from backend.foundation.in_use import InUse
from backend.foundation.terms import Word

VISIT = "visit"
"""The purpose of who opens a demand whose place they hold: the visit that they took on."""


class PersonalField(Word):
    """What is masked everywhere, and read in clear only for a purpose."""

    NAME = "name", "姓名"
    ID_NUMBER = "id_number", "身份证号"
    PHONE = "phone", "电话"
    ADDRESS = "address", "住址"


class Purpose(Entry):
    """One purpose, and what may be read for it."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,38}$")]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
    fields: Annotated[tuple[PersonalField, ...], Field(min_length=1)]
    keeps: bool = False
    """Whether it holds also for what the law keeps of who agrees to nothing any more."""


class Reveals(Entry):
    """The whole catalogue."""

    most_in_an_hour: Annotated[int, Field(ge=1, le=10_000)]
    purpose: Annotated[tuple[Purpose, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        codes = [purpose.code for purpose in self.purpose]
        if len(set(codes)) < len(codes):
            raise ValueError("有两个用途的 code 相同")
        if VISIT not in codes:
            raise ValueError(f"须有用途 {VISIT}：认领了上门服务的人以此查看地址")
        return self


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The purposes by their code, in the catalogue's order, and how many readings an account has in an hour."""

    purposes: Mapping[str, Purpose]
    most_in_an_hour: int


_in_use: InUse[Catalogue] = InUse("purposes")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Catalogue:
    """The catalogue of a file. Raises CatalogueInvalid, naming file, line and field."""
    found = catalogues.load(path, Reveals)
    return Catalogue({purpose.code: purpose for purpose in found.purpose}, found.most_in_an_hour)

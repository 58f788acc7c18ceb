"""How far acting for somebody else goes (`config/proxies.toml`), read once when a process starts."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from backend.foundation.catalogues import Entry, load
from backend.foundation.in_use import InUse


class Limits(Entry):
    """For how many people one person may act, for how long it is recorded at a time, and for how long after that it is kept why."""

    most_elders: int = Field(ge=1, le=100)
    longest_term_days: int = Field(ge=1, le=366)
    cause_months: int = Field(default=24, ge=1, le=120)


class Relation(Entry):
    """How the two are related."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
    name: Annotated[str, Field(min_length=1, max_length=20)]


class ProxyRules(Entry):
    """The catalogue."""

    limits: Limits
    relations: tuple[Relation, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        codes = [relation.code for relation in self.relations]
        if not codes or len(set(codes)) < len(codes):
            raise ValueError("relations 至少有一项，每个 code 只能出现一次")
        return self


_in_use: InUse[ProxyRules] = InUse("proxy rules")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> ProxyRules:
    """Read the catalogue. Raises CatalogueInvalid."""
    return load(path, ProxyRules)


def relation_names() -> dict[str, str]:
    """Code → name of each relation."""
    return {relation.code: relation.name for relation in current().relations}

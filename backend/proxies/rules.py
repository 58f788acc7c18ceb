"""How far acting for somebody else goes (`config/proxies.toml`), read once when a process starts."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from backend.foundation.catalogues import Entry, load


class Limits(Entry):
    """For how many people one person may act, and for how long it is recorded at a time."""

    most_elders: int = Field(ge=1, le=100)
    longest_term_days: int = Field(ge=1, le=366)


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
            raise ValueError("relations must hold each code once, and at least one")
        return self


_rules: ProxyRules | None = None


def read(path: Path) -> ProxyRules:
    """Read the catalogue. Raises CatalogueInvalid."""
    return load(path, ProxyRules)


def use(rules: ProxyRules) -> None:
    """Give this process its rules, once, when it starts."""
    global _rules  # noqa: PLW0603 - one catalogue per process
    _rules = rules


def current() -> ProxyRules:
    """The rules of this process. Raises RuntimeError before `use`."""
    if _rules is None:
        raise RuntimeError("no proxy rules: the process was not started by create_app")
    return _rules


def relation_names() -> dict[str, str]:
    """Code → name of each relation."""
    return {relation.code: relation.name for relation in current().relations}

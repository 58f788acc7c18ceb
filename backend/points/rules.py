"""The points rules of the street (`config/points.toml`), read once when a process starts."""

from datetime import date
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from backend import brands
from backend.foundation.catalogues import Entry, load
from backend.foundation.in_use import InUse
from backend.foundation.rewards import RewardedFact
from backend.points.facts import FACTS


class PointsRule(Entry):
    """One rule: which fact earns how much."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")
    fact: str
    brands: tuple[str, ...] | None = None
    points: int = Field(ge=1, le=10_000)
    per: int | None = Field(default=None, ge=1, le=100_000)
    reason: str = Field(min_length=1, max_length=100)
    from_day: date | None = Field(default=None, alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _names_what_exists(self) -> Self:
        if self.fact not in FACTS:
            raise ValueError(f"没有名为 {self.fact} 的事实，只有：{'、'.join(sorted(FACTS))}")
        try:
            self.reason.format(amount=0, brand="")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError("reason 中只能使用 {amount} 和 {brand}") from error
        unknown = set(self.brands or ()) - set(brands.current())
        if unknown:
            raise ValueError(f"没有 code 为 {'、'.join(sorted(unknown))} 的品牌")
        return self

    @property
    def rewarded(self) -> RewardedFact:
        """The fact that it names."""
        return FACTS[self.fact]

    @property
    def formula(self) -> str:
        """How much it earns, in words: 每满30分钟得1分."""
        each = "每次" if self.per is None else f"每满{self.per}{self.rewarded.unit}"
        return f"{each}得{self.points}分"

    def holds_for(self, brand: str, day: date) -> bool:
        """Whether the rule rewards a fact of this brand on this day."""
        in_term = (self.from_day is None or self.from_day <= day) and (self.until is None or day <= self.until)
        return in_term and (self.brands is None or brand in self.brands)


class PointsRules(Entry):
    """All of them, each code once."""

    rules: tuple[PointsRule, ...]

    @model_validator(mode="after")
    def _codes_differ(self) -> Self:
        codes = [rule.code for rule in self.rules]
        if len(set(codes)) < len(codes):
            raise ValueError("有两条规则的 code 相同")
        return self


_in_use: InUse[PointsRules] = InUse("points rules")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> PointsRules:
    """Read the catalogue. Raises CatalogueInvalid."""
    return load(path, PointsRules)

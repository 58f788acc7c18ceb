"""The ages at which minors may serve and who agrees: the catalogue `config/minors.toml`, read when a process starts."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from backend.foundation import catalogues, clock
from backend.foundation.catalogues import Entry
from backend.foundation.identifiers import age_on
from backend.foundation.in_use import InUse

AGE_OF_MAJORITY = 18

Age = Annotated[int, Field(ge=0, le=AGE_OF_MAJORITY)]


class Ages(Entry):
    """The catalogue; `config/minors.toml` says what each age means."""

    least_age: Age
    special_rule_under: Annotated[int, Field(ge=14, le=AGE_OF_MAJORITY)]
    accompanied_under: Age

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.least_age <= self.accompanied_under <= self.special_rule_under:
            raise ValueError("least_age、accompanied_under、special_rule_under 应依次不小于前一项")
        return self


_in_use: InUse[Ages] = InUse("ages")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Ages:
    """The ages of a file. Raises CatalogueInvalid, naming file, line and field."""
    return catalogues.load(path, Ages)


def may_be_minor(born_in: int | None, now: datetime) -> bool:
    """Whether somebody of whom only the year of birth is known may be younger than 18: until the year in which they turn 18 is over. Not
    where nobody said the year."""
    return born_in is not None and clock.shanghai_day(now).year - born_in <= AGE_OF_MAJORITY


def is_minor_at(born_on: date, now: datetime) -> bool:
    """Whether who was born then is younger than 18."""
    return age_on(born_on, clock.shanghai_day(now)) < AGE_OF_MAJORITY


def is_under_special_rule(born_on: date, now: datetime) -> bool:
    """Whether a guardian acts for who was born then (个人信息保护法 art. 31)."""
    return age_on(born_on, clock.shanghai_day(now)) < current().special_rule_under

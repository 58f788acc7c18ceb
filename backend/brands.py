"""服务品牌: the catalogue `config/brands.toml`, read when a process starts. A brand is a block there and never a branch in code.

It stands below every capability: demands, attendance, points and statistics all name brands by their code.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from backend.foundation import catalogues
from backend.foundation.catalogues import Entry
from backend.foundation.errors import Unprocessable
from backend.foundation.in_use import InUse
from backend.foundation.terms import Word

MINUTES_OF_A_DAY = 24 * 60
ANSWERED_WITHIN_DAYS = 3
"""In so many days a claim that is asked for is answered in time, where the brand says nothing else."""


class BrandUnknown(Unprocessable):
    """No block of the catalogue has this code."""

    code = "brand_unknown"
    detail = "没有这个服务品牌"


class ClaimantKind(Word):
    """Who may hold a place. A claim names exactly one of them."""

    TEAM = "team", "服务队"
    ORGANISATION = "organisation", "社会组织"
    WORK_UNIT = "work_unit", "单位"
    PERSON = "person", "个人"


class TeamCategory(Word):
    """The report's five kinds of team, and the rest."""

    PUBLIC_WELFARE = "public_welfare", "公益服务"
    CULTURE_SPORTS = "culture_sports", "文体活动"
    CITY_MANAGEMENT = "city_management", "城市管理"
    LEGAL = "legal", "法律服务"
    SKILLS = "skills", "技能培训"
    OTHER = "other", "其他"


class Confirmer(Word):
    """Whose word makes a record count."""

    REQUESTER = "requester", "申请人"
    COMMUNITY = "community", "社区"


class ClaimantsFrom(StrEnum):
    """From how far away a team or organisation claims without an invitation."""

    COMMUNITY = "community"
    STREET = "street"
    ANYWHERE = "anywhere"


class Completion(Word):
    """What completes a demand of the brand."""

    BY_HAND = "by_hand", "由社区办结"
    FIRST_CONFIRMED_SERVICE = "first_confirmed_service", "第一次服务确认后办结"


Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,38}$")]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


Days = Annotated[int, Field(ge=1, le=60)]


class NextDays(Entry):
    """After how many days what stands still goes on by itself."""

    review_told: Days = 3
    review_street: Days = 7
    offered: Days = 2
    neighbours: Days = 4
    street: Days = 6
    nobody_came: Days = 1
    confirm_told: Days = 2
    confirm_street: Days = 5

    @model_validator(mode="after")
    def _one_after_the_other(self) -> Self:
        for names in (("review_told", "review_street"), ("offered", "neighbours", "street"), ("confirm_told", "confirm_street")):
            days = [getattr(self, name) for name in names]
            if days != sorted(set(days)):
                raise ValueError(f"{'、'.join(names)} 应一个比一个晚")
        return self


class Brand(Entry):
    """One brand and its rules; `config/brands.toml` says what each field means."""

    code: Code
    name: Label
    summary: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    needs_beneficiary: bool
    asks_first: bool = False
    answered_within_days: Annotated[int, Field(ge=1, le=60)] = ANSWERED_WITHIN_DAYS
    role_name: Label
    most_places: Annotated[int, Field(ge=1, le=10000)]
    people_per_place: Annotated[int, Field(ge=1, le=1000)] = 10
    claimant_kinds: Annotated[tuple[ClaimantKind, ...], Field(min_length=1)]
    claimants_from: ClaimantsFrom | None = None
    longest_window_hours: Annotated[int, Field(ge=1, le=24)]
    grace_minutes: Annotated[int, Field(ge=0, le=240)]
    confirmers: Annotated[tuple[Confirmer, ...], Field(min_length=1)]
    completion: Completion
    address_hours_before: Annotated[int, Field(ge=1, le=168)] = 24
    content: Words
    conditions: Words | None = None
    risks: Words | None = None
    safeguards: Words | None = None
    youngest_age: Annotated[int, Field(ge=0, le=18)] = 18
    radius_m: Annotated[int, Field(ge=10, le=5000)] | None = None
    offered_to: tuple[TeamCategory, ...] = tuple(TeamCategory)
    days: NextDays = NextDays()

    @property
    def claims_from(self) -> ClaimantsFrom:
        """A home visit is for those of its own community, where nothing else is given."""
        return self.claimants_from or (ClaimantsFrom.COMMUNITY if self.needs_beneficiary else ClaimantsFrom.ANYWHERE)

    @field_validator("claimant_kinds", "confirmers", "offered_to")
    @classmethod
    def _each_once(cls, words: tuple[StrEnum, ...]) -> tuple[StrEnum, ...]:
        if len(set(words)) != len(words):
            raise ValueError("有重复的值")
        return words

    @field_validator("confirmers")
    @classmethod
    def _community_can(cls, confirmers: tuple[Confirmer, ...]) -> tuple[Confirmer, ...]:
        if Confirmer.COMMUNITY not in confirmers:
            raise ValueError("须包含 community：需求可以没有申请人，这时只有社区能确认")
        return confirmers

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.longest_window_hours * 60 + 2 * self.grace_minutes > MINUTES_OF_A_DAY:
            raise ValueError("longest_window_hours 加上前后两段 grace_minutes 不能超过一天：一条服务记录最多一天")
        if self.needs_beneficiary and self.radius_m is not None:
            raise ValueError("上门服务不登记坐标，不能填写 radius_m")
        if self.needs_beneficiary and not self.asks_first:
            raise ValueError("上门服务会公开住址，认领须先经社区同意：asks_first 应为 true")
        if self.completion is Completion.FIRST_CONFIRMED_SERVICE and self.most_places != 1:
            raise ValueError("由第一次确认的服务办结的，只能有一个名额：most_places 应为 1")
        return self


class Brands(Entry):
    """The catalogue, in the order in which people see it."""

    brand: Annotated[tuple[Brand, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _codes_once(self) -> Self:
        codes = [brand.code for brand in self.brand]
        twice = {code for code in codes if codes.count(code) > 1}
        if twice:
            raise ValueError(f"有两个品牌的 code 都是 {'、'.join(sorted(twice))}")
        return self


_in_use: InUse[Mapping[str, Brand]] = InUse("brands")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Mapping[str, Brand]:
    """Brands by their code, in the catalogue's order. Raises CatalogueInvalid, naming file, line and field."""
    return {brand.code: brand for brand in catalogues.load(path, Brands).brand}


def brand(code: str) -> Brand:
    """The brand of a code. Raises BrandUnknown."""
    found = current().get(code)
    if found is None:
        raise BrandUnknown(errors={"brand": [BrandUnknown.detail]})
    return found

"""The state of a demonstration year while it is made: one source of chance, ids in the order of time, and the rows so far."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Sequence

from backend.foundation.clock import SHANGHAI
from backend.foundation.database import Base
from backend.foundation.identifiers import identity_check_digit
from backend.foundation.ids import RANDOM_BITS, id_at
from ejia.trial.demo import plan
from ejia.trial.demo.rows import Rows

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅春燕建国志文海波云飞雪晶晨宇欣怡子涵梓轩浩然思远佳慧国庆永生立新学东晓光振兴"
)

APPOINTED_ON = date(plan.YEAR, 1, 1)
"""When the officers of the year came into office."""


@dataclass(frozen=True, slots=True)
class Community:
    """A community as it stands in the areas, with its weight in the street."""

    id: UUID
    path: str
    name: str
    strength: int


@dataclass(slots=True, eq=False)
class Someone:
    """A person of the year, as far as other rows need them."""

    id: UUID
    community: Community
    busy_on: set[date] = field(default_factory=set)


class World:
    """All that the parts of the year share."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rows: dict[str, Rows] = {}
        self.communities: list[Community] = []
        self.merged: tuple[Community, Community] | None = None
        """The one that went on in another within the year, and that."""
        self.grids: dict[str, UUID] = {}
        """Of each grid its id, by its path."""
        self.given: dict[str, int] = {}
        """Sequence → the last number that was taken of it."""
        self._born: set[str] = set()

    def table(self, model: type[Base], *columns: str) -> Rows:
        """Begin the rows of a table; tables are sent in the order in which they were begun."""
        rows = Rows(model, *columns)
        self.rows[rows.table.name] = rows
        return rows

    def next_of(self, sequence: Sequence) -> int:
        """The next number of a sequence; the product goes on after the last one. Whoever numbers does so in the order of time."""
        self.given[sequence.name] = self.given.get(sequence.name, 0) + 1
        return self.given[sequence.name]

    def id_at(self, instant: datetime) -> UUID:
        """An identifier as it would have been made at that instant (UUIDv7)."""
        return id_at(instant, self.random.getrandbits(RANDOM_BITS))

    def officer_of(self, area_path: str) -> UUID:
        """The account of who looks after an area: who logs in to it is made last, what they decided long before."""
        return id_at(datetime.combine(APPOINTED_ON, time(9), SHANGHAI), random.Random(area_path).getrandbits(RANDOM_BITS))

    def community(self) -> Community:
        """One community, the stronger ones more often."""
        return self.random.choices(self.communities, [community.strength for community in self.communities])[0]

    def at(self, day: date, earliest: int, latest: int) -> datetime:
        """An instant of a day between two hours of the clock in Shanghai."""
        seconds = self.random.randrange(earliest * 3600, latest * 3600)
        return datetime.combine(day, time(), SHANGHAI) + timedelta(seconds=seconds)

    def day(self, first: date, last: date) -> date:
        """A day, both ends included."""
        return first + timedelta(days=self.random.randrange((last - first).days + 1))

    def name(self) -> str:
        """A name put together by chance."""
        return self.random.choice(_SURNAMES) + "".join(self.random.choices(_GIVEN, k=self.random.choice((1, 2, 2))))

    def identity(self, youngest: int, oldest: int) -> tuple[str, date, str]:
        """An identity number of a county that does not exist (639999), its birth date and sex; never the same twice."""
        while True:
            born = self.day(date(2023 - oldest, 1, 1), date(2022 - youngest, 12, 31))
            first_17 = f"639999{born:%Y%m%d}{self.random.randrange(1, 1000):03d}"
            if first_17 not in self._born:
                self._born.add(first_17)
                return first_17 + identity_check_digit(first_17), born, "male" if int(first_17[16]) % 2 else "female"

    def phone(self) -> str:
        """A phone number in one invented block."""
        return f"1380{self.random.randrange(10_000_000):07d}"

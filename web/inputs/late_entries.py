"""Past activities that nobody published."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic.config import JsonDict

from backend.brands import ClaimantKind
from backend.foundation.errors import Unprocessable
from backend.late_entries.models import LateEntryStatus
from backend.late_entries.queries import LateEntrySearch
from backend.late_entries.service import Activity, Served
from backend.openings.service import Claimant
from web.fields import SENT, Between, Id, Instant, Line, Name, Public, Text
from web.inputs.common import WrittenReason
from web.inputs.demands import BrandCode
from web.labels import label_of
from web.refusals import InvalidInput
from web.shapes import Body, BrandSought, CommunitySought, ForMe, OrganisationSought, PersonNamed, SpanQuery, TeamSought, TitleSought

_COMMUNITY = "01931f6e-7c1a-7d2e-8f00-0123456789ab"
_MOST_PEOPLE = 200
_GROUP_FROM = 3
"""In a line: number, name, minutes, and then for whom."""
_MOST_SAID = 5
"""Lines of which is said what is wrong: whoever mends them sees the others the next time."""
_SERVED: JsonDict = {"volunteer_number": "V00000042", "name": "王志愿", "minutes": 90}
ACTIVITY: JsonDict = {
    "brand": "red_ribbon",
    "title": "雪后清扫主路",
    "place_in_words": "和平社区东门至小学",
    "starts_at": "2026-03-05T07:00:00+08:00",
    "ends_at": "2026-03-05T09:00:00+08:00",
    "reason": "夜里突降大雪，来不及发布",
    "proven_by": "现场签到表原件，存社区档案盒三号；照片六张",
    "no_file_because": None,
}


class ServedIn(Body):
    """One volunteer who served there."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SERVED]})

    volunteer_number: Line
    name: Name
    minutes: Annotated[int, Between(1, 1440)] = Field(description="从活动开始起算的服务分钟数")
    team_id: Id | None = Field(default=None, description="以哪支队伍的名义；服务当天须是其成员")
    organisation_id: Id | None = Field(default=None, description="以哪个社会组织的名义；服务当天须是其人员。两项都不填为以个人名义")

    @model_validator(mode="after")
    def _for_one_group(self) -> Self:
        if self.team_id is not None and self.organisation_id is not None:
            raise ValueError("队伍和社会组织只能填一个")
        return self

    def served(self) -> Served:
        """As the service takes it."""
        return Served(self.volunteer_number, self.name, self.minutes, self.team_id, self.organisation_id)


class PastActivityIn(Body):
    """What took place, why it was not published, and what proves it."""

    community_id: Id
    brand: BrandCode
    title: Annotated[str, Text(max=100), Public]
    place_in_words: Annotated[str, Text(max=200), Public]
    starts_at: Instant
    ends_at: Instant
    reason: WrittenReason = Field(description="为什么没有事先发布")
    proven_by: WrittenReason = Field(description="有什么证明，存放在哪里")
    no_file_because: WrittenReason | None = Field(
        default=None, description="没有照片、扫描件可以上传时，写明为什么；有的在提交后上传。两者都没有的不能批准"
    )

    def activity(self) -> Activity:
        """As the service takes it."""
        when = (self.starts_at, self.ends_at)
        return Activity(self.brand, self.title, self.place_in_words, *when, self.reason, self.proven_by, self.no_file_because)


class LateEntryIn(PastActivityIn):
    """The same, and who served."""

    model_config = ConfigDict(json_schema_extra={"examples": [ACTIVITY | {"community_id": _COMMUNITY, "served": [_SERVED]}]})

    served: Annotated[list[ServedIn], Field(min_length=1, max_length=_MOST_PEOPLE)]


class LateEntryFormIn(PastActivityIn):
    """The same as a page has it filled in: who served, one to a line."""

    people: Annotated[str, Text(max=20_000, multiline=True)] = Field(
        description="每行一人，依次写志愿者编号、姓名、服务的分钟数，用空格隔开；代表服务队或者社会组织的，最后写它的全称"
    )

    @property
    def lines(self) -> list[list[str]]:
        """What stands in each line that is not empty."""
        return [parts for line in self.people.splitlines() if (parts := line.replace("，", " ").replace(",", " ").split())]

    @property
    def groups(self) -> set[str]:
        """The names of those for whom somebody served."""
        return {" ".join(parts[_GROUP_FROM:]) for parts in self.lines if parts[_GROUP_FROM:]}

    def served(self, groups: Mapping[str, Claimant]) -> list[Served]:
        """As the service takes it, with the groups that have these names. Raises Unprocessable, which says the lines."""
        lines, wrong, served = self.lines, [], []
        for number, parts in enumerate(lines, 1):
            group = " ".join(parts[_GROUP_FROM:])
            try:
                served.append(_served(parts, groups.get(group)))
            except ValidationError as error:
                told = InvalidInput(error).errors.items()
                wrong.append(f"第{number}行，" + "；".join(f"{label_of(field)}：{'、'.join(said)}" for field, said in told))
            else:
                if group and group not in groups:
                    wrong.append(f"第{number}行：没有名为“{group}”的服务队或者社会组织")
        if len(lines) > _MOST_PEOPLE:
            wrong.append(f"一次最多{_MOST_PEOPLE}人")
        if wrong:
            raise Unprocessable(errors={"people": wrong[:_MOST_SAID]})
        return served


def _served(parts: Sequence[str], group: Claimant | None) -> Served:
    number, name, minutes = [*parts, "", "", ""][:_GROUP_FROM]
    written = {
        "volunteer_number": number,
        "name": name,
        "minutes": int(minutes) if minutes.isdecimal() else minutes,
        "team_id": group.id if group and group.kind is ClaimantKind.TEAM else None,
        "organisation_id": group.id if group and group.kind is ClaimantKind.ORGANISATION else None,
    }
    return ServedIn.model_validate(written, context=SENT).served()


class LateEntriesQuery(SpanQuery):
    """Which entries; the days are those on which it began."""

    q: TitleSought = None
    status: LateEntryStatus | None = None
    brand: BrandSought = None
    community_id: CommunitySought = None
    team_id: TeamSought = None
    organisation_id: OrganisationSought = None
    person: PersonNamed = None
    for_me: ForMe = False

    @property
    def search(self) -> LateEntrySearch:
        """The same for a query of the domain."""
        return LateEntrySearch(
            self.q, self.status, self.brand, self.community_id, self.team_id, self.organisation_id, self.person, self.days
        )

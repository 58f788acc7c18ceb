"""Shapes of consents and of guardians' words for minors."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from backend.people.models import Relation
from backend.people.notices import NoticeName
from backend.people.service import Agreement, Named
from miniprogram_api.contract import Body, Day, Id, Instant, Name, Out
from miniprogram_api.schemas.common import WrittenReason
from miniprogram_api.schemas.people import IdNumber, NoticeVersion, RealName

_ID = "01931f6e-7c1a-7d2e-8f00-0000000000e1"
_COMMUNITY = "01931f6e-7c1a-7d2e-8f00-00000000c001"
_CONSENT: JsonDict = {
    "notice": "volunteer",
    "version": "2026-11-01",
    "given_at": "2026-11-24T10:00:00+08:00",
    "by_guardian": False,
    "withdrawn_at": None,
    "in_force": True,
    "current_version": "2026-11-01",
}
_WARD: JsonDict = {
    "id": _ID,
    "name": "张*",
    "relation": "mother",
    "since": "2026-11-24",
    "ended_on": None,
    "volunteer_number": "V2026000123",
    "in_force": True,
}
_CHILD: JsonDict = {"name": "张小小", "id_number": "639999201202290120"}


class ConsentIn(Body):
    """A notice that was read and is agreed to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"notice": "volunteer", "version": "2026-11-01"}]})

    notice: NoticeName
    version: NoticeVersion


class ConsentOut(Out):
    """One consent."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CONSENT]})

    notice: NoticeName
    version: Annotated[str, Field(max_length=20)]
    given_at: Instant
    by_guardian: bool = Field(description="由监护人代为同意")
    withdrawn_at: Instant | None
    in_force: bool = Field(description="是否同意了现行版本且未撤回")
    current_version: Annotated[str, Field(max_length=20)]


class ConsentsOut(Out):
    """All consents of a person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_CONSENT]}]})

    items: Annotated[list[ConsentOut], Field(max_length=200)]


class ConsentWithdrawalIn(Body):
    """The notice to which one agrees no more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"notice": "volunteer", "reason": "搬家"}]})

    notice: NoticeName
    reason: WrittenReason | None = None


class WithdrawnOut(Out):
    """What a withdrawn consent ends, and what stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"notice": "volunteer", "stops": "志愿者注册从今天起终止", "stays": "已经发生的服务记录依法保存"}]}
    )

    notice: NoticeName
    stops: Annotated[str, Field(max_length=500)]
    stays: Annotated[str, Field(max_length=500)]


class NamedIn(Body):
    """Somebody by name and identity number."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHILD]})

    name: RealName
    id_number: IdNumber

    def named(self) -> Named:
        """As the service takes it."""
        return Named(self.name, self.id_number)


class AgreementIn(Body):
    """A guardian's word for a minor."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ward": _CHILD, "relation": "mother", "community_id": _COMMUNITY, "notice_version": "2026-11-01"}]}
    )

    ward: NamedIn = Field(description="未成年人")
    relation: Relation = Field(description="监护人是未成年人的什么人")
    community_id: Id = Field(description="未成年人居住的社区")
    notice_version: NoticeVersion
    guardian: NamedIn | None = Field(default=None, description="监护人到社区办理时，由工作人员填写；本人办理时不填")

    def agreement(self) -> Agreement:
        """As the service takes it."""
        guardian = self.guardian.named() if self.guardian else None
        return Agreement(self.ward.named(), self.relation, self.community_id, self.notice_version, guardian)


class AgreedOut(Out):
    """A guardian's word that was taken down."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": _ID, "volunteer_number": "V2026000123"}]})

    id: Id
    volunteer_number: Annotated[str, Field(max_length=40)] | None = Field(
        description="未满十四周岁的，即已注册；年满十四周岁的，由本人注册"
    )


class AgreementRenewalIn(Body):
    """The notice that a guardian read anew."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"notice_version": "2026-11-01"}]})

    notice_version: NoticeVersion


class WardOut(Out):
    """A minor for whom one agreed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WARD]})

    id: Id
    name: Name
    relation: Relation
    since: Day
    ended_on: Day | None
    volunteer_number: Annotated[str, Field(max_length=40)] | None
    in_force: bool


class WardsOut(Out):
    """The minors for whom one agreed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_WARD]}]})

    items: Annotated[list[WardOut], Field(max_length=100)]

"""Who somebody is, what they agree to, and guardians' words for minors."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from backend.people.models import Relation
from backend.people.names import is_rare
from backend.people.notices import NoticeName
from backend.people.service import Agreement, Named
from web.fields import Id, Limit, Text
from web.inputs.common import WrittenReason
from web.shapes import Body, ForMe, ListQuery

RealName = Annotated[str, Text(max=50), Field(description="身份证上的姓名：汉字、字母，可用“·”；空格、全角和各种间隔号按同一写法读取")]
IdNumber = Annotated[
    str, Text(max=40), Field(description="18 位公民身份号码，或者外国人永久居留身份证号码（9 开头）；空格、全角数字和小写 x 按同一写法读取")
]
NoticeVersion = Annotated[str, Text(max=20), Field(description="使用者读过并同意的告知书版本，见 GET /notices")]

_COMMUNITY = "01931f6e-7c1a-7d2e-8f00-00000000c001"
A_PERSON: JsonDict = {
    "name": "张三",
    "id_number": "639999199001010014",
    "community_id": _COMMUNITY,
    "notice_version": "2026-12-02",
}
_CHILD: JsonDict = {"name": "张小小", "id_number": "639999201202290120"}


class NamingBody(Body):
    """By whose `name` somebody is put on record. One of a single character is mostly a slip, and sometimes the name."""

    name: RealName | None = None
    name_confirmed: bool = Field(default=False, validate_default=True, title="姓名已核对", description="姓名只有一个字的，核对无误后确认")

    @field_validator("name_confirmed")
    @classmethod
    def _one_character_is_meant(cls, confirmed: bool, info: ValidationInfo) -> bool:
        name = info.data.get("name")
        if name is not None and is_rare(name) and not confirmed:
            raise PydanticCustomError("name_rare", "姓名只有一个字，请核对；确实如此的，请确认")
        return confirmed


class PersonIn(NamingBody):
    """Who somebody is."""

    model_config = ConfigDict(json_schema_extra={"examples": [A_PERSON]})

    name: RealName
    id_number: IdNumber
    community_id: Id = Field(description="居住的社区")
    notice_version: NoticeVersion


class PhoneIn(Body):
    """What the phone-number button gave."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "5f2c0b6de1a94c7f8c1d2e3f40516273"}]})

    code: Annotated[str, Text(max=512)] = Field(description="手机号按钮返回的 code，五分钟内有效，只能用一次；不是 wx.login 的 code")


class ClosingIn(Body):
    """That somebody means it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"confirmed": True}]})

    confirmed: Literal[True] = Field(description="使用者已知道注销后账号不能恢复，只能重新登录为新账号")


class ConsentIn(Body):
    """A notice that was read and is agreed to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"notice": "volunteer", "version": "2026-12-02"}]})

    notice: NoticeName
    version: NoticeVersion


class AgreedQuery(ListQuery):
    """What one agreed to, all of it at once unless one asks for less."""

    limit: Limit = 100
    for_me: ForMe = False


class ConsentWithdrawalIn(Body):
    """The notice to which one agrees no more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"notice": "volunteer", "reason": "搬家"}]})

    notice: NoticeName
    reason: WrittenReason | None = None


class NamedIn(NamingBody):
    """Somebody by name and identity number."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHILD]})

    name: RealName = Field(title="姓名")
    id_number: IdNumber

    def named(self) -> Named:
        """As the service takes it."""
        return Named(self.name, self.id_number)


class PapersIn(NamedIn):
    """What the identity card of a colleague says, and where they live."""

    model_config = ConfigDict(json_schema_extra={"examples": [A_PERSON]})

    community_id: Id = Field(title="居住的社区（住在别处的，选任职所在的社区）", description="居住的社区；住在别处的，填任职所在的社区")
    notice_version: NoticeVersion


class AgreementIn(Body):
    """A guardian's word for a minor."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ward": _CHILD, "relation": "mother", "community_id": _COMMUNITY, "notice_version": "2026-12-01"}]}
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


class AgreementRenewalIn(Body):
    """The notice that a guardian read anew."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"notice_version": "2026-12-01"}]})

    notice_version: NoticeVersion

"""Logging in, passwords, and who holds an office."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy import Select

from backend.accounts.queries import GrantSearch, GrantStatus
from backend.foundation.actor import Role
from web.fields import Day, Id, NoNumbers, Text
from web.shapes import Body, ForMe, ListQuery, PersonNamed, SearchText, SpanQuery

_AREA = "01931f6e-7c1a-7d2e-8f00-00000000c001"


SecondCode = Annotated[str, Text(max=40)]
CheckCode = Annotated[str, Field(pattern=r"^[0-9]{6}$", max_length=6)]


class WeChatLoginIn(Body):
    """What `wx.login` gave."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "0a3Xyz000LoginCode"}]})

    code: Annotated[str, Text(max=512)] = Field(description="wx.login 返回的 code，五分钟内有效，只能用一次")


class PasswordLoginIn(Body):
    """An administrator's name and password."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "street-officer", "password": "correct-Horse-7"}]})

    name: Annotated[str, Text(max=60)]
    # Taken as it is typed: blanks belong to it.
    password: Annotated[str, Field(min_length=1, max_length=200)]
    code: SecondCode | None = Field(default=None, description="设置了两步验证的，可一并填写动态码或备用码；用户名被锁定时也能登录")


class SecondStepIn(Body):
    """The code that is asked for after the right password."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ticket": "AZLq3n…", "code": "492039"}]})

    ticket: Annotated[str, Text(max=200)] = Field(description="要求两步验证的登录回答中给出，五分钟内有效")
    code: SecondCode = Field(description="验证器显示的六位动态码，或一个备用码")


class ConsoleLoginCodeIn(Body):
    """The digits that the phone shows once it has agreed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"check_code": "047215"}]})

    check_code: Annotated[str, Text(max=20)] = Field(title="手机上显示的六位数字")


class SecondFactorCodeIn(Body):
    """A first code of the app."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "492039"}]})

    code: SecondCode = Field(description="验证器显示的六位动态码")


class SecondFactorRemovalIn(Body):
    """Both factors, to be asked for one from then on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"password": "correct-Horse-7", "code": "492039"}]})

    password: Annotated[str, Field(min_length=1, max_length=200)]
    code: SecondCode = Field(description="动态码或备用码")


PasskeyName = Annotated[str, Text(max=40), NoNumbers]
# What a script of ours writes of what the device made or signed. Without the script it stays empty, and what reads it says so.
Credential = Annotated[str, Field(max_length=10_000)]


class PasskeyIn(Body):
    """A key that a device made, and what its owner calls it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "办公室的电脑", "credential": '{"id": "q83v…", "type": "public-key"}'}]}
    )

    name: PasskeyName = Field(title="名称")
    credential: Credential = Field(default="", title="通行密钥")


class PasskeyNameIn(Body):
    """What its owner calls it from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "办公室的电脑"}]})

    name: PasskeyName = Field(title="名称")


class PasskeyStepIn(Body):
    """What a passkey signed, after the right password."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ticket": "AZLq3n…", "credential": '{"id": "q83v…", "type": "public-key"}'}]}
    )

    ticket: Annotated[str, Text(max=200)]
    credential: Credential = Field(default="", title="通行密钥")


class PasswordChangeIn(Body):
    """The password as it is, and as it shall be."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"old_password": "kx4m-8rtw-pzq2", "new_password": "correct-Horse-7-battery"}]}
    )

    old_password: Annotated[str, Field(min_length=1, max_length=200)]
    # What may be set is said by its refusal, so that the person reads why.
    new_password: Annotated[str, Field(min_length=1, max_length=200)]


class LoginEndIn(Body):
    """Whether it is to go even if nothing else opens the account."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"even_last": False}]})

    even_last: bool = Field(default=False, description="是最后一个登录方式也移除")


class LoginNameIn(Body):
    """The name by which a colleague logs in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"login_name": "shequ-1"}]})

    login_name: Annotated[str, Text(max=60)]


class OfficeLoginIn(Body):
    """A new colleague: name of the log-in, and the office."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "login_name": "heping.wang",
                    "role": "community_officer",
                    "area_id": _AREA,
                    "ends_on": "2027-11-23",
                }
            ]
        }
    )

    login_name: Annotated[str, Text(max=60), NoNumbers] = Field(description="3至60个英文字母、数字或 . - _")
    role: Role
    area_id: Id = Field(description="任职的区域，级别须与角色相符")
    ends_on: Day | None = Field(default=None, description="任期最后一天；不填则长期有效")


class RefreshIn(Body):
    """The refresh token of the last answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh_token": "AZLq3n…"}]})

    refresh_token: Annotated[str, Text(max=200)]


class RoleGrantIn(Body):
    """Who is appointed to what, where and for how long. Whom: a login name, or the number and name of a registered volunteer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"role": "grid_worker", "area_id": _AREA, "volunteer_number": "V2026000123", "name": "张三", "ends_on": "2027-03-04"},
                {"role": "community_officer", "area_id": _AREA, "login_name": "heping.wang"},
            ]
        }
    )

    role: Role = Field(description="网格员、社区、街道、区的工作人员；三员由运维人员用命令行授予，其他角色随入队、报到等自动取得")
    area_id: Id = Field(description="任职的区域，级别须与角色相符")
    login_name: Annotated[str, Text(max=60)] | None = Field(default=None, description="用户名；或填写志愿者编号和姓名")
    volunteer_number: Annotated[str, Text(max=40)] | None = Field(default=None, description="志愿者编号")
    name: Annotated[str, Text(max=50)] | None = Field(default=None, description="姓名，须与志愿者编号相符")
    starts_on: Day | None = Field(default=None, description="任期第一天；不填则即刻生效")
    ends_on: Day | None = Field(default=None, description="任期最后一天；不填则长期有效")

    @model_validator(mode="after")
    def _one_way_of_naming(self) -> "RoleGrantIn":
        by_number = self.volunteer_number is not None and self.name is not None
        named = (self.login_name is not None) + (self.volunteer_number is not None or self.name is not None)
        if named != 1 or (self.login_name is None and not by_number):
            raise ValueError("请填写用户名，或志愿者编号和姓名")
        return self


class TermIn(Body):
    """Until when."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ends_on": "2028-03-04"}]})

    ends_on: Day | None = Field(description="任期最后一天；null 为长期有效")


class TermFormIn(TermIn):
    """The same from a form, where an empty field says that there is no end."""

    ends_on: Day | None = Field(default=None, title="任期最后一天", description="不填为长期有效")


class OwnRoleGrantsQuery(ListQuery):
    """Which roles of one's own."""

    status: GrantStatus | None = Field(default=None, description=f"{GrantStatus.listed()}；不填则为全部")
    for_me: ForMe = False


class RoleGrantsQuery(SpanQuery):
    """Which offices are asked for, by their holders; the days are those on which they were granted."""

    q: PersonNamed = None
    login_name: Annotated[SearchText | None, Field(description="用户名或其中一部分")] = None
    role: Role | None = None
    area_id: Id | None = Field(default=None, description="只看这个区域的，不含下级")
    status: GrantStatus | None = Field(default=None, description=f"{GrantStatus.listed()}；不填则为除 ended 以外的")
    unchecked: bool = Field(default=False, description="true：只看任期内、本人证件还没有核验的")
    for_me: ForMe = False

    def held_by(self, holders: Select[UUID] | None) -> GrantSearch:
        """The same for a query of the domain, with those who are sought."""
        return GrantSearch(self.role, self.area_id, self.status, self.login_name, holders, self.days, self.unchecked)

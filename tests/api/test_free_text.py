"""What people write freely is kept as it was written, so no mobile or identity number is taken there: each has a field that is sealed."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from apiflask import APIFlask
from pydantic import BaseModel, TypeAdapter, ValidationError

from backend.foundation.identifiers import holds_personal_number, holds_telephone
from backend.foundation.tracing import sane_request_id
from tests.support.people import registered_volunteer
from tests.support.phone import refused
from tests.support.teams import team_plan
from web.inputs.demands import DemandIn, PublicationIn
from web.routes import contract_of

SEALED = {"address", "phone", "note", "id_number"}
COMPARED = {
    "receipt_number",
    "login_name",
    "volunteer_number",
    "password",
    "old_password",
    "new_password",
    "refresh_token",
    "ticket",
    "code",
    "number",
    "cursor",
}
"""Not kept, but compared with what is."""
NAMED = {"version", "notice_version", "brand", "relation", "purpose"}
"""Of a catalogue: what is not in there is refused."""
READ_BY_A_FORM_OF_ITS_OWN = {"credit_code", "name"}
"""A real name (people/names.py), or one that is compared with it; a name that is kept as it is written is no real name."""


def texts_of(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        yield f"{model.__name__}.{name}", field.rebuild_annotation()
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from texts_of(part)


def takes(annotation: Any, text: str) -> bool:
    try:
        TypeAdapter(annotation).validate_python(text)
    except ValidationError:
        return False
    return True


def test_no_request_takes_a_phone_number_where_it_would_stand_in_clear(app: APIFlask) -> None:
    bodies = {body for view in app.view_functions.values() if (body := contract_of(view).body) is not None}
    texts = dict(text for body in bodies for text in texts_of(body))
    taking = {name for name, annotation in texts.items() if takes(annotation, "13800001234")}
    assert {name.split(".")[1] for name in taking} == SEALED | COMPARED | NAMED | READ_BY_A_FORM_OF_ITS_OWN
    assert {name for name in taking if name.endswith(".name")} == {
        "AccountMergeIn.name",
        "IdentityCorrectionIn.name",
        "IdentityIn.name",
        "InvitedMemberIn.name",
        "LateRecordIn.name",
        "NamedIn.name",
        "PasswordLoginIn.name",
        "PapersIn.name",
        "PersonIn.name",
        "RoleGrantIn.name",
        "ServedIn.name",
        "StaffIn.name",
        "VolunteerAtDeskIn.name",
        "VolunteerIn.name",
        "VolunteerMoveIn.name",
    }


@pytest.mark.parametrize(
    "text",
    [
        "13800001234",
        "请打138 0000 1234找张三",
        "+86-138-0000-1234",
        "电话１３８００００１２３４",
        "639999199001010014",
        "证件63999919660318005x，请核对",
        "639999 19900101 0014",
        "138—0000—1234",
        "138.0000.1234",
        "138_0000_1234",
        "(138)00001234",
        "（138） 0000 1234",
        "138\u200b00001234",
        "1\u00ad3800001234",
        "639999.19900101.0014",
        "639999/1990/0101/0014",
        "打一三八零零零零一二三四",
        "①③⑧-0000-1234",
        "幺三八 〇〇〇〇 一二三四",
        "张三13800001234",
        "李五639999199001010014",
    ],
)
def test_a_number_is_seen_in_whatever_way_it_is_written(text: str) -> None:
    assert holds_personal_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1380000123",
        "138000012345",
        "12800001234",
        "0971-8123456",
        "639999199001010015",
        "2026-11-28 20:00",
        "1732837080123",
        "3号楼201",
        "每月补贴150，1200，1300元",
        "13:00-14:00，15:30-16:30",
        "138.00.00",
    ],
)
def test_other_numbers_are_nobodys(text: str) -> None:
    assert not holds_personal_number(text)


@pytest.mark.parametrize(
    "text", ["0951-5551234", "打(010)6555 1234", "＋86 951 5551234", "０９５１５５５１２３４", "138.0000.1234", "李四0951-5551234"]
)
def test_what_everybody_reads_leads_to_nobody_at_home(text: str) -> None:
    assert holds_telephone(text)
    assert not takes(PublicationIn.model_fields["title"].rebuild_annotation(), text)
    assert not takes(DemandIn.model_fields["title"].rebuild_annotation(), f"请打{text}")


@pytest.mark.parametrize(
    "text", ["5551234", "2026-11-28 20:00", "3号楼0951室", "13:00-14:00，15:30-16:30", "2026年3月5日0900-1130", "第0101-2345678号"]
)
def test_other_numbers_lead_nowhere(text: str) -> None:
    assert not holds_telephone(text)


def test_who_writes_a_number_is_told_not_to(phone_of, street) -> None:
    leader = registered_volunteer(phone_of, street)
    answer = leader.post("/teams", team_plan(community_id=street["和平社区"], charter="报名请打13800001234"))
    assert refused(answer) == (422, "invalid")
    assert answer.get_json()["errors"] == {"charter": ["请不要填写身份证号或者手机号"]}


@pytest.mark.parametrize("offered", ["13800001234", "user-13800001234", "639999199001010014", "63999919660318005X"])
def test_a_request_is_not_called_by_somebodys_number(client, offered: str) -> None:
    """Its id goes into logs, audit entries and events."""
    assert sane_request_id(offered) is None
    assert client.get("/api/v1/notices", headers={"X-Request-Id": offered}).headers["X-Request-Id"] != offered


def test_a_reason_without_a_number_stands(phone_of, street) -> None:
    leader, officer = registered_volunteer(phone_of, street), street.home.officer
    team = leader.made("/teams", team_plan(community_id=street["和平社区"]))
    path = f"/teams/{team['id']}/return"
    assert refused(officer.post(path, {"reason": "请补充，联系 13900001111"})) == (422, "invalid")
    assert officer.made(path, {"reason": "请补充服务时间"})["reason"] == "请补充服务时间"

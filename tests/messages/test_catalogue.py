"""The catalogue of messages: a text names nothing that is about a person, and no event of the product is forgotten."""

import re

import pytest

from backend.foundation.catalogues import CatalogueInvalid
from backend.messages import kinds
from backend.messages.models import Message
from backend.messages.occasions import OCCASIONS

CHINESE = re.compile("[一-鿿]")


@pytest.fixture
def shipped(project_root) -> str:
    return (project_root / "config" / "messages.toml").read_text(encoding="utf-8")


@pytest.fixture
def read(tmp_path):
    def read_edited(text: str) -> kinds.Catalogue:
        edited = tmp_path / "messages.toml"
        edited.write_text(text, encoding="utf-8")
        return kinds.read(edited)

    return read_edited


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("{area}收到一件", "{name}收到一件"), r"第 25 行，kind.0: .*text 中只能有：\{area\}、\{brand\}、\{number\}"),
        (("{area}收到一件", "{area.path}收到一件"), "花括号中的名称"),
        (("{area}收到一件", "{收到一件"), "第 25 行"),
        (('title = "有需求等待审核"', 'title = "{brand}等待审核"'), "title 中不能有花括号"),
        (('to = "community"', 'to = "everybody"'), "不能这样告知 demand.submitted → everybody"),
        (('event = "demand.submitted"', 'event = "demand.forgotten"'), "不能这样告知 demand.forgotten"),
        (('code = "demand_published"', 'code = "demand_submitted"'), "有两条的 code 都是 demand_submitted"),
        (("days = 3", "days = 0"), "第 31 行，kind.0.days"),
        (('title = "您的需求已发布"', 'title = "您的需求已发布"\ndays = 3'), "不要求办理，没有 days"),
        (('to = "volunteers"', 'to = "everybody"'), "没有 everybody 这一类人"),
        (('code = "year_end_member"', 'code = "demand_returned"'), "有两条的 code 都是 demand_returned"),
        (("今年的志愿服务时长", "{area}今年的志愿服务时长"), "提醒中不能有花括号"),
        (('event = "points.booked"', 'event = "points.lost"'), "事件没有写到：points.booked"),
        (('event = "points.booked"', 'event = "demand.submitted"'), "事件没有写到：points.booked"),
    ],
)
def test_a_catalogue_that_would_tell_wrongly_stops_the_start(shipped, read, change, complaint):
    assert change[0] in shipped
    with pytest.raises(CatalogueInvalid, match=complaint):
        read(shipped.replace(*change, 1))


def test_an_event_may_be_silent_and_not_told_as_well(shipped, read):
    with pytest.raises(CatalogueInvalid, match=r"事件又告知又不告知：demand\.submitted"):
        read(shipped + '\n[[silent]]\nevent = "demand.submitted"\nbecause = "不必"\n')


def test_every_occasion_has_its_words_in_chinese(app):
    told = kinds.current().kinds
    assert {(kind.event, kind.to) for kind in told} == OCCASIONS.keys()
    for kind in told:
        assert CHINESE.search(kind.title), kind.code
        assert not kind.title.endswith(("。", "！")), kind.code
        assert kind.text.endswith("。"), kind.code


def test_a_message_holds_words_of_catalogues_and_nothing_that_somebody_wrote():
    """A new column is looked at here: no name, title, reason, address or phone may come to stand in somebody else's inbox."""
    assert {column.name for column in Message.__table__.columns} == {
        *("recipient_id", "event_id", "about_id", "kind", "happened_at", "told_at", "read_at"),
        *("area_path", "brand", "number", "role"),
    }


def test_what_a_row_says_for_the_text_comes_from_columns_that_name_nobody():
    said = {
        str(column.element) for occasion in OCCASIONS.values() for column in occasion.rows.selected_columns if column.key in occasion.fields
    }
    assert said == {
        *("demands.area_path", "openings.area_path", "shifts.area_path", "service_records.area_path", "people.area_path"),
        *("teams.area_path", "organisations.area_path", "member_registrations.area_path", "proxies.area_path"),
        *(
            "account_recoveries.area_path",
            "late_entries.area_path",
            "late_entries.brand",
            "identity_corrections.area_path",
            "deaths.area_path",
            "relocations.area_path",
            "relocations.from_path",
            "volunteers.area_path",
            "overdue_reports.area_path",
            "CAST(overdue_reports.number AS TEXT)",
            "demands.brand",
            "openings.brand",
            "shifts.brand",
            "service_records.brand",
        ),
        *("areas.path", "arrangements.area_path", "beneficiaries.area_path"),
        *("role_grants.area_path", "reveals.area_path", "role_grants.role", "reveals.role"),
        "left(demands.area_path, :left_1)",
        *("demands.number", "member_registrations.receipt_number"),
    }

"""`ejia areas …`: an operator keeps the tree."""

import pytest
from sqlalchemy import func, select

from backend.areas.models import Area
from backend.foundation.database import db


def test_an_operator_builds_the_tree_and_lists_it(ejia, app):
    for code, name, level in (
        ("639999000000", "测试区", "district"),
        ("639999001000", "青山街道", "street"),
        ("639999001001", "和平社区", "community"),
        ("639999001001001", "第一网格", "grid"),
    ):
        result = ejia("areas", "add", code, name, "--level", level)
        assert (result.exit_code, result.output) == (0, f"已增加：{code} {name}\n")
    assert ejia("areas", "rename", "639999001001", "和平里社区").exit_code == 0
    assert ejia("areas", "designate-pilot", "639999001001", "--since", "2023-03-01").exit_code == 0

    assert ejia("areas", "list").output.splitlines() == [
        "639999000000     测试区",
        "639999001000       青山街道",
        "639999001001         和平里社区  试点 2023-03-01",
        "639999001001001        第一网格",
    ]


def test_a_withdrawn_area_leaves_the_list_unless_it_is_asked_for(ejia, street):
    assert ejia("areas", "withdraw", "639999001002", "--yes").exit_code == 0

    assert "团结社区" not in ejia("areas", "list").output
    assert "团结社区  已撤销" in ejia("areas", "list", "--withdrawn").output


def test_withdrawing_asks_first(ejia, street):
    assert ejia("areas", "withdraw", "639999001002", stdin="n\n").exit_code == 1

    assert "团结社区" in ejia("areas", "list").output


@pytest.mark.parametrize("name", ["", "  ", "和平\n社区", "和平\u202e社区", "和" * 101])
def test_a_name_that_no_answer_can_tell_is_refused(ejia, client, street, name):
    for arguments in (("add", "639999003000", name, "--level", "street"), ("rename", "639999000000", name)):
        result = ejia("areas", *arguments)
        assert (result.exit_code, result.output.count("\n")) == (1, 1), result.output
        assert "area_name_invalid" in result.output
    assert [area["name"] for area in client.get("/api/v1/areas").get_json()["items"]] == ["测试区"]


def test_a_name_loses_the_blanks_around_it(ejia, client, street):
    assert ejia("areas", "rename", "639999000000", " 新区 ").exit_code == 0
    assert [area["name"] for area in client.get("/api/v1/areas").get_json()["items"]] == ["新区"]


def test_what_is_refused_changes_nothing_and_says_why_in_one_line(ejia, street):
    before = db.session.scalar(select(func.count()).select_from(Area))

    for arguments, code in (
        (("add", "639999001001", "重复", "--level", "community"), "area_code_taken"),
        (("add", "639999003001", "错层", "--level", "street"), "area_code_invalid"),
        (("add", "639999009001", "无上级", "--level", "community"), "area_unknown"),
        (("rename", "639999009001", "没有"), "area_unknown"),
        (("withdraw", "639999001000", "--yes"), "area_has_parts"),
        (("designate-pilot", "639999001000"), "not_a_community"),
    ):
        result = ejia("areas", *arguments)
        assert (result.exit_code, result.output.count("\n")) == (1, 1), result.output
        assert code in result.output
    assert ejia("areas", "add", "639999003000", "无级别").exit_code == 2
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Area)) == before

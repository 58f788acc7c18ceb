"""Operators bring the tree of areas: parents first, known again, undone while nothing stands in it."""

from sqlalchemy import select

from backend.areas.models import Area
from backend.foundation.database import db
from backend.imports import service
from tests.imports.test_volunteers import number_of, someone


def names() -> set[str]:
    db.session.expire_all()
    return set(db.session.scalars(select(Area.name).where(Area.path.startswith("639999005"))))


def test_areas_are_entered_below_their_parents_known_again_and_undone(street, brought, ejia):
    rows = [
        {"code": "639999005000", "name": "绿水街道", "level": "街道"},
        {"code": "639999005001", "name": "河畔社区", "level": "社区", "pilot_since": "2021-05-01"},
        {"code": "639999005001001", "name": "第一网格", "level": "网格"},
        {"code": "639999007001", "name": "无主社区", "level": "社区"},
        {"code": "639999005002", "name": "错级社区", "level": "街道"},
        {"code": "639999005000", "name": "别名街道", "level": "街道"},
        {"code": "639998001000", "name": "别区街道", "level": "街道"},
    ]
    before = names()
    entered = brought("areas", rows, area="639999000000")
    assert "已导入3行，已有0行，不能导入4行" in entered.output, entered.output
    assert names() == before | {"绿水街道", "河畔社区", "第一网格"}
    assert "可以导入0行，已有3行" in brought("areas", rows[:-1], "--check", name="again", area="639999000000").output

    people = brought("volunteers", [someone(community="河畔社区")], name="people", area="639999005000")
    assert "import_in_use" in ejia("import", "undo", number_of(entered)).output
    assert ejia("import", "undo", number_of(people)).exit_code == 0
    assert "import_in_use" in ejia("import", "undo", number_of(entered)).output, "facts that were taken back still name it"
    assert names() == before | {"绿水街道", "河畔社区", "第一网格"}

    other = brought("areas", [{"code": "639999006000", "name": "白云街道", "level": "街道"}], name="other", area="639999000000")
    committee = {"party_organisation": "白云街道党工委", "kind": "党工委"}
    party = brought("party_organisations", [committee], name="party", area="639999006000")
    assert "import_in_use" in ejia("import", "undo", number_of(other)).output
    assert ejia("import", "undo", number_of(party)).exit_code == 0
    assert ejia("import", "undo", number_of(other)).exit_code == 0
    assert "已导入1行" in brought("areas", [], name="other", area="639999000000").output


def test_a_tree_of_several_parts_is_checked_as_it_is_entered_and_undone_from_its_end(street, brought, ejia, monkeypatch):
    """A street in the first part, its communities in the second, a grid in the third, and what stands twice or wrong in the last."""
    monkeypatch.setattr(service, "LINES_OF_A_PART", 2)
    rows = [
        {"code": "639999008000", "name": "大山街道", "level": "街道"},
        {"code": "639999009000", "name": "小山街道", "level": "街道"},
        {"code": "639999008001", "name": "山前社区", "level": "社区"},
        {"code": "639999009001", "name": "山后社区", "level": "社区"},
        {"code": "639999008001001", "name": "第一网格", "level": "网格"},
        {"code": "639999008001", "name": "山前社区", "level": "社区"},
        {"code": "639999009001", "name": "别名社区", "level": "社区"},
        {"code": "639999007001", "name": "无主社区", "level": "社区"},
    ]
    told = "5行，已有1行，不能导入2行"
    checked = brought("areas", rows, "--check", area="639999000000")
    assert f"可以导入{told}" in checked.output, checked.output
    entered = brought("areas", rows, area="639999000000")
    assert f"已导入{told}" in entered.output, entered.output

    below = brought("areas", [{"code": "639999009001001", "name": "第二网格", "level": "网格"}], name="below", area="639999009000")
    assert "import_in_use" in ejia("import", "undo", number_of(entered)).output, "what stands below is another import's"
    assert ejia("import", "undo", number_of(below)).exit_code == 0
    assert ejia("import", "undo", number_of(entered)).exit_code == 0
    left = select(Area.name).where(Area.path.startswith("639999008") | Area.path.startswith("639999009"))
    assert db.session.scalars(left).all() == []

"""A street brings its social organisations with their officer and staff; who acts for one does so by phone once the desk let them in."""

from datetime import date

from tests.imports.test_teams import card, figures, told_all
from tests.imports.test_volunteers import number_of, someone
from tests.support.recoveries import seen


def test_organisations_and_staff_are_entered_known_again_and_undone(street, street_officer, officer, brought, ejia, phone_of):
    head, staff, other = someone(name="钱负责"), someone(name="孙职员"), someone(name="周无名")
    brought("volunteers", [head, staff])
    body = {
        "organisation": "邻里互助社",
        "community": "和平社区",
        "origin": "培育",
        "filing": "备案",
        "record_number": "备2019-001",
        "purpose": "居民互助",
        "counted_on": date(2019, 6, 1),
        "proof": "备案证明2019年第1号",
    }
    rows = [
        body | card(head),
        body | card(head) | {"organisation": "别名互助社"},
        body | card(other) | {"organisation": "无人社", "record_number": "备2019-002"},
        body | card(head) | {"organisation": "登记社", "filing": "登记"},
        body | card(head) | {"organisation": "错码社", "filing": "登记", "credit_code": "526399990000000000"},
        body | card(head) | {"organisation": "无号社", "record_number": None},
        body | card(head) | {"organisation": "别的社", "origin": "别的"},
        body | card(head) | {"organisation": "\u3164", "record_number": "备2019-003"},
        body | card(head) | {"organisation": "\ufe0f", "record_number": "备2019-004"},
    ]
    bodies = brought("organisations", rows, name="bodies")
    assert "已导入1行，已有1行，不能导入7行" in bodies.output, bodies.output
    joined = {"organisation": "邻里互助社", "community": "和平社区", "joined_on": "2020-02-03"}
    people = [
        joined | card(staff),
        joined | card(head),
        joined | card(other),
        joined | card(staff) | {"organisation": "没有的社"},
        joined | card(staff) | {"joined_on": "2019-05-31"},
    ]
    entered = brought("staff", people, name="people")
    assert "已导入1行，已有1行，不能导入3行" in entered.output, entered.output
    assert figures(street_officer, 2019)["organisations_incubated"] == 1
    assert figures(street_officer, 2018)["organisations_incubated"] == 0

    recovery = phone_of("staff-anew").made("/account-recoveries", card(staff))["id"]
    officer.made(f"/account-recoveries/{recovery}/confirmation", seen(recovery))
    street_officer.made(f"/account-recoveries/{recovery}/approval")
    told_all()
    assert {role["role"] for role in phone_of("staff-anew").seen("/me")["roles"]} == {"volunteer", "organisation_staff"}

    assert "import_in_use" in ejia("import", "undo", number_of(bodies)).output, "somebody acts for it"
    assert ejia("import", "undo", number_of(entered)).exit_code == 0
    assert {role["role"] for role in phone_of("staff-anew").seen("/me")["roles"]} == {"volunteer"}
    assert ejia("import", "undo", number_of(bodies)).exit_code == 0
    (gone,) = officer.seen("/organisations", status="ended")["items"]
    assert officer.seen(f"/organisations/{gone['id']}")["reason"] == "导入已撤销"
    assert figures(street_officer, 2019)["organisations_incubated"] == 0

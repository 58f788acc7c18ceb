"""A street brings its work units and the Party members who registered before: on their days, known again, undone, and acting later."""

from datetime import date

from tests.imports.test_teams import card, figures, told_all
from tests.imports.test_volunteers import number_of, someone
from tests.support.organisations import credit_code
from tests.support.recoveries import seen


def test_units_and_members_are_entered_known_again_and_undone(street, street_officer, officer, brought, ejia, phone_of):
    member, other, nobody = someone(name="钱党员"), someone(name="孙党员", community="团结社区"), someone(name="周无名")
    brought("volunteers", [member, other])
    code = credit_code()
    rows = [
        {"unit": "青山住房保障中心", "nature": "事业单位", "credit_code": code},
        {"unit": "青山住房保障中心(分部)", "nature": "事业单位"},
        {"unit": "青山住房保障中心（分部）", "nature": "事业单位"},
        {"unit": "错码单位", "nature": "机关", "credit_code": "526399990000000000"},
        {"unit": "别的单位", "nature": "别的"},
    ]
    units = brought("work_units", rows, name="units")
    assert "已导入2行，已有1行，不能导入2行" in units.output, units.output

    registered = {
        "unit": code.lower(),
        "party_organisation": "第一党支部",
        "community": "和平社区",
        "accepted_on": date(2019, 6, 1),
        "joined_party_on": "2001-07-01",
        "paper": "报到登记表3号",
        "signed_on": "2019-06-01",
    }
    people = [
        registered | card(member),
        registered | card(member),
        registered | card(other),
        registered | card(nobody),
        registered | card(member) | {"unit": "没有的单位"},
        registered | card(member) | {"joined_party_on": "1920-01-01"},
    ]
    entered = brought("unit_members", people, name="people")
    assert "已导入1行，已有1行，不能导入4行" in entered.output, entered.output
    assert figures(street_officer, 2019)["registered_party_members"] == 1
    assert figures(street_officer, 2018)["registered_party_members"] == 0
    (line,) = officer.seen("/registrations", status="accepted")["items"]
    assert (line["work_unit"]["name"], line["accepted_on"], line["receipt_number"][:5]) == ("青山住房保障中心", "2019-06-01", "R2019")
    assert "import_in_use" in ejia("import", "undo", number_of(units)).output, "somebody works there"

    assert ejia("import", "undo", number_of(entered)).exit_code == 0
    assert figures(street_officer, 2019)["registered_party_members"] == 0
    assert officer.seen("/registrations", status="accepted")["items"] == []
    again = brought("unit_members", people, name="people")
    assert "已导入1行" in again.output, again.output

    recovery = phone_of("member-anew").made("/account-recoveries", card(member))["id"]
    officer.made(f"/account-recoveries/{recovery}/confirmation", seen(recovery))
    street_officer.made(f"/account-recoveries/{recovery}/approval")
    told_all()
    assert {role["role"] for role in phone_of("member-anew").seen("/me")["roles"]} == {"volunteer", "party_member"}
    assert "import_in_use" in ejia("import", "undo", number_of(again)).output, "they act themselves by now"


def test_units_that_nothing_names_are_undone_and_brought_again(street, officer, brought, ejia):
    rows = [{"unit": "青山园林管理所", "nature": "机关", "credit_code": credit_code()}]
    brought_once = brought("work_units", rows)
    assert [unit["name"] for unit in officer.seen("/work-units", q="园林")["items"]] == ["青山园林管理所"]
    assert ejia("import", "undo", number_of(brought_once)).exit_code == 0
    assert officer.seen("/work-units", q="园林")["items"] == []
    assert "已导入1行" in brought("work_units", rows).output

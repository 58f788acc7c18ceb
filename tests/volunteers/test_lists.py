"""Who sees which volunteers, and how the list turns pages."""

from sqlalchemy import event

from backend.foundation.actor import Role
from backend.foundation.database import db
from tests.support.people import registered_volunteer
from tests.support.phone import refused


def test_officers_see_the_volunteers_of_their_area_with_masked_names(phone_of, street, administrator):
    registered_volunteer(phone_of, street, name="张三", id_number="639999199001010014")
    registered_volunteer(phone_of, street, name="欧阳小明", community="团结社区")
    registered_volunteer(phone_of, street, name="赵六", community="向阳社区")

    def names(role, path, **query):
        answer = administrator(role, path).get("/volunteers", **query)
        assert "19900101" not in answer.get_data(as_text=True)
        return sorted(line["name"] for line in answer.get_json()["items"])

    assert names(Role.COMMUNITY_OFFICER, "639999001001") == ["张*"]
    assert names(Role.STREET_OFFICER, "639999001") == ["张*", "欧阳**"]
    assert names(Role.STREET_OFFICER, "639999001", community_id=street["团结社区"]) == ["欧阳**"]
    assert names(Role.COMMUNITY_OFFICER, "639999001001", community_id=street["团结社区"]) == []
    assert names(Role.DISTRICT_OFFICER, "639999") == ["张*", "欧阳**", "赵*"]
    assert names(Role.SYSTEM_ADMIN, "639999") == []


def test_a_volunteer_sees_only_themselves_in_the_list(phone_of, street):
    phone = registered_volunteer(phone_of, street)
    registered_volunteer(phone_of, street)

    assert [line["number"] for line in phone.seen("/volunteers")["items"]] == [phone.volunteer_number]
    assert phone_of("stranger").seen("/volunteers")["items"] == []


def test_the_list_turns_pages_and_leaves_out_who_left(phone_of, street, administrator):
    phones = [registered_volunteer(phone_of, street) for _ in range(7)]
    phones[3].made("/me/volunteer/leaving", {})
    officer = administrator(Role.COMMUNITY_OFFICER, "639999001001")

    page = officer.seen("/volunteers", limit=2)
    numbers = [line["number"] for line in page["items"]]
    while page["next_cursor"] is not None:
        page = officer.seen("/volunteers", limit=2, cursor=page["next_cursor"])
        numbers += [line["number"] for line in page["items"]]

    assert numbers == [phone.volunteer_number for phone in reversed(phones) if phone is not phones[3]]
    assert refused(officer.get("/volunteers", cursor="garbage")) == (400, "cursor_invalid")


def test_the_list_sends_as_many_statements_for_thirty_as_for_three(phone_of, street, administrator):
    officer = administrator(Role.COMMUNITY_OFFICER, "639999001001")
    sent = []

    def listen(connection, cursor, statement, *_):
        sent.append(statement)

    def statements() -> int:
        sent.clear()
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            officer.seen("/volunteers", limit=100)
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return len(sent)

    for _ in range(3):
        registered_volunteer(phone_of, street)
    with_three = statements()
    for _ in range(27):
        registered_volunteer(phone_of, street)

    assert statements() == with_three

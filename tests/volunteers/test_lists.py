"""Who sees which volunteers, and how the list turns pages."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import event, update

from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from backend.people.models import Person
from tests.support.guardians import born
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


def test_volunteers_are_found_by_number_and_by_name_where_it_may_be_read(phone_of, street, administrator):
    me = registered_volunteer(phone_of, street, name="欧阳小明")
    child = registered_volunteer(phone_of, street, name="欧阳小红")
    with transaction():
        db.session.execute(update(Person).where(Person.id == UUID(child.person_id)).values(born_on=born(16)))
    officer, above = administrator(Role.COMMUNITY_OFFICER, "639999001001"), street.officer

    def found(phone, q, **query):
        return sorted(line["number"] for line in phone.seen("/volunteers", q=q, **query)["items"])

    assert found(officer, me.volunteer_number[-5:]) == found(officer, me.volunteer_number.lower()) == [me.volunteer_number]
    for q in ("欧阳", "阳 小", "小", "欧阳 " + me.volunteer_number):
        assert me.volunteer_number in found(officer, q), q
    assert found(officer, "小红") == []
    assert found(above, "小红") == [child.volunteer_number]
    assert found(street.district_officer, "小明") == found(street.next.officer, "小明") == []
    assert found(me, "小明") == [me.volunteer_number]
    today = clock.shanghai_day(clock.now())
    assert found(officer, "小明", since=today) == [me.volunteer_number]
    assert found(officer, "小明", until=today - timedelta(days=1)) == []


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

"""按号码查找: an officer finds by the whole number whom they could read in clear. To all others nobody has it, and each try counts."""

from datetime import date
from uuid import UUID

from sqlalchemy import select, update

from backend.accounts.limits import Written
from backend.demands.models import Beneficiary
from backend.foundation.actor import Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.people.models import Person
from tests.support.demands import GRANDFATHER, GRANDMOTHER
from tests.support.people import identity_number
from tests.support.phone import refused

NOBODY = ([], [])
FAMILY = "13800001234"


def ids(phone, by, number):
    """Of whom the answer tells, which says no number and no name in full."""
    answer = phone.post("/people/lookups", {"kind": by, "number": number})
    assert answer.status_code == 200, answer.get_json()
    found = answer.get_json()
    assert "*" in "".join(person["name"] for person in found["people"]) or not found["people"]
    assert number not in answer.get_data(as_text=True)
    return [person["id"] for person in found["people"]], [line["id"] for line in found["beneficiaries"]]


def tries():
    wanted = select(AuditEntry.account_id, AuditEntry.subject_id, AuditEntry.details).where(
        AuditEntry.action == "person.find", AuditEntry.succeeded
    )
    return [(str(line.account_id), line.subject_id and str(line.subject_id), line.details) for line in db.session.execute(wanted)]


def test_an_officer_finds_who_has_the_whole_number_and_nobody_else_does(street, wechat, administrator):
    home, officer = street.home, street.home.officer
    volunteer, resident = home.volunteer("zhang", name="张三丰"), home.person("li", name="李四光")
    for user, phone in (("zhang", volunteer), ("li", resident)):
        wechat.user(user, phone=FAMILY)
        phone.made("/me/phone", {"code": wechat.phone_code(user)})
    elder = officer.made("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"]})["id"]
    other = officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平社区"]})["id"]
    number = volunteer.card["id_number"]

    for seen_by in (officer, street.officer):
        assert ids(seen_by, "id_number", number) == ([volunteer.person_id], [])
        assert ids(seen_by, "id_number", f" {number[:6]} {number[6:]}") == ([volunteer.person_id], []), "however it is typed"
    [line] = officer.made("/people/lookups", {"kind": "id_number", "number": number})["people"]
    assert line == {
        "id": volunteer.person_id,
        "name": "张**",
        "community": {"id": street["和平社区"], "name": "和平社区"},
        "volunteer_number": volunteer.volunteer_number,
    }
    assert ids(officer, "phone", FAMILY) == (sorted([volunteer.person_id, resident.person_id]), [elder])
    assert ids(street.officer, "phone", FAMILY)[1] == [], "who is visited the community knows"
    assert ids(officer, "phone", "0951 5551234") == ([], [other])
    officer.made(f"/beneficiaries/{elder}/person", {"person_id": resident.person_id})
    assert ids(officer, "id_number", resident.card["id_number"]) == ([resident.person_id], [elder])

    # Who is not there, and who is none of theirs, are one answer.
    for asked in (("id_number", number), ("phone", FAMILY)):
        stranger = asked[0], {"id_number": identity_number(), "phone": "13800009999"}[asked[0]]
        for phone in (street.next.officer, street.far_officer):
            answers = [phone.post("/people/lookups", {"kind": by, "number": typed}).get_data() for by, typed in (asked, stranger)]
            assert answers[0] == answers[1]
            assert ids(phone, *asked) == NOBODY
        unknown = administrator(Role.COMMUNITY_OFFICER, home.path, known=False)
        for phone in (unknown, home.grid_worker, home.leader, volunteer, street.district_officer):
            assert phone.post("/people/lookups", {"kind": asked[0], "number": asked[1]}).status_code == 403
    officer.made(f"/beneficiaries/{other}/ending", {"cause": "moved_away"})
    assert ids(officer, "phone", "0951 5551234") == NOBODY, "who has ended is read by nobody"
    with transaction():
        db.session.execute(update(Beneficiary).where(Beneficiary.id == UUID(elder)).values(born_in=2015))
    assert ids(officer, "id_number", resident.card["id_number"]) == ([resident.person_id], [])
    assert ids(street.officer, "id_number", resident.card["id_number"])[1] == [elder]
    with transaction():
        db.session.execute(update(Person).where(Person.id == UUID(volunteer.person_id)).values(born_on=date(2015, 1, 1)))
    assert ids(officer, "id_number", number) == NOBODY, "of a minor the street"
    assert ids(street.officer, "id_number", number) == ([volunteer.person_id], [])


def test_each_try_is_written_down_and_counted_whether_it_finds_or_not(street, bounds):
    officer, volunteer = street.home.officer, street.home.volunteer()
    bounds(Written.LOOKUP, a_day=3)
    for half in (("id_number", volunteer.card["id_number"][:17]), ("phone", "1380000"), ("phone", volunteer.card["id_number"])):
        assert refused(officer.post("/people/lookups", {"kind": half[0], "number": half[1]})) == (422, "number_unreadable"), half
    for number in (volunteer.card["id_number"], identity_number(), identity_number()):
        officer.made("/people/lookups", {"kind": "id_number", "number": number})

    refusal = officer.post("/people/lookups", {"kind": "id_number", "number": volunteer.card["id_number"]})
    assert (refused(refusal), refusal.get_json()["detail"]) == ((429, "too_many_today"), "每天最多3次按号码查找，请明天再试")
    assert sorted(tries(), key=str) == sorted(
        [
            (officer.account_id, volunteer.person_id, {"kind": "id_number", "found": 1}),
            *[(officer.account_id, None, {"kind": "id_number", "found": 0})] * 2,
        ],
        key=str,
    )

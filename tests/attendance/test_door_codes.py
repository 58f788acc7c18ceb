"""Who may sign in at a home by what: the code that the asking side shows, the printed code of the door, or two visitors together."""

import pytest

from backend.foundation import clock
from backend.foundation.actor import Role
from tests.support.attendance import Visit, counting, joins
from tests.support.demands import GRANDFATHER, GRANDMOTHER, claimed, published_demand
from tests.support.people import registered_person
from tests.support.phone import refused


@pytest.fixture
def asking(phone_of, street):
    return registered_person(phone_of, street)


@pytest.fixture
def visit(street, asking):
    return Visit(street, requester=asking)


@pytest.fixture
def home(officer):
    """The address under which the visited elder's door code is issued."""

    def address():
        return f"/beneficiaries/{officer.seen('/beneficiaries')['items'][0]['id']}/door-code"

    return address


def sign(visit, code, step="sign-in"):
    return visit.member.post(f"/shifts/{visit.shift_id}/{step}", {"code": code})


def test_who_visits_alone_by_their_own_code_waits_for_the_community(visit, asking, officer, pass_time):
    [fact_id] = visit.served_by_own_code(pass_time, visit.member)

    assert officer.seen(f"/services/{fact_id}")["evidence"] == "own_code"
    [told] = visit.member.seen("/me/services")["items"]
    assert "社区确认" in told["missing"]
    assert refused(asking.post(f"/services/{fact_id}/confirmation")) == (409, "community_needed")
    assert counting() == {}
    officer.made(f"/services/{fact_id}/confirmation")
    assert counting() == {fact_id: 47}, "an honest visitor without a printed code is not stopped"


def test_of_two_who_were_there_together_the_word_of_who_asked_is_enough(visit, asking, pass_time):
    facts = visit.served_by_own_code(pass_time, visit.member, visit.leader)

    for fact_id in facts:
        assert asking.seen(f"/services/{fact_id}")["evidence"] == "together"
        asking.made(f"/services/{fact_id}/confirmation")
    assert counting() == dict.fromkeys(facts, 47)


def test_what_was_scanned_a_while_ago_waits_for_the_community(visit, asking, officer, pass_time):
    code, scanned_at = visit.shown_by(asking), clock.now().isoformat()
    pass_time(seconds=59)  # as long as a code that is shown holds
    prompt = visit.member.made("/sign-ins", {"code": code, "scanned_at": scanned_at})
    code, scanned_at = visit.shown_by(asking), clock.now().isoformat()
    pass_time(minutes=25)
    signed_out = visit.member.made("/sign-outs", {"code": code, "scanned_at": scanned_at})

    assert (prompt["evidence"], signed_out["evidence"]) == ("code", "sent_later"), "a photo of the code may have been passed on"
    assert officer.seen(f"/services/{signed_out['fact_id']}")["evidence"] == "sent_later"
    assert refused(asking.post(f"/services/{signed_out['fact_id']}/confirmation")) == (409, "community_needed")
    [told] = visit.member.seen("/me/services")["items"]
    assert "社区确认" in told["missing"]


def test_who_looks_in_for_a_moment_makes_no_two_of_them(visit, officer, pass_time):
    visit.sign_in(code=visit.shown_by(visit.leader))
    pass_time(minutes=25)
    visit.sign_in(visit.leader, code=visit.shown_by(visit.leader))
    pass_time(minutes=22)
    alone = visit.sign_out(code=visit.shown_by(visit.leader))["fact_id"]

    assert officer.seen(f"/services/{alone}")["evidence"] == "own_code"


def test_a_code_shown_by_who_asked_is_a_code_unless_they_visit_themselves(visit, asking):
    assert visit.sign_in(code=visit.shown_by(asking))["evidence"] == "code"
    joins(asking, visit.team_id)
    assert visit.sign_out(code=visit.shown_by(asking))["evidence"] == "own_code"


def test_the_printed_code_signs_in_and_out_however_it_is_typed(visit, asking, home, officer, pass_time):
    printed = officer.made(home())
    typed = printed["text"].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert sign(visit, typed).get_json()["evidence"] == "door_code"
    pass_time(minutes=47)
    fact_id = sign(visit, printed["qr"], "sign-out").get_json()["fact_id"]

    assert officer.seen(f"/services/{fact_id}")["evidence"] == "door_code"
    asking.made(f"/services/{fact_id}/confirmation")
    assert counting() == {fact_id: 47}


def test_a_door_code_needs_no_shift_where_one_visit_fits(visit, officer, home, street, pass_time):
    code = officer.made(home())["text"]
    assert refused(street.home.volunteer().post("/sign-ins", {"code": code})) == (409, "no_visit_now")
    assert refused(visit.member.post("/sign-outs", {"code": code})) == (409, "no_visit_now")
    assert visit.member.made("/sign-ins", {"code": code})["shift_id"] == visit.shift_id
    pass_time(minutes=47)
    assert visit.member.made("/sign-outs", {"code": code})["minutes"] == 47

    other = published_demand(officer, street, beneficiary=GRANDFATHER)
    claimed(visit.leader, other, visit.team_id)
    meant = refused(answer := visit.leader.post("/sign-ins", {"code": code}))
    assert (meant, len(answer.get_json()["shift_ids"])) == ((409, "several_visits"), 2)
    pass_time(hours=3)
    assert refused(visit.leader.post("/sign-ins", {"code": code})) == (409, "no_visit_now")


def test_a_code_that_was_ended_or_replaced_opens_nothing_and_neither_does_one_of_another_door(visit, street, home, officer):
    here = home()
    first = officer.made(here)["text"]
    second = officer.made(here)["text"]
    other = officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平社区"]})["id"]
    elsewhere = officer.made(f"/beneficiaries/{other}/door-code")["text"]
    for code in (first, elsewhere):
        assert refused(sign(visit, code)) == (422, "door_code_wrong")
    assert officer.post(f"{here}/end").status_code == 204
    assert refused(sign(visit, second)) == (422, "door_code_wrong")
    assert refused(officer.post(f"{here}/end")) == (409, "no_door_code")

    third = officer.made(here)["text"]
    assert sign(visit, third).status_code == 201
    assert officer.post(f"{here}/end").status_code == 204
    assert refused(sign(visit, second, "sign-out")) == (422, "door_code_wrong"), "it had ended before they came in"
    assert sign(visit, third, "sign-out").status_code == 201, "who came in by it goes out by it"


def test_door_codes_are_not_guessed(visit, home, officer, pass_time):
    printed = officer.made(home())["text"]
    for number in range(5):
        assert refused(sign(visit, f"AAAA-AAA{number}")) == (422, "door_code_wrong")
    locked = sign(visit, printed)
    assert refused(locked) == (429, "too_many_door_codes")
    assert 0 < int(locked.headers["Retry-After"]) <= 24 * 3600
    assert visit.sign_in()["evidence"] == "code", "nobody is kept out: the other code goes on"


def test_the_right_code_forgets_the_wrong_ones(visit, home, officer):
    printed = officer.made(home())["text"]
    for step in ("sign-in", "sign-out"):
        for number in range(4):
            assert refused(sign(visit, f"AAAA-AAA{number}")) == (422, "door_code_wrong")
        assert sign(visit, printed, step).status_code == 201


def test_the_community_issues_it_and_nobody_else(visit, home, street, administrator):
    for phone in (visit.leader, street.next.officer, administrator(Role.DISTRICT_OFFICER, "639999")):
        assert phone.post(home()).status_code in (403, 404)


def test_a_door_code_opens_no_shift_that_is_no_visit(street, officer, visit):
    market = Visit(street, brand="red_ribbon", beneficiary=None)
    assert refused(market.member.post(f"/shifts/{market.shift_id}/sign-in", {"code": "K7QF-3M2X"})) == (422, "code_forged")


def test_of_two_rows_that_were_one_elder_the_code_of_the_row_that_stays_opens_the_door(visit, home, officer, street):
    old = officer.made(home())["text"]
    [known] = officer.seen("/beneficiaries")["items"]
    twin = GRANDMOTHER | {"area_id": street["和平社区"], "different_from": [known["id"]]}
    kept = officer.made("/beneficiaries", twin)["id"]
    officer.made(f"/beneficiaries/{known['id']}/merge", {"into_id": kept})
    assert refused(sign(visit, old)) == (422, "door_code_wrong")

    printed = officer.made(f"/beneficiaries/{kept}/door-code")["text"]

    assert sign(visit, printed).get_json()["evidence"] == "door_code"

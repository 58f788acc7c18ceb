"""What ends when somebody takes a consent back, and what the law keeps."""

from sqlalchemy import select

from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from tests.support.consents import agreed_to
from tests.support.demands import demand_form
from tests.support.people import identity_number, registered_person, registered_volunteer, volunteer_form
from tests.support.phone import refused
from tests.support.proxies import recorded_proxy
from tests.support.teams import active_team, join_team


def test_who_withdraws_is_no_volunteer_any_more_and_is_told_what_stays(phone_of, street, team):
    phone = registered_volunteer(phone_of, street)
    told = phone.made("/me/consents/withdrawal", {"notice": "volunteer", "reason": "搬家"})
    assert told["notice"] == "volunteer"
    assert "志愿者注册" in told["stops"]
    assert "十年" in told["stays"]
    assert phone.seen("/me")["volunteer"] is None
    assert agreed_to(phone) == [("volunteer", "2026-12-02", False)]
    assert phone.seen("/me/consents")["items"][0]["withdrawn_at"] is not None
    assert refused(phone.post(f"/teams/{team}/join-requests", {}))[1] == "volunteer_needed"
    assert refused(phone.post("/me/consents/withdrawal", {"notice": "volunteer"})) == (409, "consent_not_given")
    assert db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "consent.change")).one() == "consent.change"
    assert phone.made("/volunteers", volunteer_form(street, name=None, id_number=None))["number"], "whoever wants to may come back"


def test_who_leads_a_team_hands_it_over_first(phone_of, street):
    leader = registered_volunteer(phone_of, street)
    team = active_team(leader, street.home.officer, street)
    join_team(street.home.volunteer(), leader, team["id"])
    assert refused(leader.post("/me/consents/withdrawal", {"notice": "volunteer"})) == (409, "still_leading")
    assert agreed_to(leader) == [("volunteer", "2026-12-02", True)]


def test_who_takes_back_the_consent_is_acted_for_no_more(phone_of, street):
    officer, card = street.home.officer, {"name": "陈邻居", "id_number": identity_number()}
    neighbour = registered_volunteer(phone_of, street, "chen", **card)
    elder_card = {"name": "王桂芳", "id_number": identity_number()}
    elder = registered_person(phone_of, street, "elder", **elder_card)
    proxy = recorded_proxy(officer, street, card, elder=elder_card)
    for_the_elder = demand_form(street, requester_person_id=elder.person_id)
    assert neighbour.post("/demands", for_the_elder).status_code == 201

    told = elder.made("/me/consents/withdrawal", {"notice": "proxy"})

    assert "终止" in told["stops"]
    assert refused(neighbour.post("/demands", for_the_elder)) == (403, "forbidden")
    ended = officer.seen(f"/proxies/{proxy['id']}")
    assert (ended["status"], ended["end_reason"]) == ("ended", "本人已撤回同意")
    recorded_proxy(officer, street, card, elder=elder_card)
    assert neighbour.post("/demands", for_the_elder).status_code == 201, "with a paper signed anew"

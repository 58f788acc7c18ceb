"""A leader's phone is gone, and with it the WeChat account: two officers see who stands at the desk, and the team is led on."""

from tests.end_to_end.days.people import STREET_OFFICER, Folk, found


def test_a_leader_with_a_new_phone_leads_on_after_two_officers_saw_who_it_is(folk: Folk) -> None:
    leader, member = folk.volunteer("李队长"), folk.volunteer("王志愿")
    team = folk.team(leader, member)
    asking = folk.volunteer("钱新人")
    asking.made(f"/teams/{found(asking, '/teams', {'q': team['name']}, name=team['name'])['id']}/join-requests", {"message": "想加入。"})

    # At home, on the new phone: who I am; the page shows digits to say at the desk.
    new = folk.town.phone(f"new-{folk.mark}")
    wish = new.made("/account-recoveries", leader.card)
    digits = new.seen(f"/account-recoveries/{wish['id']}")["check_code"]

    # At the desk of the community, and on the street.
    seen = found(folk.officer, "/account-recoveries", {"status": "submitted"}, id=wish["id"])
    folk.officer.made(f"/account-recoveries/{seen['id']}/confirmation", {"proof": "id_card", "check_code": digits})
    street = folk.town.administrator(STREET_OFFICER)
    second = found(street, "/account-recoveries", {"status": "seen"}, id=wish["id"])
    assert street.made(f"/account-recoveries/{second['id']}/approval")["status"] == "confirmed"

    # The new phone is who the old one was: whoever waits to join is found and let in.
    there = folk.town.phone(f"new-{folk.mark}")
    assert there.seen("/me")["volunteer"]["number"] == leader.volunteer_number
    mine = found(there, "/me/teams", name=team["name"])
    [waiting] = there.seen(f"/teams/{mine['id']}/join-requests")["items"]
    there.made(f"/teams/{mine['id']}/join-requests/{waiting['id']}/acceptance")
    assert leader.get("/me").status_code == 401
    assert there.seen(f"/teams/{mine['id']}")["member_count"] == 3

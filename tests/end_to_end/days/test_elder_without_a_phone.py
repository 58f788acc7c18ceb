"""An elder without a telephone of her own rings the office: she is put on record, asked for, visited and heard, and touches no screen."""

from tests.end_to_end.days.people import Folk, found


def test_an_elder_without_a_phone_is_put_on_record_visited_and_heard(folk: Folk) -> None:
    officer, leader, member = folk.officer, folk.volunteer("李队长"), folk.volunteer("王志愿")
    team = folk.team(leader, member)
    called, address = f"周奶奶{folk.mark}", f"和平路{folk.mark}号"

    # At the desk: who she is, and that she agreed by word of mouth; what she wants.
    officer.made("/beneficiaries", folk.elder("周") | {"called": called, "address": address, "area_id": folk.home})
    elder = found(officer, "/beneficiaries", called=called)
    wanted = {"brand": "door_knock", "title": f"看望{called}", "details": "听力不好，请多敲几声"}
    demand = folk.published(officer.made("/demands", wanted | {"community_id": folk.home, "beneficiary_id": elder["id"]}))
    printed = officer.made(f"/beneficiaries/{elder['id']}/door-code")

    # At the door: the code that hangs there, typed on the way in and on the way out.
    folk.claimed(leader, demand, team_id=team["id"])
    assert leader.seen(f"/demands/{demand['id']}/beneficiary")["address"] == address
    shift = found(member, "/me/shifts", title=demand["title"])
    assert member.made(f"/shifts/{shift['id']}/sign-in", {"code": printed["text"]})["evidence"] == "door_code"
    folk.later(minutes=47)
    assert member.made(f"/shifts/{shift['id']}/sign-out", {"code": printed["text"]})["minutes"] == 47

    # At the office: she says on the telephone that it is so.
    record = found(officer, "/services", {"status": "awaiting_confirmation"}, title=demand["title"])
    assert officer.made(f"/services/{record['fact_id']}/confirmation")["confirmer"] == "community"
    assert found(member, "/me/services", title=demand["title"])["state"] == "confirmed"
    assert found(officer, "/demands/in-care", {"status": "published"}, number=demand["number"])["taken"] == 1
    assert officer.made(f"/demands/{demand['id']}/completion")["status"] == "completed"

    # She asks who was shown where she lives.
    assert [reading["role"] for reading in officer.seen(f"/beneficiaries/{elder['id']}/reveals")["items"]] == ["team_leader"]

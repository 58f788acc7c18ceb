"""A serving Party member's years in short: registers, serves, changes the unit, moves to another community, retires; the hours stay."""

from tests.end_to_end.days.people import NEXT_OFFICER, Folk, found, lines


def test_a_member_who_serves_changes_unit_moves_and_retires_keeps_what_was_done(folk: Folk) -> None:
    officer, member = folk.officer, folk.volunteer("赵党员")
    units = [
        officer.made("/work-units", {"name": f"测试区{what}{folk.mark}", "nature": "public_institution"}) for what in ("税务所", "图书馆")
    ]
    party = {"party_organisation_name": "图书馆党支部", "notice_version": folk.town.notices["party_member"]}

    # Registers with the community where the home is, and takes on a visit.
    folk.registered(member, units[0]["name"])
    wanted = {"brand": "red_ribbon", "title": f"清雪{folk.mark}", "details": "门前清雪", "community_id": folk.home}
    demand = folk.published(officer.made("/demands", wanted))
    folk.claimed(member, demand, as_person=True)
    folk.present(demand, member, minutes=60)

    # Another unit: said by the member.
    [unit] = lines(member, "/work-units", q=units[1]["name"])
    [mine] = lines(member, "/me/registrations")
    member.made(f"/registrations/{mine['id']}/unit", party | {"work_unit_id": unit["id"]})
    assert found(officer, "/registrations", {"status": "accepted"}, person_id=member.person_id)["work_unit"]["id"] == unit["id"]

    # Another home: asked for by the member, answered where it is.
    member.made("/me/relocations", {"community_id": folk.next})
    there = folk.town.administrator(NEXT_OFFICER)
    [wish] = [line for line in lines(there, "/relocations", status="asked") if line["person_id"] == member.person_id]
    there.made(f"/relocations/{wish['id']}/acceptance")
    assert member.seen("/me")["person"]["community"]["id"] == folk.next
    assert found(officer, "/registrations", {"status": "ended"}, person_id=member.person_id)["reason"]
    anew = found(there, "/registrations", {"status": "applied"}, person_id=member.person_id)
    there.made(f"/registrations/{anew['id']}/acceptance")

    # Retired: the registration ends, what was done stays with the volunteer.
    there.made(f"/registrations/{anew['id']}/ending", {"cause": "retired"})
    assert {line["status"] for line in lines(member, "/me/registrations")} == {"ended"}
    assert "party_member" not in {role["role"] for role in member.seen("/me")["roles"]}
    assert found(member, "/me/services", title=demand["title"])["capacity"] == "registration"

"""A social organisation's week: it moves in on Monday, takes on an activity on Tuesday, carries it out on Thursday."""

from tests.end_to_end.days.people import Folk, found, lines


def test_an_organisation_moves_in_and_carries_an_activity_out(folk: Folk) -> None:
    officer, head, worker, helper = folk.officer, *(folk.volunteer(name) for name in ("孙会长", "吴社工", "郑助理"))
    name = f"邻里互助会{folk.mark}"

    # Monday: applied for, answered, staffed.
    plan = {"name": name, "origin": "incubated", "filing": "on_record", "record_number": f"备{folk.mark}", "purpose": "邻里互助"}
    head.made("/organisations", plan | {"community_id": folk.home})
    asked = found(officer, "/organisations", {"status": "applied"}, name=name)
    today = folk.town.now().date().isoformat()
    officer.made(f"/organisations/{asked['id']}/verification", {"agreed_on": today, "proof": "备案证明原件"})
    mine = found(head, "/me/organisations", name=name)
    for colleague in (worker, helper):
        head.made(f"/organisations/{mine['id']}/staff", {"volunteer_number": colleague.volunteer_number, "name": colleague.card["name"]})
    assert len(lines(head, f"/organisations/{mine['id']}/staff")) == 3

    # Tuesday: an activity with two places, for Thursday.
    wanted = {"brand": "red_ribbon", "title": f"便民服务日{folk.mark}", "details": "磨刀、配钥匙、量血压", "community_id": folk.home}
    demand = folk.published(officer.made("/demands", wanted), places=2, starts_in=folk.days(2), people_per_place=3)
    claim = folk.claimed(head, demand, organisation_id=mine["id"])
    assert (claim["status"], claim["claimant_name"]) == ("held", name)

    # Thursday: the officer holds the code out; who is there scans it.
    folk.later(days=2)
    folk.present(demand, head, worker, helper, minutes=90)
    assert found(worker, "/me/services", title=demand["title"])["capacity"] == "organisation"
    assert len(lines(officer, "/services", organisation_id=mine["id"])) == 3

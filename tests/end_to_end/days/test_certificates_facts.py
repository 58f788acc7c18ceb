"""Somebody comes to the desk with their identity card and asks for a certificate: all that it says is read in one place."""

from tests.end_to_end.days.people import Folk, lines

MINUTES = 90


def test_the_facts_of_a_certificate_are_read_from_the_persons_record(folk: Folk) -> None:
    officer, leader, member = folk.officer, folk.volunteer("李队长"), folk.volunteer(folk.name("王"))
    team = folk.team(leader, member)
    wanted = {"brand": "red_ribbon", "title": f"清扫小区{folk.mark}", "details": "自带手套", "community_id": folk.home}
    demand = folk.published(officer.made("/demands", wanted))
    folk.claimed(leader, demand, team_id=team["id"])
    folk.present(demand, member, minutes=MINUTES)

    # The card is on the desk: by its number the officer finds who it is.
    [person] = officer.made("/people/lookups", {"kind": "id_number", "number": member.card["id_number"]})["people"]
    assert (person["id"], person["volunteer_number"]) == (member.person_id, member.volunteer_number)

    # What was served when, for whom and how long, in sums and one by one.
    record = officer.seen(f"/people/{person['id']}/record")
    [year] = record["years"]
    services = lines(officer, "/services", person_id=person["id"], status="confirmed")
    assert [(line["title"], line["served_for"], line["minutes"]) for line in services] == [(wanted["title"], team["name"], MINUTES)]
    assert (year["services"], year["hours"]) == (len(services), "1.5")
    assert (record["volunteer"]["number"], record["teams"][0]["name"]) == (member.volunteer_number, team["name"])

    # Name and number in clear, for that purpose only; who it is about reads that they were read.
    [purpose] = [one for one in officer.seen("/reveal-purposes")["items"] if "证明" in one["name"]]
    for field in purpose["fields"]:
        asked = {"field": field, "purpose": purpose["code"], "note": "本人申请出具志愿服务记录证明"}
        assert officer.made(f"/people/{person['id']}/reveals", asked)["value"] == member.card[field]
    assert [line["purpose"] for line in member.seen("/me/reveals")["items"]] == [purpose["name"]] * len(purpose["fields"])

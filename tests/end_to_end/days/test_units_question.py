"""A work unit rings the community: who of ours is on your books, and what did they do this year?"""

from tests.end_to_end.days.people import Folk, found, lines


def test_a_unit_is_told_who_of_its_people_registered_and_what_they_did(folk: Folk) -> None:
    officer, served, idle = folk.officer, folk.volunteer("赵党员"), folk.volunteer("孙党员")
    name = f"测试区档案馆{folk.mark}"
    officer.made("/work-units", {"name": name, "nature": "public_institution"})
    for member in (served, idle):
        folk.registered(member, name)
    wanted = {"brand": "red_ribbon", "title": f"整理楼道{folk.mark}", "details": "清理堆物", "community_id": folk.home}
    demand = folk.published(officer.made("/demands", wanted))
    folk.claimed(served, demand, as_person=True)
    folk.present(demand, served, minutes=60)

    # On the telephone: the unit's name is typed, its people stand there, and what each did this year.
    unit = found(officer, "/work-units", {"q": name[-8:]}, name=name)
    here = lines(officer, "/registrations", work_unit_id=unit["id"], status="accepted")
    assert {line["person_id"] for line in here} == {served.person_id, idle.person_id}
    since = f"{folk.town.year}-01-01"
    did = {line["person_id"]: lines(officer, "/services", person_id=line["person_id"], since=since) for line in here}
    assert [(record["title"], record["hours"], record["status"]) for record in did[served.person_id]] == [
        (demand["title"], "1.0", "confirmed")
    ]
    assert did[idle.person_id] == []

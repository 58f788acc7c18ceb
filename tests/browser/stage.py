"""What the demonstration lacks of what pages show: somebody at each step, and texts as long as people may write them."""

from backend.foundation import clock
from tests.end_to_end.days.people import STREET_OFFICER, Folk, Line, found
from tests.end_to_end.town import Town, awaited
from tests.support.imports import filled
from tests.support.organisations import add_staff, verified_organisation
from tests.support.people import identity_number
from tests.support.phone import Phone

LONG = "龘𠮷" * 6 + "请提前一天联系本人" + "Aa-" * 8
"""Rare characters, and a word without a space."""


def set_stage(town: Town) -> None:
    """By the API, as phones and the officer would; time goes by until noon."""
    folk = Folk(town)
    wishing = folk.volunteer("周愿意")
    led_by_nobody = found(folk.officer, "/teams", {"q": "银发合唱队"})
    wishing.made(f"/teams/{led_by_nobody['id']}/join-requests", {"message": LONG * 2})

    _brings_rosters(folk)
    head, colleague = folk.volunteer("吴主任"), folk.volunteer("郑同事")
    theirs = verified_organisation(head, folk.officer, town.communities, origin="incubated", record_number="备社951")
    add_staff(head, theirs["id"], colleague, "郑同事")

    papers = {"died_on": clock.shanghai_day(town.now()).isoformat(), "proof": "medical_certificate"}
    report = folk.officer.made(f"/people/{folk.volunteer('孙老人').person_id}/deaths", papers)
    town.administrator(STREET_OFFICER).made(f"/deaths/{report['id']}/confirmation")

    wanted = {"brand": "red_ribbon", "community_id": folk.home}
    folk.officer.made("/demands", wanted | {"title": "帮" * 80, "details": (LONG + "，\n") * 8})
    to_nobody = folk.officer.made("/demands", wanted | {"title": f"清扫楼道{folk.mark}", "details": "自带手套"})
    folk.published(to_nobody)
    folk.later(hours=3)
    leader, team = _goes_on(folk)
    to_come = folk.officer.made("/demands", wanted | {"title": f"明日清扫{folk.mark}", "details": "自带手套"})
    folk.published(to_come, starts_in=folk.days(1))
    folk.claimed(leader, to_come, team_id=team["id"])

    visit = {"brand": "door_knock", "title": f"后天看望{folk.mark}", "details": LONG, "beneficiary": folk.elder("王")}
    asked = folk.officer.made("/demands", wanted | visit)
    folk.published(asked, starts_in=folk.days(2))
    (known,) = folk.officer.seen("/beneficiaries", limit=1)["items"]
    twin = folk.elder("李") | {"area_id": folk.home, "different_from": [known["id"]]}
    folk.officer.made(f"/beneficiaries/{folk.officer.made('/beneficiaries', twin)['id']}/door-code")
    leader.made("/claims", {"role_id": found(leader, "/demands", {"number": asked["number"]})["role_id"], "team_id": team["id"]})


def _brings_rosters(folk: Folk) -> None:
    """Two: one with a line that cannot be entered waits for the officer, one was entered."""
    member = {
        "name": folk.name("孙"),
        "id_number": identity_number(),
        "community": "和平社区",
        "registered_on": "2024-03-01",
        "paper": "登记表12号",
        "signed_on": "2024-03-01",
    }
    for rows, to_enter in (([member, {"name": LONG}], False), ([member | {"name": folk.name("冯"), "id_number": identity_number()}], True)):
        answer = folk.officer.sent_file(f"/imports?kind=volunteers&area_id={folk.home}", filled("volunteers", rows))
        address = f"/imports/{answer.json['id']}"
        awaited(lambda address=address: folk.officer.seen(address)["status"], lambda status: status == "checked")
        if to_enter:
            folk.officer.post(f"{address}/entry", {})
            awaited(lambda address=address: folk.officer.seen(address)["status"], lambda status: status == "entered")


def _goes_on(folk: Folk) -> tuple[Phone, Line]:
    """A shift of this afternoon: one has signed out, one is still there. Returns the leader and the team that serve."""
    leader, member = folk.volunteer("郑队长"), folk.volunteer("王志愿")
    team = folk.team(leader, member)
    wanted = {"brand": "red_ribbon", "title": f"正在清扫{folk.mark}", "details": "自带手套", "community_id": folk.home}
    demand = folk.officer.made("/demands", wanted)
    starts_at = folk.town.now()
    window = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + folk.hours(8)).isoformat()}
    folk.officer.made(f"/demands/{demand['id']}/publication", window | {"places": 1})
    folk.claimed(leader, demand, team_id=team["id"])
    shift = found(folk.officer, "/shifts", title=wanted["title"])

    def scans(phone: Phone, step: str) -> None:
        phone.made(f"/shifts/{shift['id']}/{step}", {"code": folk.officer.seen(f"/shifts/{shift['id']}/code")["code"]})

    scans(leader, "sign-in")
    scans(member, "sign-in")
    folk.later(minutes=40)
    scans(member, "sign-out")
    return leader, team

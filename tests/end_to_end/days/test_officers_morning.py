"""An officer's morning: what waits is said in one answer, each kind opens the list of just these, and what is done waits no more."""

from urllib.parse import parse_qsl, urlsplit

from tests.end_to_end.days.people import Folk, Line, lines
from tests.support.phone import Phone

BY_THEMSELVES = {"claim_to_answer", "demand_to_close", "recovery_to_approve", "role_to_prolong", "organisation_without_officer"}
"""Of these the demonstration has some that end, or begin, by the clock and the worker at any moment: other days put the clock forward."""


def test_an_officer_works_through_what_waits_in_the_morning(folk: Folk) -> None:
    officer = folk.officer
    before = waiting(officer)

    # Yesterday evening, at home: one would lead a team, one would register as Party member, one needs a hand, one has moved here.
    leader, member, asking, moved = (
        folk.volunteer("李队长"),
        folk.volunteer("赵党员"),
        folk.resident("孙女儿"),
        folk.volunteer("钱搬家", community=folk.next_name),
    )
    plan = {"name": f"银龄互助队{folk.mark}", "category": "public_welfare", "charter": "定期上门看望独居老人。"}
    leader.made("/teams", plan | {"community_id": folk.home})
    officer.made("/work-units", {"name": f"测试区文化馆{folk.mark}", "nature": "public_institution"})
    folk.asks_to_register(member, f"测试区文化馆{folk.mark}")
    wanted = {"brand": "sunset_wish", "title": f"想去看看老厂{folk.mark}", "details": "坐轮椅", "community_id": folk.home}
    asking.made("/demands", wanted | {"beneficiary": folk.elder("王")})
    moved.made("/me/relocations", {"community_id": folk.home})

    # In the morning: four kinds have one more, and the list behind each shows as many as are counted.
    there = waiting(officer)
    more = {kind: there[kind]["number"] - before.get(kind, {"number": 0})["number"] for kind in there}
    assert {kind: count for kind, count in more.items() if count} == {
        "team_to_review": 1,
        "registration_to_review": 1,
        "demand_to_review": 1,
        "relocation_to_answer": 1,
    }
    behind = {kind: opened(officer, line) for kind, line in there.items()}
    assert {kind: len(rows) for kind, rows in behind.items()} == {kind: line["number"] for kind, line in there.items()}

    # Each is found in its list and answered.
    [team] = [line for line in behind["team_to_review"] if line["name"] == plan["name"]]
    officer.made(f"/teams/{team['id']}/acceptance")
    [registration] = [line for line in behind["registration_to_review"] if line["person_id"] == member.person_id]
    officer.made(f"/registrations/{registration['id']}/acceptance")
    [demand] = [line for line in behind["demand_to_review"] if line["title"] == wanted["title"]]
    officer.made(f"/demands/{demand['id']}/return", {"reason": "请写明老人是否同意出门"})
    [wish] = [line for line in behind["relocation_to_answer"] if line["volunteer_number"] == moved.volunteer_number]
    officer.made(f"/relocations/{wish['id']}/acceptance")
    assert {kind: line["number"] for kind, line in waiting(officer).items()} == {kind: line["number"] for kind, line in before.items()}


def waiting(officer: Phone) -> dict[str, Line]:
    """What waits until somebody answers, by kind."""
    return {line["kind"]: line for line in officer.seen("/me/waiting")["items"] if line["kind"] not in BY_THEMSELVES}


def opened(officer: Phone, line: Line) -> list[Line]:
    """The list that the line names."""
    address = urlsplit(line["list"])
    return lines(officer, address.path.removeprefix("/api/v1"), **dict(parse_qsl(address.query)))

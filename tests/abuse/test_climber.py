"""The climber: a community's officer who wants more than they were given, by log-ins and accounts of their own making."""

from typing import Any

from backend.foundation.actor import Role
from tests.support.people import person_form
from tests.support.phone import Phone

HERE = "639999001001"


def appoint(street: Any, whom: Phone, role: str, area: str) -> dict[str, Any]:
    return {"role": role, "area_id": street[area], "volunteer_number": whom.volunteer_number, "name": whom.card["name"]}


def roles(phone: Phone) -> set[str]:
    return {role["role"] for role in phone.seen("/me")["roles"]} - {"volunteer"}


def test_of_roles(villain, street):
    """They appoint a friend beside and above themselves, agree to it by every hand they have, and see the friend's papers."""
    one, officer, friend = villain("climber of roles"), street.home.officer, street.home.volunteer(name="钱朋友")
    worker = street.home.grid_worker
    for _ in one.tries(3):
        for role, area in (("street_officer", "青山街道"), ("community_officer", "团结社区"), ("system_admin", "青山街道")):
            one.take(f"appointed {role}", officer.post("/role-grants", appoint(street, friend, role, area)))
        officer.post("/role-grants", appoint(street, friend, "community_officer", "和平社区"))
        (waiting,) = officer.seen("/role-grants", status="to_approve")["items"]
        grant_id = waiting["id"]
        for hand in (officer, friend, worker):
            one.take("agreed to", hand.post(f"/role-grants/{grant_id}/approval"))
        one.take("accepted", friend.post(f"/me/role-grants/{grant_id}/acceptance"))
        one.take("seen as checked", officer.post(f"/role-grants/{grant_id}/identity-check", person_form(street, name="钱朋友")))
        if roles(friend):
            one.loot.append("an office")

    assert roles(officer) == {"community_officer"}


def test_of_a_seat(villain, street):
    """Somebody who was let in turns out, within the hour, whoever let them in."""
    one, first = villain("climber of seats"), street.home.officer
    second, ghost = street.administrator(Role.COMMUNITY_OFFICER, HERE), street.home.volunteer(name="钱朋友")
    grant_id = first.made("/role-grants", appoint(street, ghost, "community_officer", "和平社区"))["id"]
    second.made(f"/role-grants/{grant_id}/approval")
    ghost.made(f"/me/role-grants/{grant_id}/acceptance")
    street.officer.made(f"/role-grants/{grant_id}/identity-check", person_form(street, **ghost.card))
    seats = [holder.seen("/me/role-grants")["items"][0]["id"] for holder in (first, second)]
    for _ in one.tries(3):
        for seat in seats:
            one.take("a seat", ghost.post(f"/role-grants/{seat}/withdrawal", {"reason": "调离"}))
            one.take("a term", ghost.post(f"/role-grants/{seat}/term", {"ends_on": "2099-01-01"}))

    assert roles(first) == roles(second) == {"community_officer"}


def test_of_the_three(villain, street):
    """A security administrator wants to read addresses by an office of their own."""
    one, admin = villain("climber among the three"), street.security_admin
    name = admin.seen("/me/logins")["items"][0]["name"]
    for _ in one.tries(3):
        for role, area in (("community_officer", "和平社区"), ("grid_worker", "和平社区"), ("street_officer", "青山街道")):
            form = {"role": role, "area_id": street[area], "login_name": name}
            one.take(f"appointed {role}", admin.post("/role-grants", form))
            one.take(f"a log-in as {role}", admin.post("/office-logins", form | {"login_name": "ghost-1"}))

    assert roles(admin) == {"security_admin"}

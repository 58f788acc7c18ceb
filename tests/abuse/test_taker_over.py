"""The taker-over: an officer who wants somebody else's history, by a new WeChat of theirs or a log-in of their making."""

from typing import Any

from tasks import housekeeping
from tests.support.phone import Phone
from tests.support.recoveries import seen


def is_in(phone: Phone, victim: Phone) -> bool:
    person = phone.seen("/me")["person"]
    return person is not None and person["id"] == victim.person_id


def told(answer: Any) -> str:
    return str(answer.get_json().get("code", answer.status_code))


def test_by_recovery(villain, street, pass_time):
    """They know name and number, apply with a second phone, stand by it themselves, and wait; the victim looks in once a day."""
    one, officer, victim = villain("taker-over by recovery"), street.home.officer, street.home.member
    for number in one.tries(3):
        phone = street.phone(f"thief-{number}")
        recovery_id = phone.made("/account-recoveries", victim.card)["id"]
        one.told[told(officer.post(f"/account-recoveries/{recovery_id}/confirmation", seen(recovery_id)))] += 1
        for hand in (officer, phone):
            one.take("agreed to", hand.post(f"/account-recoveries/{recovery_id}/approval"))
        pass_time(days=1)
        victim.made(f"/account-recoveries/{recovery_id}/return", {"reason": "不是我"})
        pass_time(days=3)
        housekeeping.let_in_waited_log_ins()
        if is_in(street.phone(f"thief-{number}"), victim):
            one.loot.append("a history")

    assert is_in(victim, victim)


def test_by_merge(villain, street, client, pass_time):
    """They open a log-in whose password they know, and join it to the victim's account."""
    one, officer, victim = villain("taker-over by merge"), street.home.officer, street.home.member
    form = {"login_name": "ghost-1", "role": "grid_worker", "area_id": street["和平第一网格"]}
    initial = officer.made("/office-logins", form)["initial_password"]
    given = client.post("/api/v1/auth/password", json={"name": "ghost-1", "password": initial}).get_json()
    hand = Phone(client, given["access_token"], "")
    hand.made("/me/password", {"old_password": initial, "new_password": "a-Ghost-7-of-mine"})
    hand.made(f"/me/role-grants/{hand.seen('/me/role-grants')['items'][0]['id']}/acceptance")
    whom = {"login_name": "ghost-1", "volunteer_number": victim.volunteer_number, "name": victim.card["name"], "reason": "同一人"}
    ghost = {"name": "ghost-1", "password": "a-Ghost-7-of-mine"}
    one.take("proved as one's own", street.phone("thief").post("/auth/merge/password", ghost))
    for _ in one.tries(3):
        begun = officer.post("/account-merges", whom)
        one.told[told(begun)] += 1
        assert begun.status_code == 201, "it waits"
        for waiting in victim.seen("/account-recoveries", status="seen")["items"]:
            one.take("agreed to", officer.post(f"/account-recoveries/{waiting['id']}/approval"))
            victim.made(f"/account-recoveries/{waiting['id']}/return", {"reason": "不是我的"})
        pass_time(days=4)
        housekeeping.let_in_waited_log_ins()
        one.tried += 1
        if len(victim.seen("/me/logins")["items"]) > 1:
            one.loot.append("a way in")

    assert victim.seen("/me")["person"]["id"] == victim.person_id

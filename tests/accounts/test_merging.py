"""Two accounts of one person become one, and no fact, role or way in is lost."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from backend.accounts import service as accounts
from backend.accounts.models import Account, AccountStatus, Login, RoleGrant
from backend.accounts.service import AccountsAreOne, AccountsOfDifferentPersons, RolesExclude
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.errors import Missing
from backend.tables import METADATA
from tests.support.attendance import Visit, counting
from tests.support.demands import demand_form, give_role, grant_to
from tests.support.humans import check_papers
from tests.support.people import identity_number, registered_person, registered_volunteer
from tests.support.phone import Phone, refused
from tests.support.tables import contents

SYSTEM = Actor.system()
NAME, PASSWORD = "street-zhang", "Correct-Horse-7"
# What a merge moves or writes; every other table must be the same before and after.
ADDED_TO = {"role_grants", "audit_entries", "outbox_events", "outbox_deliveries"}
MOVED = {"accounts", "account_preferences", "logins", "token_families", "jobs", "idempotency_keys"} | ADDED_TO


def merge(kept: Phone, dissolved: Phone, actor: Actor = SYSTEM) -> None:
    with transaction():
        accounts.merge_accounts(actor, UUID(kept.account_id), UUID(dissolved.account_id), reason="同一人", now=clock.now())


@pytest.fixture
def browser(app, street) -> Phone:
    """The browser of somebody who logs in by password as the street's officer; the account has no person."""
    with transaction():
        grant = Grant(Role.STREET_OFFICER, area_path="639999001")
        account_id = accounts.create_office_account(SYSTEM, name=NAME, password=PASSWORD, grant=grant, now=clock.now())
    return logged_in(app, str(account_id))


def logged_in(app, account_id: str) -> Phone:
    answer = app.test_client().post("/api/v1/auth/password", json={"name": NAME, "password": PASSWORD})
    assert answer.status_code == 200
    return Phone(app.test_client(), answer.get_json()["access_token"], account_id, refresh_token=answer.get_json()["refresh_token"])


@pytest.fixture
def known(browser) -> Phone:
    """The same browser, once the officer's papers were seen."""
    with transaction():
        browser.person_id = str(check_papers(UUID(browser.account_id), "639999001"))
    return browser


@pytest.fixture
def zhang(phone_of, street) -> Phone:
    """The phone of the same human, a registered volunteer."""
    return registered_volunteer(phone_of, street, "zhang", name="张三")


@pytest.fixture
def plain(browser) -> Phone:
    """The same browser, after the office was withdrawn."""
    with transaction():
        office = Grant(Role.STREET_OFFICER, area_path="639999001")
        accounts.withdraw_role(SYSTEM, UUID(browser.account_id), office, reason="调离", now=clock.now())
    return browser


def roles(phone) -> list[tuple[str, str | None]]:
    return sorted((role["role"], role["area_path"] or role["team_id"]) for role in phone.seen("/me")["roles"])


def test_the_log_ins_and_roles_of_the_one_go_over_to_the_other(app, browser, zhang, phone_of):
    before = roles(zhang) + roles(browser)
    zhang.put("/me/preferences", {"elder_mode": True, "community_ids": []})
    browser.put("/me/preferences", {"elder_mode": False, "community_ids": []})

    merge(zhang, browser)

    assert zhang.seen("/me/preferences")["elder_mode"] is True

    assert roles(zhang) == sorted(before)
    assert refused(browser.get("/me")) == (401, "token_invalid")
    again = logged_in(app, zhang.account_id).seen("/me")
    assert (again["account_id"], again["person_id"]) == (zhang.account_id, zhang.person_id)
    assert phone_of("zhang").seen("/me")["account_id"] == zhang.account_id
    closed = db.session.get(Account, UUID(browser.account_id))
    assert (closed.status, closed.closed_reason, str(closed.merged_into_id)) == (AccountStatus.CLOSED, "同一人", zhang.account_id)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "account.merge")).one()
    assert entry.details == {"dissolved": browser.account_id, "logins": 1, "grants": 1}


def test_a_person_goes_over_to_an_account_without_one(app, browser, zhang):
    zhang.put("/me/preferences", {"elder_mode": True, "community_ids": []})
    merge(browser, zhang)

    assert browser.seen("/me/preferences")["elder_mode"] is True, "what the one said that is gone"
    me = browser.seen("/me")
    assert (me["person_id"], me["volunteer"]["number"]) == (zhang.person_id, zhang.volunteer_number)
    assert roles(browser) == [("street_officer", "639999001"), ("volunteer", "639999001001")]
    assert refused(zhang.get("/me")) == (401, "token_invalid")


def test_it_stays_written_who_held_which_role_when(browser, zhang):
    merge(zhang, browser)

    grants = db.session.scalars(select(RoleGrant).where(RoleGrant.role == Role.STREET_OFFICER).order_by(RoleGrant.id)).all()
    assert [(str(grant.account_id), grant.withdrawn_reason) for grant in grants] == [
        (browser.account_id, "accounts_merged"),
        (zhang.account_id, None),
    ]


@pytest.mark.parametrize(
    ("kept_days", "dissolved_days", "days"), [(5, 9, 9), (9, 5, 9), (None, 5, None), (5, None, None), (-1, 5, 5)], ids=str
)
def test_of_a_role_that_both_hold_the_later_end_counts(phone_of, street, pass_time, kept_days, dissolved_days, days):
    one, other = phone_of("one"), phone_of("other")
    if kept_days == -1:
        grant_to(one, Grant(Role.GRID_WORKER, area_path="639999001001", ends_at=clock.now() + timedelta(minutes=1)))
        pass_time(minutes=2)
        kept_days = None
    else:
        grant_to(one, Grant(Role.GRID_WORKER, area_path="639999001001", ends_at=_after(kept_days)))
    grant_to(other, Grant(Role.GRID_WORKER, area_path="639999001001", ends_at=_after(dissolved_days)))
    now = clock.now()

    merge(one, other)

    (held,) = db.session.scalars(
        select(RoleGrant).where(RoleGrant.account_id == UUID(one.account_id), RoleGrant.withdrawn_at.is_(None))
    ).all()
    assert (held.ends_at is None) == (days is None)
    assert days is None or abs(held.ends_at - now - timedelta(days=days)) < timedelta(minutes=2)


def _after(days):
    return None if days is None else clock.now() + timedelta(days=days)


def test_accounts_of_two_persons_are_not_merged(phone_of, street, zhang):
    li = registered_person(phone_of, street, "li")
    before = contents()

    with pytest.raises(AccountsOfDifferentPersons):
        merge(zhang, li)
    assert contents() == before


def test_nothing_is_merged_with_itself_or_with_what_is_closed_or_unknown(phone_of, browser, zhang):
    with pytest.raises(AccountsAreOne):
        merge(zhang, zhang)
    with pytest.raises(Missing):
        merge(zhang, Phone(zhang.client, "", "01930a6e-7c1a-7b5e-9a52-000000000000"))
    merge(zhang, browser)
    with pytest.raises(Missing):
        merge(zhang, browser)


def test_a_merge_makes_no_office_that_could_not_be_granted(phone_of, street, browser):
    other = phone_of("other")
    give_role(other, Grant(Role.AUDIT_ADMIN, area_path="639999001"))
    before = contents()

    with pytest.raises(RolesExclude):
        merge(other, browser)
    assert contents() == before


def test_what_was_merged_once_follows_the_next_merge(phone_of, street, zhang, browser):
    third = phone_of("third")
    merge(browser, third)
    merge(zhang, browser)

    assert {str(into) for into in db.session.scalars(select(Account.merged_into_id).where(Account.merged_into_id.is_not(None)))} == {
        zhang.account_id
    }


@pytest.mark.parametrize("direction", ["into the new phone's", "into the officer's"])
def test_no_fact_changes_and_what_either_opened_the_one_opens(known, phone_of, street, pass_time, direction):
    """The officer, whom a team served, confirmed, submitted and exported; their new phone asked for an account back."""
    visit, phone = Visit(street, requester=known), phone_of("new")
    fact_id = visit.served(pass_time)
    known.post(f"/services/{fact_id}/confirmation")
    own_demand = known.made("/demands", demand_form(street))["id"]
    asked = phone.made("/account-recoveries", {"name": "李无名", "id_number": identity_number()})["id"]
    year = clock.shanghai_day(clock.now()).year
    job = known.made("/exports/year-end", {"year": year, "area_id": street["青山街道"]})["id"]
    opened = {
        known: [
            *("/me", "/me/points", "/me/services", f"/demands/{own_demand}", f"/services/{fact_id}", "/registrations"),
            *(f"/jobs/{job}", "/demands/in-care", f"/figures/{year}", "/volunteers"),
        ],
        phone: [f"/account-recoveries/{asked}"],
    }
    lists = ["/me/demands", "/services", "/shifts"]
    shown = {path: {item["id"] for phone in opened for item in _items(phone, path)} for path in lists}
    for phone, paths in opened.items():
        for path in paths:
            assert phone.get(path).status_code == 200, path
    before, counted = contents(), counting()
    kept, dissolved = (phone, known) if direction == "into the new phone's" else (known, phone)

    merge(kept, dissolved)

    after = contents()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= MOVED
    assert {name for name in changed if after[name][0] != before[name][0]} <= ADDED_TO
    assert counting() == counted
    for path in (path for paths in opened.values() for path in paths):
        assert kept.get(path).status_code == 200, path
    for path in lists:
        assert {item["id"] for item in _items(kept, path)} >= shown[path], path


def _items(phone, path) -> list[dict[str, str]]:
    return [{"id": item.get("fact_id") or item["id"]} for item in phone.seen(path)["items"]]


def test_the_facts_are_all_tables_but_those_that_a_merge_is_about(app):
    assert {table.name for table in METADATA.sorted_tables} >= MOVED


def test_who_added_a_service_by_their_word_does_not_confirm_it_by_another_account(known, phone_of, street, pass_time):
    visit = Visit(street)
    pass_time(minutes=90)
    window = {
        "started_at": (clock.now() - timedelta(minutes=60)).isoformat(),
        "ended_at": (clock.now() - timedelta(minutes=30)).isoformat(),
        "reason": "忘带手机",
    }
    added = known.made(f"/shifts/{visit.shift_id}/records", window | {"volunteer_number": visit.member.volunteer_number, "name": "王志愿"})

    phone = phone_of("new")
    merge(phone, known)

    assert refused(phone.post(f"/services/{added['fact_id']}/confirmation")) == (403, "own_word")


def test_a_way_into_an_account_with_an_office_needs_the_level_above(browser, zhang, wechat):
    before = contents()
    assert refused(zhang.post("/auth/merge/password", {"name": NAME, "password": PASSWORD})) == (403, "holder_of_office")
    assert {name for name, rows in contents().items() if rows != before[name]} <= {"login_lockouts"}


def test_one_merges_ones_own_accounts_by_proving_both(app, plain, zhang):
    answer = zhang.post("/auth/merge/password", {"name": NAME, "password": PASSWORD})

    assert answer.status_code == 200, answer.get_json()
    merged = Phone(app.test_client(), answer.get_json()["access_token"], zhang.account_id)
    assert roles(merged) == [("volunteer", "639999001001")]
    assert merged.seen("/me")["account_id"] == zhang.account_id
    for old in (zhang, plain):
        old.refresh_token = None
        assert refused(old.get("/me")) == (401, "token_invalid")


def test_from_the_browser_the_account_with_the_person_is_kept_too(app, plain, wechat, street):
    code = wechat.login_code("li")
    tokens = app.test_client().post("/api/v1/auth/wechat", json={"code": code}).get_json()
    li = Phone(app.test_client(), tokens["access_token"], "")
    li.account_id = li.seen("/me")["account_id"]
    registered = registered_person(lambda _: li, street)

    answer = plain.post("/auth/merge/wechat", {"code": wechat.login_code("li")})

    merged = Phone(app.test_client(), answer.get_json()["access_token"], "").seen("/me")
    assert (merged["account_id"], merged["person_id"]) == (li.account_id, registered.person_id)


def test_what_the_phone_sends_again_after_the_merge_is_answered_as_before_it(browser, zhang, street):
    form = demand_form(street)
    first = zhang.post("/demands", form, key="the-same-key")
    assert first.status_code == 201

    merge(browser, zhang)

    again = browser.post("/demands", form, key="the-same-key")
    assert (again.status_code, again.get_data()) == (201, first.get_data())
    assert len(browser.seen("/me/demands")["items"]) == 1
    assert refused(browser.post("/demands", form | {"title": "另一件事"}, key="the-same-key")) == (422, "idempotency_key_reused")


def test_where_both_used_the_same_key_the_answer_of_the_account_that_stays_counts(known, phone_of, street):
    phone = phone_of("new")
    kept = known.post("/demands", demand_form(street), key="the-same-key")
    phone.post("/account-recoveries", {"name": "李无名", "id_number": identity_number()}, key="the-same-key")

    merge(known, phone)

    again = known.post("/demands", demand_form(street), key="the-same-key")
    assert again.get_data() == kept.get_data()


def test_who_cannot_prove_the_other_account_merges_nothing_and_is_counted(browser, zhang, client, wechat):
    before = db.session.scalars(select(Login.account_id)).all()
    for _ in range(5):
        assert refused(zhang.post("/auth/merge/password", {"name": NAME, "password": "Wrong-Horse-7"})) == (422, "other_login_wrong")
    assert refused(zhang.post("/auth/merge/password", {"name": NAME, "password": PASSWORD})) == (429, "login_locked")
    assert refused(zhang.post("/auth/merge/password", {"name": "nobody", "password": PASSWORD})) == (422, "other_login_wrong")
    assert refused(zhang.post("/auth/merge/wechat", {"code": wechat.login_code("stranger")})) == (422, "other_login_wrong")
    assert sorted(db.session.scalars(select(Login.account_id)).all()) == sorted(before)


def test_an_initial_password_proves_nothing(app, zhang, street):
    with transaction():
        grant = Grant(Role.STREET_OFFICER, area_path="639999001")
        accounts.create_office_account(SYSTEM, name=NAME, password=PASSWORD, grant=grant, is_initial=True, now=clock.now())

    answer = zhang.post("/auth/merge/password", {"name": NAME, "password": PASSWORD})

    assert refused(answer) == (403, "password_change_needed")


@pytest.fixture
def form(zhang):
    return {"login_name": NAME, "volunteer_number": zhang.volunteer_number, "name": "张三", "reason": "同一人的两个账号"}


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICER, Role.SECURITY_ADMIN])
def test_who_stands_above_both_begins_and_the_holder_says_yes(app, browser, zhang, administrator, form, role):
    above = administrator(role, "639999")

    waiting = above.made("/account-merges", form)["recovery_id"]
    assert roles(zhang) == [("volunteer", "639999001001")]
    assert zhang.seen(f"/account-recoveries/{waiting}")["kind"] == "merge"
    zhang.made(f"/account-recoveries/{waiting}/approval")

    assert roles(zhang) == [("street_officer", "639999001"), ("volunteer", "639999001001")]
    entries = db.session.scalars(select(AuditEntry.account_id).where(AuditEntry.action == "account.merge").order_by(AuditEntry.id)).all()
    assert [str(account_id) for account_id in entries] == [above.account_id, zhang.account_id]


def test_who_stands_above_one_of_both_only_begins_nothing_and_agrees_to_nothing(browser, zhang, administrator, form):
    waiting = administrator(Role.SECURITY_ADMIN, "639999").made("/account-merges", form)["recovery_id"]
    beside = administrator(Role.STREET_OFFICER, "639999001")

    assert refused(beside.post(f"/account-recoveries/{waiting}/approval")) == (403, "holder_of_office")
    assert administrator(Role.DISTRICT_OFFICER, "639999").post(f"/account-recoveries/{waiting}/approval").status_code == 200
    assert roles(zhang) == [("street_officer", "639999001"), ("volunteer", "639999001001")]


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.STREET_OFFICER, "639999001"),
        (Role.COMMUNITY_OFFICER, "639999001001"),
        (Role.SECURITY_ADMIN, "639999001"),
        (Role.SYSTEM_ADMIN, "639999"),
        (Role.DISTRICT_OFFICER, "639998"),
    ],
)
def test_nobody_else_merges_them_or_learns_that_login_or_volunteer_exist(browser, zhang, administrator, form, role, path):
    other = administrator(role, path)

    for wrong in (form, form | {"login_name": "nobody"}, form | {"name": "李四"}):
        assert refused(other.post("/account-merges", wrong)) == (404, "not_found")
    assert roles(zhang) == [("volunteer", "639999001001")]


def test_nobody_takes_over_a_subordinates_office_for_themselves(app, browser, zhang, administrator, form):
    give_role(zhang, Grant(Role.DISTRICT_OFFICER, area_path="639999"))

    assert refused(zhang.post("/account-merges", form)) == (403, "own_account")


def test_a_volunteer_who_is_not_known_by_number_and_name_is_refused(browser, zhang, administrator, form):
    above = administrator(Role.DISTRICT_OFFICER, "639999")

    assert refused(above.post("/account-merges", form | {"name": "张四"})) == (422, "volunteer_unknown")


def test_the_operator_merges_by_command(ejia, browser, zhang, app):
    wrong = ejia("merge-accounts", "--keep-volunteer", zhang.volunteer_number, "--dissolve-login", "nobody", "--reason", "x")
    assert wrong.exit_code == 1

    done = ejia("merge-accounts", "--keep-volunteer", zhang.volunteer_number, "--dissolve-login", NAME, "--reason", "同一人")

    assert done.exit_code == 0, done.output
    assert roles(zhang) == [("street_officer", "639999001"), ("volunteer", "639999001001")]
    assert (
        "accounts_are_one"
        in ejia("merge-accounts", "--keep-volunteer", zhang.volunteer_number, "--dissolve-login", NAME, "--reason", "x").output
    )


def test_a_merged_account_is_closed_by_a_constraint_too(browser, zhang):
    merge(zhang, browser)

    with pytest.raises(Exception, match="ck_accounts_merged_is_closed"), transaction():
        db.session.execute(text("UPDATE accounts SET status = 'active' WHERE merged_into_id IS NOT NULL"))

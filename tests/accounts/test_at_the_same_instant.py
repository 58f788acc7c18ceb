"""What happens to an account while somebody is logging in, is appointed or leaves: whichever comes first, nothing slips through between."""

from collections.abc import Callable
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from backend.accounts import service as accounts
from backend.accounts.service import CredentialsWrong, OtherLoginWrong, Tokens
from backend.accounts.tokens import TokenInvalid
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import transaction
from backend.foundation.errors import Missing
from tests.support.beginning import actor_of, claims_of
from tests.support.demands import grant_to
from tests.support.humans import check_papers
from tests.support.locks import meanwhile
from tests.support.people import identity_number, registered_volunteer, volunteer_form
from tests.support.phone import Phone, refused
from tests.support.proxies import recorded_proxy

SYSTEM = Actor.system()
NAME, OLD, NEW = "peace", "Correct-Horse-7", "三月的风 lantern 42"
COMMUNITY = "639999001001"


def merge(kept: Phone, dissolved: Phone) -> None:
    accounts.merge_accounts(SYSTEM, UUID(kept.account_id), UUID(dissolved.account_id), reason="同一人", now=clock.now())


def roles(phone: Phone) -> list[str]:
    return [role["role"] for role in phone.seen("/me")["roles"]]


@pytest.fixture
def browser(app, street) -> Phone:
    """Somebody is logged in by name and password as officer of the community."""
    with transaction():
        grant = Grant(Role.COMMUNITY_OFFICER, area_path=COMMUNITY)
        accounts.create_office_account(SYSTEM, name=NAME, password=OLD, grant=grant, now=clock.now())
    tokens = app.test_client().post("/api/v1/auth/password", json={"name": NAME, "password": OLD}).get_json()
    phone = Phone(app.test_client(), tokens["access_token"], "", refresh_token=tokens["refresh_token"])
    phone.account_id = phone.seen("/me")["account_id"]
    return phone


def begun() -> accounts.Attempt:
    """A log-in by the old password whose hash is being reckoned."""
    with transaction():
        attempt = accounts.begin_password_login(NAME, accounts.Source("address:192.0.2.1"), now=clock.now())
    assert accounts.is_right_password(attempt, OLD)
    return attempt


def changed(browser: Phone) -> None:
    assert browser.post("/me/password", {"old_password": OLD, "new_password": NEW}).status_code == 204


def reset(_: Phone) -> None:
    with transaction():
        accounts.reset_password(SYSTEM, NAME, now=clock.now())


@pytest.mark.parametrize("ending", [changed, reset])
def test_a_password_that_is_changed_while_it_is_looked_at_logs_in_no_more(browser, ending):
    attempt = begun()
    ending(browser)

    with transaction():
        outcome = accounts.finish_password_login(attempt, right=True, now=clock.now())

    assert isinstance(outcome, CredentialsWrong)


@pytest.mark.parametrize("ending", [changed, reset])
def test_nor_does_it_prove_the_account_to_whoever_merges(browser, ending):
    attempt = begun()
    ending(browser)

    with pytest.raises(OtherLoginWrong), transaction():
        accounts.account_of_password(attempt)


def test_who_logged_out_while_the_other_account_was_proved_merges_nothing(phone_of, browser):
    phone = phone_of("zhang")
    with transaction():
        actor, family_id = actor_of(phone), claims_of(phone).family_id
    phone.post("/auth/logout-everywhere")

    with pytest.raises(TokenInvalid), transaction():
        accounts.merge_own_accounts(actor, family_id, UUID(browser.account_id), now=clock.now())


def test_the_old_wechat_that_logs_in_while_the_account_goes_to_the_new_one_opens_nothing_of_it(phone_of, street):
    old, new = registered_volunteer(phone_of, street, "old"), phone_of("new")

    late = meanwhile(
        lambda: accounts.recover_account(SYSTEM, UUID(old.person_id), UUID(new.account_id), since=None, now=clock.now()),
        lambda: phone_of("old"),
    )

    me = late.seen("/me")
    assert (me["person_id"], me["account_id"] == old.account_id) == (None, False)


def test_who_logs_in_while_their_accounts_are_merged_is_logged_in_to_the_one_that_stays(phone_of, browser):
    zhang = phone_of("zhang")

    late = meanwhile(lambda: merge(browser, zhang), lambda: phone_of("zhang"))

    assert late.seen("/me")["account_id"] == browser.account_id


def test_an_appointment_during_a_merge_is_of_the_account_that_stays(phone_of, browser, street):
    zhang, third = phone_of("zhang"), phone_of("third")

    meanwhile(lambda: merge(third, zhang), lambda: _within_app(browser, zhang))

    assert roles(third) == ["grid_worker"]


def _within_app(browser: Phone, holder: Phone) -> None:
    with browser.client.application.app_context():
        grant_to(holder, Grant(Role.GRID_WORKER, area_path=COMMUNITY))


def test_whoever_registers_while_their_account_is_merged_is_asked_to_do_it_again(phone_of, browser, street):
    zhang = phone_of("zhang")
    form = volunteer_form(street, name="张三", id_number=identity_number())

    late = meanwhile(lambda: merge(browser, zhang), lambda: zhang.post("/volunteers", form, key="registration-1"))

    assert refused(late) == (409, "identity_at_desk")
    assert phone_of("zhang").made("/volunteers", form)["number"]


def test_a_role_that_ends_during_a_merge_is_held_by_neither(phone_of, browser, street):
    card = {"name": "陈邻居", "id_number": identity_number()}
    neighbour, second = registered_volunteer(phone_of, street, "neighbour", **card), phone_of("second")
    with transaction():
        check_papers(UUID(browser.account_id), COMMUNITY)
    proxy_id = recorded_proxy(browser, street, card)["id"]
    assert "proxy" in roles(neighbour)

    late = meanwhile(
        lambda: merge(second, neighbour),
        lambda: browser.post(f"/proxies/{proxy_id}/ending", {"reason": "搬走"}).status_code,
    )

    assert late == 200
    assert "proxy" not in roles(second)


def test_two_merges_of_one_pair_the_other_way_round_make_one_account(phone_of):
    one, other = phone_of("one"), phone_of("other")

    late = meanwhile(lambda: merge(one, other), lambda: _merged_within_app(other, one))

    assert late == "not_found"
    assert {phone_of(user).account_id for user in ("one", "other")} == {one.account_id}


def test_what_is_merged_while_it_takes_another_over_hands_that_on(phone_of, street):
    one, other, third = registered_volunteer(phone_of, street, "one"), phone_of("other"), phone_of("third")

    late = meanwhile(lambda: merge(other, one), lambda: _merged_within_app(third, other))

    assert late == "merged"
    assert {phone_of(user).account_id for user in ("one", "other", "third")} == {third.account_id}
    assert (third.seen("/me")["person_id"], roles(third)) == (one.person_id, ["volunteer"])


def _merged_within_app(kept: Phone, dissolved: Phone) -> str:
    with kept.client.application.app_context():
        try:
            with transaction():
                merge(kept, dissolved)
        except Missing as refusal:
            return refusal.code
        return "merged"


def renewed(phone: Phone, token: str | None = None) -> TestResponse:
    return phone.client.post("/api/v1/auth/refresh", json={"refresh_token": token or phone.refresh_token})


def renewing(phone: Phone) -> Callable[[], None]:
    """The newest tokens of a phone, which is answered only once the transaction ends."""

    def renew() -> None:
        tokens = accounts.refresh(phone.refresh_token or "", now=clock.now())
        assert isinstance(tokens, Tokens)
        phone.access_token, phone.refresh_token = tokens.access_token, tokens.refresh_token

    return renew


def is_out(phone: Phone) -> bool:
    return refused(renewed(phone)) == (401, "token_invalid") == refused(phone.get("/me"))


def test_an_old_token_that_comes_beside_the_newest_one_ends_the_login(phone_of, pass_time):
    phone = phone_of("zhang")
    stolen = phone.refresh_token
    phone.refresh_token = renewed(phone).get_json()["refresh_token"]
    pass_time(seconds=61)

    late = meanwhile(renewing(phone), lambda: renewed(phone, stolen))

    assert refused(late) == (401, "token_invalid")
    assert is_out(phone)


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout-everywhere"])
def test_who_logs_out_while_the_phone_renews_its_tokens_is_out(phone_of, path):
    phone = phone_of("zhang")
    access_token = phone.access_token

    late = meanwhile(renewing(phone), lambda: Phone(phone.client, access_token, phone.account_id).post(path).status_code)

    assert late == 204
    assert is_out(phone)


def test_tokens_that_are_renewed_while_the_login_ends_are_not_given(phone_of):
    phone = phone_of("zhang")
    with transaction():
        actor = actor_of(phone)

    late = meanwhile(lambda: accounts.log_out_everywhere(actor, now=clock.now()), lambda: renewed(phone))

    assert refused(late) == (401, "token_invalid")


def test_another_browser_that_renews_its_tokens_while_the_password_changes_is_out(app, browser):
    other = app.test_client().post("/api/v1/auth/password", json={"name": NAME, "password": OLD}).get_json()
    phone = Phone(app.test_client(), other["access_token"], browser.account_id, refresh_token=other["refresh_token"])

    late = meanwhile(renewing(phone), lambda: browser.post("/me/password", {"old_password": OLD, "new_password": NEW}).status_code)

    assert late == 204
    assert is_out(phone)
    assert browser.get("/me").status_code == 200

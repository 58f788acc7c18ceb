"""Whoever has set up a second factor logs in by password and code; only who has the password can try codes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from backend.accounts import service as accounts
from backend.accounts.models import RecoveryCode, SecondFactor
from backend.accounts.service.second_codes import STEP_SECONDS
from backend.foundation.actor import Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from tests.accounts.conftest import NAME, PASSWORD
from tests.support.messages import kinds
from tests.support.phone import Phone, refused
from tests.support.second_factors import Authenticator, guarded

ELSEWHERE = "203.0.113.9"


@pytest.fixture
def officer(app, office_account, log_in) -> Phone:
    """The street's officer, logged in by password."""
    given = log_in().get_json()
    return Phone(app.test_client(), given["access_token"], office_account, refresh_token=given["refresh_token"])


@pytest.fixture
def factor(officer, pass_time) -> Authenticator:
    """The app with which they log in from now on; the code of the set-up is over."""
    shown, _ = guarded(officer)
    pass_time(minutes=2)
    return shown


@pytest.fixture
def second_step(app):
    def attempt(ticket, code, *, address="127.0.0.1"):
        body = {"ticket": ticket, "code": code}
        return app.test_client().post("/api/v1/auth/second-step", json=body, environ_base={"REMOTE_ADDR": address})

    return attempt


def wrong(factor: Authenticator) -> str:
    """Six digits that the app shows neither now nor in the half minutes beside."""
    shown = {factor.code(seconds=off * STEP_SECONDS) for off in range(-2, 3)}
    return next(code for code in ("000000", "000001", "000002", "000003", "000004", "000005") if code not in shown)


def ticket_of(answer) -> str:
    assert refused(answer) == (401, "second_factor_needed")
    return answer.get_json()["ticket"]


def test_after_the_password_the_code_is_asked_for(factor, log_in, second_step, officer):
    ticket = ticket_of(log_in())

    given = second_step(ticket, factor.code()).get_json()

    assert given["token_type"] == "Bearer"
    assert Phone(officer.client, given["access_token"], "").seen("/me")["account_id"] == officer.account_id


def test_password_and_code_together_log_in_at_once(factor, log_in):
    assert log_in(code=factor.code()).status_code == 200


def test_the_ticket_opens_nothing_but_the_second_step(factor, log_in, app):
    ticket = ticket_of(log_in())

    answer = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {ticket}"})
    assert refused(answer) == (401, "token_invalid")
    assert refused(app.test_client().post("/api/v1/auth/refresh", json={"refresh_token": ticket})) == (401, "token_invalid")


def test_a_ticket_is_over_after_five_minutes(factor, log_in, second_step, pass_time):
    ticket = ticket_of(log_in())
    pass_time(minutes=5, seconds=1)

    assert refused(second_step(ticket, factor.code())) == (401, "ticket_over")
    assert refused(second_step("AZLq3n", factor.code())) == (401, "ticket_over")


def test_a_ticket_is_over_when_the_password_is_another_one(officer, factor, log_in, second_step):
    ticket = ticket_of(log_in())
    officer.made("/me/password", {"old_password": PASSWORD, "new_password": "another-Horse-8-stands"})

    assert refused(second_step(ticket, factor.code())) == (401, "ticket_over")


def test_a_wrong_password_asks_for_no_code_and_a_right_code_does_not_help_it(factor, log_in):
    assert refused(log_in("Wrong-Horse-7")) == (401, "credentials_wrong")
    assert refused(log_in("Wrong-Horse-7", code=factor.code())) == (401, "credentials_wrong")


def test_a_code_is_good_once_and_so_is_none_before_it(factor, log_in):
    earlier, code = factor.code(seconds=-STEP_SECONDS), factor.code()
    assert log_in(code=code).status_code == 200

    assert refused(log_in(code=code)) == (422, "second_code_wrong")
    assert refused(log_in(code=earlier)) == (422, "second_code_wrong")
    assert log_in(code=factor.next_code()).status_code == 200


def test_of_two_who_bring_the_same_code_at_once_one_is_in(app, factor, log_in):
    code = factor.code()
    with ThreadPoolExecutor(4) as pool:
        answers = [answer.result().status_code for answer in [pool.submit(log_in, code=code) for _ in range(4)]]
    assert sorted(answers) == [200, 422, 422, 422]


def test_the_clock_of_a_phone_may_be_half_a_minute_wrong(factor, log_in):
    assert log_in(code=factor.code(seconds=-STEP_SECONDS)).status_code == 200
    assert log_in(code=factor.code(seconds=STEP_SECONDS)).status_code == 200
    assert refused(log_in(code=factor.code(seconds=3 * STEP_SECONDS))) == (422, "second_code_wrong")


def test_five_wrong_codes_lock_the_second_step_where_they_came_from(factor, log_in, second_step, officer):
    ticket = ticket_of(log_in(address=ELSEWHERE))
    for _ in range(5):
        assert refused(second_step(ticket, wrong(factor), address=ELSEWHERE)) == (422, "second_code_wrong")

    assert refused(second_step(ticket, factor.code(), address=ELSEWHERE)) == (429, "login_locked"), "be it right"
    assert log_in(code=factor.code()).status_code == 200, "its holder is somewhere else"
    failed = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "account.log_in", AuditEntry.succeeded.is_(False))
    assert db.session.scalar(failed) == 5
    assert kinds(officer).count("second_factor_guessed") == 1, "somebody has the password"


def test_a_code_is_not_guessed_from_many_places(factor, log_in, officer):
    log_in(code=factor.code())
    for number in range(7):
        for _ in range(3):
            log_in(code=wrong(factor), address=f"192.0.2.{number}")

    assert refused(log_in(code=factor.next_code(), address=ELSEWHERE)) == (429, "login_locked")
    assert log_in(code=factor.next_code()).status_code == 200, "they were in from there before"


def test_both_factors_pass_a_locked_name_and_less_tells_nothing(factor, log_in):
    for _ in range(5):
        log_in("Wrong-Horse-7", address=ELSEWHERE)

    told = [
        log_in(address=ELSEWHERE),
        log_in(address=ELSEWHERE, code=wrong(factor)),
        log_in("Wrong-Horse-7", address=ELSEWHERE, code=factor.code()),
        log_in("Wrong-Horse-7", "nobody", address=ELSEWHERE, code="123456"),
    ]
    assert [refused(answer) for answer in told[:3]] == [(429, "login_locked")] * 3
    assert refused(told[3]) == (401, "credentials_wrong")
    assert log_in(address=ELSEWHERE, code=factor.code()).status_code == 200
    assert log_in(address=ELSEWHERE, code=factor.next_code()).status_code == 200, "and the lock is lifted there"


def test_who_knows_only_the_name_uses_up_no_codes_of_its_holder(factor, log_in):
    for _ in range(12):
        log_in("Wrong-Horse-7", code="123456", address=ELSEWHERE)

    assert log_in(address=ELSEWHERE, code=factor.code()).status_code == 200


def test_codes_are_not_guessed_past_the_lock(factor, log_in):
    for _ in range(5):
        log_in("Wrong-Horse-7", address=ELSEWHERE)
    for _ in range(6):
        assert refused(log_in(address=ELSEWHERE, code=wrong(factor))) == (429, "login_locked")

    assert refused(log_in(address=ELSEWHERE, code=factor.code())) == (429, "login_locked")


def test_a_recovery_code_stands_in_once_and_its_holder_is_told(officer, log_in, app):
    _, codes = guarded(officer)

    given = log_in(code=codes[0].upper().replace("-", " "))

    assert given.status_code == 200
    assert refused(log_in(code=codes[0])) == (422, "second_code_wrong")
    phone = Phone(app.test_client(), given.get_json()["access_token"], "")
    (way,) = phone.seen("/me/logins")["items"]
    assert (way["recovery_codes_left"], way["second_factor_at"] is not None) == (9, True)
    assert kinds(phone)[0] == "recovery_code_used"


def test_what_is_kept_of_secret_and_codes_tells_neither(officer):
    shown, codes = guarded(officer)
    sealed = db.session.scalars(select(SecondFactor.secret_sealed)).one()
    digests = db.session.scalars(select(RecoveryCode.digest)).all()

    assert len(digests) == len(codes) == accounts.RECOVERY_CODES
    assert shown.secret.encode() not in sealed
    assert not any(code.encode() in digest for code in codes for digest in digests)


def test_setting_it_up_ends_what_is_logged_in_elsewhere_and_tells(officer, log_in, app):
    other = Phone(app.test_client(), log_in().get_json()["access_token"], "")
    guarded(officer)

    assert other.get("/me").status_code == 401
    assert kinds(officer)[0] == "second_factor_set"
    assert refused(officer.post("/me/second-factor")) == (409, "second_factor_is_set")
    assert refused(officer.post("/me/second-factor/confirmation", {"code": "123456"})) == (409, "second_factor_is_set")


def test_it_holds_once_a_first_code_confirms_it(officer, log_in, pass_time):
    assert refused(officer.post("/me/second-factor/confirmation", {"code": "123456"})) == (409, "second_factor_not_begun")
    shown = Authenticator(officer.made("/me/second-factor")["secret"])
    assert log_in().status_code == 200, "begun is not asked for"
    assert refused(officer.post("/me/second-factor/confirmation", {"code": wrong(shown)})) == (422, "second_code_wrong")
    pass_time(minutes=31)
    assert refused(officer.post("/me/second-factor/confirmation", {"code": shown.code()})) == (409, "second_factor_not_begun")


def test_what_was_begun_anew_makes_the_first_one_void(officer):
    first, second = (Authenticator(officer.made("/me/second-factor")["secret"]) for _ in range(2))

    assert refused(officer.post("/me/second-factor/confirmation", {"code": first.code()})) == (422, "second_code_wrong")
    assert officer.post("/me/second-factor/confirmation", {"code": second.code()}).status_code == 201


def test_who_is_in_by_wechat_sets_none_up(street):
    for path, body in (("", {}), ("/confirmation", {"code": "123456"}), ("/removal", {"password": PASSWORD, "code": "123456"})):
        assert refused(street.home.resident.post(f"/me/second-factor{path}", body)) == (409, "password_login_needed")


def test_it_is_removed_by_password_and_code(officer, factor, log_in):
    code = factor.code()
    assert refused(officer.post("/me/second-factor/removal", {"password": "Wrong-Horse-7", "code": code})) == (422, "old_password_wrong")
    assert refused(officer.post("/me/second-factor/removal", {"password": PASSWORD, "code": wrong(factor)})) == (422, "second_code_wrong")

    officer.made("/me/second-factor/removal", {"password": PASSWORD, "code": code})

    assert log_in().status_code == 200
    assert kinds(officer)[0] == "second_factor_removed"
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 0
    assert refused(officer.post("/me/second-factor/removal", {"password": PASSWORD, "code": code})) == (409, "second_factor_not_set")


def test_a_password_reset_from_above_ends_it(officer, factor, street, app):
    initial = street.district_officer.made("/password-resets", {"login_name": NAME})["initial_password"]

    answer = app.test_client().post("/api/v1/auth/password", json={"name": NAME, "password": initial})
    assert answer.status_code == 200
    assert db.session.scalar(select(func.count()).select_from(SecondFactor)) == 0


def test_the_operator_lifts_a_lost_one(ejia, officer, factor, log_in):
    lifted = ejia("lift-second-factor", NAME)

    assert lifted.exit_code == 0, lifted.output
    assert officer.get("/me").status_code == 401
    assert log_in().status_code == 200
    assert "没有设置两步验证" in ejia("lift-second-factor", NAME).output


def test_an_office_that_asks_for_one_opens_nothing_before_it_is_set_up(officer, required, app):
    required(Role.STREET_OFFICER)

    for path in ("/me", "/me/messages", "/role-grants", "/demands"):
        assert refused(officer.get(path)) == (403, "second_factor_unset"), path
    assert refused(officer.post("/office-logins", {})) == (403, "second_factor_unset")
    guarded(officer)
    assert officer.seen("/me")["roles"][0]["role"] == "street_officer"


def test_who_removes_it_is_asked_for_another_one_at_once(officer, factor, required):
    required(Role.STREET_OFFICER)
    officer.made("/me/second-factor/removal", {"password": PASSWORD, "code": factor.code()})

    assert refused(officer.get("/me")) == (403, "second_factor_unset")


def test_who_logged_in_by_code_or_by_wechat_is_asked_for_nothing_more(factor, log_in, required, app, street):
    required(*Role)
    given = log_in(code=factor.code()).get_json()

    assert Phone(app.test_client(), given["access_token"], "").get("/me").status_code == 200
    assert street.home.resident.get("/me").status_code == 200


def test_a_password_alone_brings_no_guarded_log_in_into_another_account(officer, factor, log_in, phone_of, street):
    """Somebody who knows the password alone brings the log-in into an account of theirs no more than they log in."""
    phone = phone_of("stranger")
    merging = {"name": NAME, "password": PASSWORD}

    assert refused(phone.post("/auth/merge/password", merging)) == (401, "second_factor_needed")
    assert "ticket" not in phone.post("/auth/merge/password", merging).get_json()
    assert refused(phone.post("/auth/merge/password", merging | {"code": wrong(factor)})) == (422, "second_code_wrong")
    assert ticket_of(log_in())

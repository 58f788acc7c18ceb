"""通行密钥 in a browser: a device makes a key, signs by it after the password, and only what it signed for this copy lets anybody in."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend.accounts import limits, tokens
from backend.accounts import service as accounts
from backend.accounts.limits import Passkeys
from backend.accounts.models import Passkey, PasskeyChallenge, RecoveryCode
from backend.accounts.service import LastSecondFactor, PasskeysOff, TooManyPasskeys
from backend.foundation import clock
from backend.foundation.actor import Actor, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.errors import Refusal
from ejia.app import create_app
from tasks import housekeeping
from tests.support.browser import PASSWORD, Browser, led_to, officer_named, text_of
from tests.support.locks import meanwhile
from tests.support.messages import kinds
from tests.support.passkeys import PRESENT, Device
from tests.support.phone import Phone, refused
from tests.support.second_factors import Authenticator

PAGE = "/console/passkeys"
STEP = "/console/login/passkey"
Page = Any
Json = dict[str, Any]


@pytest.fixture
def name(app: APIFlask, street) -> str:
    return officer_named(app)


@pytest.fixture
def browser(app: APIFlask, name) -> Browser:
    """In which the officer is logged in by password."""
    browser = Browser(app)
    browser.log_in(name)
    return browser


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def codes(browser, device) -> list[str]:
    """The recovery codes, after the officer's device made their first key."""
    return codes_on(add(browser, device))


@pytest.fixture
def asked(app: APIFlask, name, codes) -> Callable[[], tuple[Browser, Page]]:
    """Another browser after the right password, and the page of its second step."""

    def ask() -> tuple[Browser, Page]:
        browser = Browser(app)
        return browser, browser.log_in(name)

    return ask


def request_on(page: Page) -> Json:
    """What the page has the browser ask of the device."""
    request: Json = json.loads(unescape(re.search(r'data-request="([^"]+)"', page.text)[1]))
    return request


def codes_on(page: Page) -> list[str]:
    return re.findall(r"<li><code>([a-z0-9-]+)<", page.text)


def add(browser: Browser, device: Device, *, name: str = "办公室的电脑", **bent: str) -> Page:
    """By the pages, as their script does it."""
    begun = browser.submit(PAGE)
    assert begun.status_code == 200
    return browser.submit(f"{PAGE}/confirmation", name=name, credential=device.make(request_on(begun), **bent))


def step(browser: Browser, page: Page, credential: str, *, address: str = "127.0.0.1") -> Page:
    """Sends what a device signed, with the ticket of the page."""
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)[1]
    fields = {"ticket": ticket, "credential": credential}
    return browser.client.post(STEP, data=fields, headers=browser.headers, environ_base={"REMOTE_ADDR": address})


def own(browser: Browser) -> list[str]:
    """The pages of the keys that the account's page names."""
    return re.findall(rf'href="({PAGE}/[0-9a-f-]+)"', browser.get("/console/account").text)


def told(app: APIFlask, name: str, code: str) -> list[str]:
    """Of what kinds the messages of the officer are, who reads them on a phone."""
    body = {"name": name, "password": PASSWORD, "code": code}
    token = app.test_client().post("/api/v1/auth/password", json=body).get_json()["access_token"]
    return kinds(Phone(app.test_client(), token, ""))


def failures() -> list[str | None]:
    """Why log-ins failed, as the audit log has it."""
    wrong = select(AuditEntry.reason).where(AuditEntry.action == "account.log_in", AuditEntry.succeeded.is_(False))
    return list(db.session.scalars(wrong.order_by(AuditEntry.id)))


def caller(browser: Browser) -> Actor:
    """Who is logged in there."""
    return accounts.actor_of(browser.claims, now=clock.now())


def is_refused(browser: Browser, page: Page) -> bool:
    return page.status_code == 422 and browser.cookie is None


def test_a_device_makes_a_key_and_after_the_password_signs_by_it(app, browser, device, name):
    elsewhere = Browser(app)
    elsewhere.log_in(name)
    shown = add(browser, device)
    assert "两步验证已设置" in text_of(shown)
    codes = codes_on(shown)
    assert (len(codes), elsewhere.is_in(), browser.is_in()) == (10, False, True), "what was by less is out"
    other = Browser(app)

    page = other.log_in(name, then="/console/password")
    assert (page.status_code, other.cookie) == (200, None)
    answer = step(other, page, device.sign(request_on(page)))
    assert (led_to(answer), other.is_in()) == ("/console/", True)
    account = text_of(other.get("/console/account"))
    assert "办公室的电脑" in account
    assert "还没有用过" not in account
    assert "passkey_added" in told(app, name, codes[0])


def test_where_somebody_was_going_they_are_led_after_the_key(asked, device):
    browser, page = asked()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)[1]
    fields = {"ticket": ticket, "credential": device.sign(request_on(page))}
    assert led_to(browser.client.post(f"{STEP}?next=/console/password", data=fields, headers=browser.headers)) == "/console/password"


def test_a_second_key_draws_no_new_codes_and_one_device_is_asked_for_no_second_one(browser, device, codes):
    begun = request_on(browser.submit(PAGE))
    assert len(begun["excludeCredentials"]) == 1
    assert led_to(add(browser, Device(), name="安全密钥")) == "/console/account"
    assert len(own(browser)) == 2


@pytest.mark.parametrize(
    "bent",
    [{"origin": "https://ejia.example"}, {"origin": "http://localhost:81"}, {"rp_id": "ejia.example"}],
    ids=["origin", "port", "rp id"],
)
def test_a_key_that_was_made_for_another_place_is_none(browser, device, bent):
    page = add(browser, device, **bent)
    assert page.status_code == 422
    assert "没有收到设备创建的通行密钥" in text_of(page)
    assert (own(browser), db.session.scalar(select(func.count()).select_from(RecoveryCode))) == ([], 0)


@pytest.mark.parametrize("bent", [{"origin": "https://ejia.example"}, {"rp_id": "ejia.example"}])
def test_what_was_signed_for_another_place_lets_nobody_in(asked, device, bent):
    browser, page = asked()
    assert is_refused(browser, step(browser, page, device.sign(request_on(page), **bent)))
    assert failures() == ["passkey_wrong"]


def test_what_was_asked_is_answered_once(asked, device):
    browser, page = asked()
    signed = device.sign(request_on(page))
    assert led_to(step(browser, page, signed)) == "/console/"
    again = Browser(browser.client.application)
    assert is_refused(again, step(again, page, signed))


def test_of_four_who_bring_one_answer_at_once_one_is_in(app, asked, device):
    _, page = asked()
    signed = device.sign(request_on(page))
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(step, Browser(app), page, signed) for _ in range(4)]
    assert sorted(answer.result().status_code for answer in answers) == [303, 422, 422, 422]


def test_of_two_that_are_ended_at_once_one_stays_where_the_office_asks_for_one(app, browser, required, codes):
    add(browser, Device(), name="安全密钥")
    required(Role.COMMUNITY_OFFICER)
    first, second = (UUID(address.rpartition("/")[2]) for address in own(browser))
    actor, family_id = caller(browser), browser.claims.family_id
    with transaction():
        attempts = {key: accounts.begin_passkey_ending(actor, family_id, key, now=clock.now()) for key in (first, second)}

    def end(key: UUID, code: str) -> Refusal | None:
        return accounts.finish_passkey_ending(actor, family_id, key, attempts[key], right=True, code=code, now=clock.now())

    def end_the_other() -> None:
        with app.app_context(), pytest.raises(LastSecondFactor), transaction():
            end(second, codes[1])

    meanwhile(lambda: end(first, codes[0]), end_the_other)
    assert len(own(browser)) == 1


def test_what_was_answered_wrongly_is_used_up(asked, device):
    browser, page = asked()
    request = request_on(page)
    assert is_refused(browser, step(browser, page, device.sign(request, origin="https://ejia.example")))
    assert is_refused(browser, step(browser, page, device.sign(request)))
    assert led_to(step(browser, page, device.sign(request_on(step(browser, page, ""))))) == "/console/", "the page asks anew"


def test_a_key_is_made_once_of_what_was_asked(browser, device):
    request = request_on(browser.submit(PAGE))
    assert browser.submit(f"{PAGE}/confirmation", name="一", credential=device.make(request)).status_code == 200
    again = Device().make(request)
    assert browser.submit(f"{PAGE}/confirmation", name="二", credential=again).status_code == 422
    with transaction():
        outcome = accounts.add_passkey(caller(browser), browser.claims.family_id, "二", again, now=clock.now())
    assert outcome.code == "passkey_unmade"
    assert len(own(browser)) == 1


def test_five_minutes_are_the_end_of_it(browser, device, pass_time):
    request = request_on(browser.submit(PAGE))
    pass_time(minutes=5, seconds=1)
    assert browser.submit(f"{PAGE}/confirmation", name="一", credential=device.make(request)).status_code == 422


def test_after_five_minutes_the_password_is_asked_for_again(asked, device, pass_time):
    browser, page = asked()
    pass_time(minutes=5, seconds=1)
    answer = step(browser, page, device.sign(request_on(page)))
    assert (answer.status_code, 'name="password"' in answer.text) == (401, True)


def test_what_one_browser_was_asked_is_no_answer_of_another_one(asked, device):
    """Somebody who has the password brings what its holder's device signed for the holder's own page."""
    (_, theirs), (thief, page) = asked(), asked()
    assert is_refused(thief, step(thief, page, device.sign(request_on(theirs))))


def test_what_a_log_in_was_asked_is_answered_by_none_beside_it(app, browser, device, name):
    request = request_on(browser.submit(PAGE))
    other = Browser(app)
    other.log_in(name)
    assert other.submit(f"{PAGE}/confirmation", name="一", credential=device.make(request)).status_code == 422


def test_two_tabs_stand_beside_each_other(app, browser, device, name, asked):
    first, second = (request_on(browser.submit(PAGE)) for _ in range(2))
    for request in (first, second):
        assert led_to(browser.submit(f"{PAGE}/confirmation", name="又一个", credential=Device().make(request))) == "/console/account"
    other, page = asked()
    beside = other.log_in(name)
    assert led_to(step(other, page, device.sign(request_on(page)))) == "/console/"
    assert led_to(step(other, beside, device.sign(request_on(beside)))) == "/console/"


def test_the_key_of_somebody_else_lets_nobody_in(app, asked):
    colleague, theirs = officer_named(app), Device()
    there = Browser(app)
    there.log_in(colleague)
    add(there, theirs)
    browser, page = asked()
    assert is_refused(browser, step(browser, page, theirs.sign(request_on(page), key=theirs.keys[0])))


def test_a_key_of_an_id_that_somebody_has_is_none(app, browser, device, codes):
    there = Browser(app)
    there.log_in(officer_named(app))
    request = request_on(there.submit(PAGE))
    assert there.submit(f"{PAGE}/confirmation", name="一", credential=Device().make(request, key_id=device.keys[0].id)).status_code == 422


def test_a_device_that_counts_back_is_refused_and_its_owner_told(app, asked, device, name, codes):
    browser, page = asked()
    device.keys[0].signed = 7
    assert led_to(step(browser, page, device.sign(request_on(page)))) == "/console/"
    copy, page = asked()
    device.keys[0].signed = 3

    answer = step(copy, page, device.sign(request_on(page)))

    assert is_refused(copy, answer)
    assert "可能被复制" in text_of(answer)
    assert failures() == ["passkey_counted_back"]
    assert "passkey_copied" in told(app, name, codes[0])


def test_a_device_that_does_not_count_is_believed(app, browser, name):
    device = Device(counts=False)
    add(browser, device)
    for _ in range(2):
        other = Browser(app)
        page = other.log_in(name)
        assert led_to(step(other, page, device.sign(request_on(page)))) == "/console/"


def test_whether_the_device_asks_its_holder_is_a_setting(app, browser, name, device, codes):
    before = limits.current()
    limits.use(before.model_copy(update={"passkeys": Passkeys(verify_user=True)}))
    try:
        device.flags = PRESENT
        other = Browser(app)
        page = other.log_in(name)
        assert request_on(page)["userVerification"] == "required"
        assert is_refused(other, step(other, page, device.sign(request_on(page))))
        assert add(browser, Device(flags=PRESENT)).status_code == 422
    finally:
        limits.use(before)
    page = other.log_in(name)
    assert led_to(step(other, page, device.sign(request_on(page)))) == "/console/"


def test_nobody_in_front_of_the_device_is_no_second_factor(asked, device):
    browser, page = asked()
    device.flags = 0
    assert is_refused(browser, step(browser, page, device.sign(request_on(page))))


def test_five_wrong_ones_lock_the_second_step_where_they_came_from(app, asked, device, name, codes):
    (browser, page), elsewhere = asked(), "203.0.113.9"
    for _ in range(5):
        assert is_refused(browser, step(browser, page, "{}", address=elsewhere))

    locked = step(browser, page, device.sign(request_on(page)), address=elsewhere)
    assert (locked.status_code, browser.cookie) == (429, None), "be it right"
    page = browser.log_in(name)
    assert led_to(step(browser, page, device.sign(request_on(page)))) == "/console/", "its holder is somewhere else"
    assert "second_factor_guessed" in told(app, name, codes[0])


def test_a_recovery_code_stands_in_once(app, asked, codes):
    browser, page = asked()
    assert "备用码" in text_of(page)
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)[1]
    send = {"ticket": ticket, "code": codes[3]}
    assert led_to(browser.client.post("/console/login/second-step", data=send, headers=browser.headers)) == "/console/"
    again = browser.client.post("/console/login/second-step", data=send, headers=browser.headers)
    assert again.status_code == 422


def test_the_password_alone_opens_the_phone_no_more_than_the_browser(app, name, codes):
    body = {"name": name, "password": PASSWORD}
    assert refused(app.test_client().post("/api/v1/auth/password", json=body)) == (401, "second_factor_needed")
    assert app.test_client().post("/api/v1/auth/password", json=body | {"code": codes[0]}).status_code == 200


def test_an_app_beside_the_key_asks_for_either(app, browser, device, name, codes):
    shown = Authenticator(re.search(r"密钥</dt><dd><code>([A-Z2-7]+)<", browser.submit("/console/second-factor").text)[1])
    fresh = codes_on(browser.submit("/console/second-factor/confirmation", code=shown.code()))
    other = Browser(app)
    page = other.log_in(name)
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)[1]

    def by_code(code: str) -> int:
        data = {"ticket": ticket, "code": code}
        return other.client.post("/console/login/second-step", data=data, headers=other.headers).status_code

    assert by_code(codes[0]) == 422, "drawn anew with the app"
    assert by_code(shown.next_code()) == 303
    page = other.log_in(name)
    assert led_to(step(other, page, device.sign(request_on(page)))) == "/console/"
    removed = other.submit("/console/second-factor/removal", password=PASSWORD, code=fresh[0])
    assert led_to(removed) == "/console/second-factor"
    assert other.log_in(name).status_code == 200, "the key is still asked for"
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 10


def test_a_key_is_called_otherwise_by_its_owner_only(app, browser, codes):
    (address,) = own(browser)
    assert led_to(browser.submit(f"{address}/name", name="家里的电脑")) == "/console/account"
    assert "家里的电脑" in text_of(browser.get("/console/account"))
    assert "家里的电脑" in text_of(browser.submit(f"{address}/name", name=""))
    there = Browser(app)
    there.log_in(officer_named(app))
    assert there.get(address).status_code == 404
    assert there.submit(f"{address}/name", name="我的").status_code == 404
    assert there.submit(f"{address}/ending", password=PASSWORD, code=codes[0]).status_code == 404
    assert len(own(browser)) == 1


def test_a_key_ends_by_password_and_code_and_lets_nobody_in(app, browser, device, name, codes, asked):
    waiting, page = asked()
    (address,) = own(browser)
    assert "原密码不正确" in text_of(browser.submit(f"{address}/ending", password="Wrong-Horse-7", code=codes[0]))
    assert "不正确" in text_of(browser.submit(f"{address}/ending", password=PASSWORD, code="000000"))
    assert led_to(browser.submit(f"{address}/ending", password=PASSWORD, code=codes[0])) == "/console/account"

    assert step(waiting, page, device.sign(request_on(page))).status_code == 401, "nothing is asked for any more"
    assert led_to(Browser(app).log_in(name)) == "/console/"
    assert (own(browser), browser.get(address).status_code) == ([], 404)
    key = db.session.scalars(select(Passkey)).one()
    assert (key.end_reason, key.ended_at is not None) == ("ended_by_holder", True), "what was is not deleted"
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 0


def test_a_key_that_ended_is_refused_beside_another_one(app, browser, device, name, codes):
    other = Device()
    add(browser, other, name="安全密钥")
    assert led_to(browser.submit(f"{own(browser)[0]}/ending", password=PASSWORD, code=codes[0])) == "/console/account"
    there = Browser(app)
    page = there.log_in(name)
    assert is_refused(there, step(there, page, device.sign(request_on(page), key=device.keys[0])))
    assert failures() == ["passkey_wrong"]
    page = there.log_in(name)
    assert led_to(step(there, page, other.sign(request_on(page)))) == "/console/"
    assert "passkey_ended" in told(app, name, codes[1])


def test_the_last_one_stays_where_the_office_asks_for_one(browser, required, codes):
    required(Role.COMMUNITY_OFFICER)
    (address,) = own(browser)
    with pytest.raises(LastSecondFactor), transaction():
        accounts.begin_passkey_ending(caller(browser), browser.claims.family_id, UUID(address.rpartition("/")[2]), now=clock.now())
    kept = browser.submit(f"{address}/ending", password=PASSWORD, code=codes[0])
    assert kept.status_code == 409
    assert "请先添加另一个" in text_of(kept)
    add(browser, Device(), name="安全密钥")
    assert led_to(browser.submit(f"{address}/ending", password=PASSWORD, code=codes[0])) == "/console/account"
    assert (len(own(browser)), browser.is_in()) == (1, True)


def test_whose_office_asks_for_one_sets_up_a_key(browser, device, required):
    required(Role.COMMUNITY_OFFICER)
    assert led_to(browser.get("/console/")) == "/console/second-factor"
    assert "添加通行密钥" in text_of(browser.get("/console/second-factor"))
    add(browser, device)
    assert browser.is_in()


def test_a_password_reset_from_above_ends_the_keys(app, street, name, codes):
    street.officer.made("/password-resets", {"login_name": name})
    assert db.session.scalar(select(Passkey.end_reason)) == "password_reset"


def test_the_operator_lifts_lost_ones(app, ejia, browser, name, codes):
    lifted = ejia("lift-second-factor", name)
    assert lifted.exit_code == 0, lifted.output
    assert not browser.is_in()
    assert led_to(Browser(app).log_in(name)) == "/console/"


def test_who_is_in_by_wechat_has_none_to_add(app, phone_of):
    browser = Browser(app)
    browser.client.get("/console/login/scan")
    shown = tokens.maker().read_scan_cookie(browser.client.get_cookie("ejia-scan").value)
    digits = phone_of("zhang").made(f"/console-logins/{tokens.maker().scan_code(shown)}/approval")["check_code"]
    browser.client.post("/console/login/scan", data={"check_code": digits}, headers=browser.headers)

    assert "通行密钥" not in text_of(browser.get("/console/account"))
    assert "请先用用户名和密码登录" in text_of(browser.submit(PAGE))


def test_ten_keys_are_the_most(browser, codes):
    for number in range(9):
        add(browser, Device(), name=f"钥匙{number}")
    assert "最多添加10个" in text_of(browser.submit(PAGE))
    with pytest.raises(TooManyPasskeys), transaction():
        accounts.begin_passkey(caller(browser), browser.claims.family_id, now=clock.now())
    assert len(own(browser)) == 10


def test_of_two_that_are_made_at_once_the_eleventh_is_none(browser, codes):
    requests = [request_on(browser.submit(PAGE)) for _ in range(10)]
    answers = [browser.submit(f"{PAGE}/confirmation", name="一", credential=Device().make(request)) for request in requests]
    assert [answer.status_code for answer in answers] == [303] * 9 + [409]


def test_a_copy_without_an_address_takes_none(settings, street, name):
    copy = create_app(settings.model_copy(update={"console_address": None}))
    try:
        browser = Browser(copy)
        browser.log_in(name)
        page = browser.submit(PAGE)
        assert page.status_code == 409
        assert "没有配置网址" in text_of(page)
        with pytest.raises(PasskeysOff), copy.app_context(), transaction():
            accounts.begin_passkey(caller(browser), browser.claims.family_id, now=clock.now())
    finally:
        create_app(settings)
        with copy.app_context():
            db.engine.dispose()


def test_on_a_page_elsewhere_it_is_said_where_keys_are_taken(browser, device):
    browser.client.set_cookie("ejia", browser.cookie, domain="127.0.0.1")
    fields = {"csrf_token": tokens.maker().form_token(browser.claims)}
    from_there = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"}
    begun = browser.client.post(PAGE, data=fields, headers=from_there, base_url="http://127.0.0.1:8000")
    assert begun.status_code == 200
    assert "通行密钥只能在 http://localhost 使用" in text_of(begun)
    assert "data-request" not in begun.text


def test_what_nobody_answered_is_forgotten_after_a_day(asked, pass_time, app):
    asked()
    pass_time(days=1, minutes=1)
    housekeeping.forget_old_log_ins()
    assert db.session.scalar(select(func.count()).select_from(PasskeyChallenge)) == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.one_of(
        st.text(max_size=60),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "rawId", "type", "response"]), inner),
            max_leaves=8,
        ).map(json.dumps),
        st.dictionaries(
            st.sampled_from(["clientDataJSON", "attestationObject", "authenticatorData", "signature", "transports"]),
            st.text("ABab01-_{}[]", max_size=80),
        ).map(lambda response: json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": response})),
    )
)
def test_nothing_that_is_sent_as_a_key_ends_in_an_error(browser, sent):
    assert browser.submit(f"{PAGE}/confirmation", name="一", credential=sent).status_code == 422

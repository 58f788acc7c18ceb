"""What the three administrators do in the console, each their own part: locked log-ins, long work, the audit log."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from backend.foundation import audit, clock, deliveries, jobs
from backend.foundation.actor import Actor, Role
from backend.foundation.database import transaction
from backend.foundation.deliveries import Wanted
from tests.console.test_demands import browser_of
from tests.console.test_teams import sent
from tests.support.attendance import counted_statements
from tests.support.browser import Browser, led_to, officer_named, text_of
from tests.support.deliveries import failed_delivery
from tests.support.people import registered_volunteer

STREET = "639999001"
PLACES = {Role.SECURITY_ADMIN: "/console/lockouts", Role.SYSTEM_ADMIN: "/console/jobs", Role.AUDIT_ADMIN: "/console/audit"}


@pytest.fixture
def of_role(app, street):
    """A browser of an administrator of the street."""
    return lambda role: browser_of(app, STREET, role=role)


def sent_by(browser: Browser, page: str) -> int:
    with counted_statements() as statements:
        assert browser.get(page).status_code == 200
    return len(statements)


def form_of(page, end: str) -> str:
    """Where the one form of a page leads whose address ends so."""
    (address,) = re.findall(rf'action="([^"]*/{end})"', page.text)
    return address


def test_a_locked_name_is_let_try_again_by_who_sees_it_and_each_of_the_three_has_a_place_of_their_own(app, of_role):
    name = officer_named(app)
    for _ in range(5):
        Browser(app).log_in(name, "Wrong-Horse-7")
    assert Browser(app).log_in(name).status_code == 429

    browsers = {role: of_role(role) for role in PLACES}
    for role, browser in browsers.items():
        today = browser.get("/console/").text
        assert [f'href="{address}"' in today for address in PLACES.values()] == [one is role for one in PLACES]
    security = browsers[Role.SECURITY_ADMIN]
    page = security.get("/console/lockouts")
    assert all(said in text_of(page) for said in (name, "5次", "解除锁定"))
    release = form_of(page, "release")
    assert (sent(browsers[Role.AUDIT_ADMIN], release).status_code, Browser(app).log_in(name).status_code) == (404, 429)
    assert led_to(sent(security, release)) == "/console/lockouts"
    assert "现在没有被锁定的用户名" in text_of(security.get("/console/lockouts"))
    assert Browser(app).log_in(name).status_code == 303
    again = sent(security, release)
    assert (again.status_code, "该登录名未被锁定" in text_of(again)) == (409, True)


def test_long_work_is_watched_by_who_looks_after_it_and_called_off_by_who_asked(app, street, of_role):
    officer, system = browser_of(app), of_role(Role.SYSTEM_ADMIN)
    form = {"year": str(clock.shanghai_day(clock.now()).year), "area_id": street["和平社区"]}
    assert led_to(sent(officer, "/console/exports", **form)) == "/console/exports"
    own, overseen = officer.get("/console/jobs"), text_of(system.get("/console/jobs?state=queued"))
    assert all(said in text_of(own) for said in ("年终统计表", "本人", "排队"))
    assert ("其他工作人员" in overseen, 'cancellation"' in system.get("/console/jobs").text) == (True, False)
    assert "没有符合条件的任务" in text_of(system.get("/console/jobs?state=failed"))
    few = sent_by(system, "/console/jobs")

    cancel = form_of(own, "cancellation")
    assert sent(system, cancel).status_code == 403
    assert led_to(sent(officer, cancel)) == "/console/jobs"
    assert (sent(officer, cancel).status_code, "已取消" in text_of(officer.get("/console/jobs"))) == (409, True)

    sent(officer, "/console/exports", **form)
    with transaction():
        task = jobs.take_next(now=clock.now())
        assert task is not None
        jobs.fail(task, "internal", "没有做成，请重新提出", now=clock.now())
    failed = "/console/jobs?state=failed&for_me=true"
    assert f'href="{failed}"'.replace("&", "&amp;") in officer.get("/console/").text
    assert "没有做成，请重新提出" in text_of(officer.get(failed))
    assert sent_by(system, "/console/jobs") == few


def test_what_failed_of_what_follows_is_counted_explained_and_tried_again_by_who_looks_after_it(app, street, of_role, administrator):
    system, others = of_role(Role.SYSTEM_ADMIN), (of_role(Role.AUDIT_ADMIN), browser_of(app))
    assert "现在没有失败的投递" in text_of(system.get("/console/deliveries"))
    failing = [failed_delivery(), failed_delivery("statistics")]
    slow = failed_delivery("messages", attempts=2)
    waits = '"/console/deliveries?for_me=true"'
    assert [waits in browser.get("/console/").text for browser in (system, *others)] == [True, False, False]
    assert "2失败的投递" in text_of(system.get("/console/")).replace(" ", "")
    page, narrowed = system.get("/console/deliveries"), system.get("/console/deliveries?for_me=true&consumer=points").text
    assert all(said in text_of(page) for said in ("积分", "服务记录", "与数据库里已有的数据冲突", "失败5次", "推迟", "失败2次"))
    assert [str(event_id) in narrowed for event_id in (*failing, slow)] == [True, False, False]
    few = sent_by(system, "/console/deliveries")

    def due() -> list[str]:
        with transaction():
            return [
                line.consumer
                for line in deliveries.waiting(Wanted(has_failed=True), limit=50, now=clock.now())
                if line.due_at <= clock.now()
            ]

    retry = "/console/deliveries/retry"
    assert (page.text.count(f'action="{retry}"'), "没有符合条件的投递" in text_of(system.get("/console/deliveries?consumer=nobody"))) == (
        4,
        True,
    )
    assert [sent(browser, retry, event_id=str(failing[0])).status_code for browser in others] == [403, 403]
    assert (sent(system, retry, event_id=str(uuid4())).status_code, due()) == (404, [])
    assert (led_to(sent(system, retry, event_id=str(failing[0]))), due()) == ("/console/deliveries", ["points"])
    phone = administrator(Role.SYSTEM_ADMIN, STREET)
    assert (phone.made("/failed-deliveries/retry", {"consumer": "statistics"})["number"], due()) == (1, ["points", "statistics"])
    assert phone.made("/failed-deliveries/retry", {}) == {"number": 1}
    assert phone.made("/failed-deliveries/retry", {}) == {"number": 0}
    asked = administrator(Role.AUDIT_ADMIN, STREET).seen("/audit-entries", action="delivery.retry", succeeded="true")["items"]
    told = [{"consumer": None, "number": 0}, {"consumer": None, "number": 1}, {"consumer": "statistics", "number": 1}]
    assert [entry["details"] for entry in asked[:3]] == told
    for _ in range(30):
        failed_delivery()
    assert sent_by(system, "/console/deliveries") == few


def test_the_log_says_in_words_who_did_what_and_holds_nobodys_data(street, phone_of, officer, of_role):
    auditor = of_role(Role.AUDIT_ADMIN)
    volunteer = registered_volunteer(phone_of, street, name="王志愿")
    form = {"role": "grid_worker", "area_id": street["和平社区"], "volunteer_number": volunteer.volunteer_number, "name": "王志愿"}
    officer.made("/role-grants", form)
    today = clock.shanghai_day(clock.now())
    of_volunteer = f"/console/audit?action=role.grant&subject_id={volunteer.account_id}"
    told = auditor.get(of_volunteer)
    by = f"账号{UUID(officer.account_id).hex[-8:]}"
    assert all(part in text_of(told) for part in ("授予角色", by, "角色：网格员", "任职编号：", "范围：区域代码639999001001"))
    assert 'data-label="结果">办成<' in told.text
    assert "王志愿" not in told.text
    assert by in text_of(auditor.get(f"{of_volunteer}&since={today - timedelta(days=1)}"))
    assert "没有符合条件的记录" in text_of(auditor.get(f"{of_volunteer}&until={today - timedelta(days=1)}"))

    assert officer.get("/audit-entries").status_code == 403
    denied = auditor.get(f"/console/audit?succeeded=false&account_id={officer.account_id}")
    assert ("没有符合条件" in text_of(denied), 'data-label="结果">办成<' in denied.text) == (False, False)
    wrong = auditor.get("/console/audit?account_id=nobody&succeeded=false")
    assert (wrong.status_code, 'value="nobody"' in wrong.text) == (422, True)

    few = sent_by(auditor, "/console/audit")
    with transaction():
        for _ in range(30):
            audit.record(Actor.system(), "role.grant", uuid4(), now=clock.now(), role="grid_worker")
    assert sent_by(auditor, "/console/audit") == few <= 12

"""The year's figures in the console: the board of one's own areas with the year before beside it, each figure with what it means, and
every number down to the rows that it counts."""

import re
from html import unescape
from random import Random
from uuid import uuid4

import pytest

from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import transaction
from backend.statistics import service
from console.charts import share_of, trend
from tasks import jobs as job_task
from tests.console.test_demands import browser_of
from tests.statistics.histories import YEAR, History
from tests.support.attendance import Visit, counted_statements
from tests.support.browser import Browser, led_to, text_of
from tests.support.organisations import verified_organisation
from tests.support.people import accepted_member, registered_volunteer

STREET = "639999001"
EXPORTS = "/console/exports"
REFRESHED = '<meta http-equiv="refresh"'
BOARD = f"/console/figures?year={YEAR}"


def go_through(steps: int) -> None:
    """A year in both communities, and some of the year before."""
    with transaction():
        story = History(Random(7))
        for _ in range(steps):
            story.go_on()
        service.rebuild()


@pytest.fixture
def in_street(app, street) -> Browser:
    return browser_of(app, STREET, role=Role.STREET_OFFICER)


def lines_of(page: str) -> list[list[str]]:
    """The text of each cell of the lines of its tables."""
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in re.findall(r"<tr.*?</tr>", page, re.DOTALL))
    return [[" ".join(unescape(re.sub(r"<[^>]*>", " ", cell)).split()) for cell in line] for line in cells]


def written(value: float) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def numbers_in(page: str) -> dict[str, str]:
    """Where its numbers lead, and what they are."""
    return {unescape(where): number for where, number in re.findall(r'<a href="([^"]*/rows\?[^"]*)">([^<]*)</a>', page)}


def test_today_ends_with_the_month_of_the_widest_area_and_opens_its_rows(app, street, pass_time):
    visit = Visit(street)
    street.home.officer.made(f"/services/{visit.served(pass_time)}/confirmation")
    with transaction():
        service.rebuild()
    today = clock.shanghai_day(clock.now())
    browser = browser_of(app)
    page = browser.get("/console/")
    assert f"和平社区{today.month}月" in text_of(page)
    (services,) = [where for where in numbers_in(page.text) if "/services/rows?" in where]
    assert (f"month={today.month}" in services, f"year={today.year}" in services, numbers_in(page.text)[services]) == (True, True, "1")
    assert "以下各行合计就是这个数" in text_of(browser.get(services))
    assert "志愿服务时长" not in text_of(browser_of(app, STREET, role=Role.AUDIT_ADMIN).get("/console/"))


def test_the_board_and_the_pages_of_figures_say_what_the_api_says(in_street, street):
    go_through(300)
    table, last = street.officer.seen(f"/figures/{YEAR}"), street.officer.seen(f"/figures/{YEAR - 1}")
    assert 'href="/console/figures"' in in_street.get("/console/").text
    board = in_street.get(BOARD)
    assert all(said in text_of(board) for said in ("青山街道2023年年度统计", "数据截至2026年3月5日 12:00", "和平社区", "2022年"))
    whole, months, areas = (lines_of(in_street.get(BOARD.replace("?", side)).text) for side in ("?", "/months?", "/areas?"))
    parts = lines_of(in_street.get(BOARD.replace("?", "/parts?")).text)
    assert sum(figure["value"] > 0 for figure in table["figures"]) > 25
    for figure, before in zip(table["figures"], last["figures"], strict=True):
        name, value = f"{figure['name']} {figure['unit']}", written(figure["value"])
        more = figure["value"] - before["value"]
        sign = "+" if more > 0 else "−" if more < 0 else ""
        assert [name, value, written(before["value"]), sign + written(round(abs(more), 1)), ""] in whole
        assert [name, *map(written, figure["months"]), value] in months
        assert [name, *(written(one["value"]) for one in figure["communities"]), value] in areas
        for part in figure["parts"]:
            assert any(line[:2] == [part["name"], written(part["value"])] for line in parts), (name, part)
        if figure["code"] not in ("services", "teams", "service_hours", "registered_volunteers"):
            continue
        page = in_street.get(f"/console/figures/indicators/{figure['code']}?year={YEAR}").text
        assert figure["definition"] in unescape(page)
        split = [line[:3] for line in lines_of(page)]
        for month, (now, then) in enumerate(zip(figure["months"], before["months"], strict=True), start=1):
            assert [f"{month}月", written(now), written(then)] in split, name
        for now, then in zip(figure["communities"], before["communities"], strict=True):
            [community] = [one["name"] for one in table["communities"] if one["id"] == now["area_id"]]
            assert [community, written(now["value"]), written(then["value"])] in split, name


def test_the_bars_of_a_trend_stand_on_0_within_their_frame():
    assert [(bar.y, bar.height) for bar in trend([0, 6, 12, None])] == [(23.0, 1.0), (12.0, 12.0), (0.0, 24.0)]
    assert [(bar.y, bar.height) for bar in trend([0, 0])] == [(23.0, 1.0)] * 2
    assert [(bar.y, bar.height) for bar in trend([-6, 6])] == [(12.0, 12.0), (0.0, 12.0)]
    assert (share_of(-3, [6, None, -12]), share_of(0, [0])) == (25.0, 0.0)


def test_every_number_of_a_figure_opens_to_rows_that_add_up_to_it(in_street, street):
    go_through(100)
    for code in ("service_hours", "registered_volunteers"):
        numbers = numbers_in(in_street.get(f"/console/figures/indicators/{code}?year={YEAR}").text)
        assert len(numbers) > 3, code
        for where, number in numbers.items():
            total, page = 0.0, in_street.get(f"{where}&limit=2").text
            assert f"<b>{number}</b>" in page, where
            while page:
                unit = next(place for place, head in enumerate(lines_of(page)[0]) if head in ("小时", "个", "人"))
                total += sum(float(line[unit]) for line in lines_of(page)[1:])
                more = re.search(r'rel="next" href="([^"]*)"', page)
                page = in_street.get(unescape(more[1])).text if more else ""
            assert round(total, 1) == float(number), where


def test_a_row_leads_to_what_it_counts(app, officer, street, phone_of, administrator, pass_time):
    began = clock.shanghai_day(clock.now())
    verified_organisation(registered_volunteer(phone_of, street), officer, street, origin="introduced")
    accepted_member(phone_of, street, administrator)
    visit = Visit(street)
    officer.made(f"/services/{visit.served(pass_time)}/confirmation")
    officer.made(f"/demands/{visit.demand['id']}/completion")
    with transaction():
        service.rebuild()
    browser, years = browser_of(app), {began.year, clock.shanghai_day(clock.now()).year}  # two, about the new year

    def rows_of(code: str) -> str:
        return "".join(browser.get(f"/console/figures/indicators/{code}/rows?year={year}").text for year in years)

    for code, thing in (
        ("services", "services"),
        ("demands_completed", "demands"),
        ("teams", "teams"),
        ("active_volunteers", "people"),
        *(("organisations_introduced", "organisations"), ("registered_party_members", "people")),
    ):
        [where] = set(re.findall(rf'"(/console/{thing}/[^"]*)"', rows_of(code)))
        assert browser.get(where).status_code == 200, where
    assert re.search(r'data-label="人员"><a href="[^"]*">[^<]\*', rows_of("active_volunteers")), "a name under its mask"


def test_what_cannot_be_seen_or_counted_is_refused_with_a_word(app, in_street, phone_of, street):
    here = browser_of(app)
    other, next_year = f"area_id={street['团结社区']}", clock.shanghai_day(clock.now()).year + 2
    assert 'name="area_id"' not in here.get(BOARD).text, "there is one to choose from"
    for page in ("", "/months", "/indicators/teams", "/indicators/teams/rows"):
        assert here.get(f"/console/figures{page}?{other}").status_code == 404
        assert in_street.get(f"/console/figures{page}?{other}").status_code == 200
        for year, said in ((next_year, "该年度尚未开始"), ("x", "年度：")):
            refused = here.get(f"/console/figures{page}?year={year}")
            assert (refused.status_code, said in text_of(refused), "数据截至" in refused.text) == (422, True, False)
    assert "2005年和2004年都没有统计数字" in text_of(here.get("/console/figures?year=2005"))
    assert here.get("/console/figures/indicators/nothing").status_code == 404
    assert here.get("/console/figures/indicators/points/rows?part=door_knock").status_code == 404
    assert here.get("/console/figures/indicators/teams/rows?cursor=garbage").status_code == 400
    audit = browser_of(app, role=Role.AUDIT_ADMIN)
    assert audit.get("/console/figures").status_code == 403
    assert audit.get(f"/console/figures?year={next_year}").status_code == 403
    assert "年度统计" not in audit.get("/console/").text


def test_the_workbook_is_asked_for_made_and_fetched_by_who_asked(app, in_street, street):
    asked_for = {"year": str(YEAR), "area_id": street["和平社区"], "submission_key": str(uuid4())}
    assert "还没有导出过年终统计表" in text_of(in_street.get(EXPORTS))
    assert f'value="{YEAR}" selected' in in_street.get(f"{EXPORTS}?year={YEAR}").text
    for wrong, said in (({"year": "2199"}, "该年度尚未开始"), ({"year": "x"}, "年度："), ({"area_id": ""}, "区域：")):
        refused = in_street.submit(EXPORTS, **asked_for | wrong)
        assert (refused.status_code, said in text_of(refused)) == (422, True), wrong

    assert [led_to(in_street.submit(EXPORTS, **asked_for)) for _ in range(2)] == [EXPORTS] * 2, "sent twice, made once"

    waiting = in_street.get(EXPORTS)
    [job_id] = re.findall(r'id="job-([^"]*)"', waiting.text)
    assert all(said in text_of(waiting) for said in (f"和平社区{YEAR}年", "本人", "排队", "取消"))
    assert (REFRESHED in waiting.text, ">下载<" in waiting.text) == (True, False)
    early = in_street.get(f"{EXPORTS}/{job_id}/file")
    assert (early.status_code, "文件尚未生成" in text_of(early)) == (409, True)

    job_task.run()

    made = in_street.get(EXPORTS)
    assert (REFRESHED in made.text, f'href="{EXPORTS}/{job_id}/file"' in made.text, "完成" in text_of(made)) == (False, True, True)
    file = in_street.get(f"{EXPORTS}/{job_id}/file")
    assert (file.status_code, file.get_data()[:2], file.headers["Cache-Control"]) == (200, b"PK", "no-store")
    late = in_street.submit(f"{EXPORTS}/{job_id}/cancellation", submission_key=str(uuid4()))
    assert (late.status_code, "任务已经结束" in text_of(late)) == (409, True)
    colleague, overseer = browser_of(app, STREET, role=Role.STREET_OFFICER), browser_of(app, STREET, role=Role.SYSTEM_ADMIN)
    assert (job_id in colleague.get(EXPORTS).text, colleague.get(f"{EXPORTS}/{job_id}/file").status_code) == (False, 404)
    seen = overseer.get(EXPORTS)
    assert (job_id in seen.text, "账号officer-" in text_of(seen)) == (True, True)
    assert (">下载<" in seen.text, "<select" in seen.text) == (False, False)
    assert overseer.get(f"{EXPORTS}/{job_id}/file").status_code == 403

    in_street.submit(EXPORTS, **asked_for | {"submission_key": str(uuid4())})
    [newest, _] = re.findall(r'id="job-([^"]*)"', in_street.get(EXPORTS).text)
    assert led_to(in_street.submit(f"{EXPORTS}/{newest}/cancellation", submission_key=str(uuid4()))) == EXPORTS
    assert "已取消" in text_of(in_street.get(EXPORTS))


def test_the_pages_send_as_many_statements_for_many_as_for_one(in_street, street):
    most = {"": 9, "/areas": 9, "/indicators/services": 14, "/indicators/services/rows": 14}

    def sent_by(page: str) -> int:
        with counted_statements() as statements:
            assert in_street.get(BOARD.replace("?", f"{page}?")).status_code == 200
        return len(statements)

    go_through(20)
    few = {page: sent_by(page) for page in most}
    go_through(20)
    assert {page: sent_by(page) for page in most} == few
    assert {page: number for page, number in few.items() if number > most[page]} == {}

"""The public board: what stands there for who is not logged in, and that a stranger finds all of it in the API's lists."""

import re

from backend.foundation import clock
from backend.foundation.database import db
from backend.statistics.models import Cell, Grain
from config.settings import Profile
from ejia.app import create_app
from tests.support.attendance import counted_statements
from tests.support.browser import led_to, text_of
from tests.support.demands import demand_form, published_demand
from tests.support.teams import applied_team


def cells(page) -> list[str]:
    """The names of the lines of its lists."""
    return re.findall(r'<th role="rowheader" scope="row">([^<]+)</th>', page.text)


def test_it_shows_what_a_stranger_finds_in_the_lists_and_nothing_else(client, phone_of, street, settings):
    officer, (leader, _, _) = street.home.officer, street.home.visitors
    published_demand(officer, street, title="陪老人说话")
    officer.made("/demands", demand_form(street, title="还没有发布"))
    planned = applied_team(leader, street)["name"]
    stranger = phone_of("nobody-knows")
    page = client.get("/board")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    open_ones = stranger.seen("/demands", limit=20)["items"]
    active = stranger.seen("/teams", limit=20)["items"]
    assert cells(page) == [line["title"] for line in open_ones] + [line["name"] for line in active]
    assert (len(open_ones), len(active) >= 1) == (1, True)
    assert ("还没有发布" in page.text, planned in page.text) == (False, False)
    shown = text_of(page)
    for line in open_ones:
        assert f"{line['title']} 爱心敲门 {line['community']}" in shown
    for line in active:
        assert f"{line['name']} 公益服务 {line['community_name']}" in shown
    assert not any(told in shown for told in (open_ones[0]["called"] or "奶奶", active[0]["leader_name"])), "no word of a person"

    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("public, max-age=300", "noindex")
    assert "Set-Cookie" not in page.headers
    again = client.get("/board", headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "<form" not in page.text, "what is cached for all carries nobody's token"
    copy = create_app(settings.model_copy(update={"board_indexed": True}))
    assert "X-Robots-Tag" not in copy.test_client().get("/board").headers
    with copy.app_context():
        db.engine.dispose()


def test_the_root_of_production_leads_there(settings, app_url):
    """A trial copy has its start page there."""
    own = {"profile": Profile.PRODUCTION, "clock_file": None, "database_url": app_url}
    product = create_app(settings.model_copy(update=own))
    assert led_to(product.test_client().get("/")) == "/board"
    with product.app_context():
        db.engine.dispose()


def test_figures_behind_which_fewer_than_five_people_stand_are_not_told(client, app, street):
    def said(people: int) -> str:
        month = clock.shanghai_day(clock.now()).replace(day=1)
        with app.app_context():
            db.session.query(Cell).filter(Cell.measure == "services").delete()
            for grain, period in ((Grain.MONTH, month), (Grain.YEAR, month.replace(month=1))):
                db.session.add(
                    Cell(
                        measure="services", area_path="639999", dimension="", grain=grain, period=period,
                        rows_in=7, rows_out=0, quantity_in=123, quantity_out=0, people=people, people_in=people, people_out=0,
                    )
                )  # fmt: skip
            db.session.commit()
        return text_of(client.get("/board"))

    few = said(4)
    assert few.count("不足5人，不公布") == 3
    assert "7 人次" not in few
    assert "12.3 小时" not in few
    enough = said(5)
    for told in ("5 人", "7 人次", "12.3 小时"):
        assert told in enough
    assert "0 人" in said(0)


def test_it_sends_as_many_statements_however_much_there_is(client, street):
    officer, costs = street.home.officer, []
    for _ in range(2):
        published_demand(officer, street)
        with counted_statements() as statements:
            assert client.get("/board").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 8

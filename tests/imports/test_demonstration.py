"""The demonstration year, written as workbooks and imported into an empty street, gives the figures that an import can carry."""

from sqlalchemy import select

from backend.areas.models import Area, Level
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from backend.imports.models import ImportPart
from backend.statistics import queries
from backend.statistics import service as statistics
from ejia.trial.demo import load
from ejia.trial.demo.rosters import books
from tests.support.beginning import empty

CARRIED = {"teams", "volunteers_in_teams", "team_memberships", "registered_volunteers"}
SCALE = 0.005


def figures() -> dict[str, int]:
    """Of the street at the year's end."""
    with transaction():
        statistics.rebuild()
    with transaction():
        street = db.session.scalars(select(Area.id).where(Area.level == Level.STREET)).one()
        year = queries.year_figures(Actor.system(), 2023, street, now=clock.now())
        return {figure.indicator.code: figure.series.year for figure in year.figures if figure.indicator.code in CARRIED}


def test_its_rosters_give_the_same_figures_and_one_row_in_a_hundred_comes_back(app, ejia, settings, tmp_path):
    load.load_demonstration_year(settings.wechat_appid, scale=SCALE, progress=lambda *_: lambda _: None)
    before = figures()
    with transaction():
        areas = [
            (area.code, area.name, area.level.value)
            for area in db.session.scalars(select(Area).where(Area.level != Level.GRID).order_by(Area.path))
        ]
        written = dict(books())
    db.session.remove()
    empty(settings)
    for code, name, level in areas:
        assert ejia("areas", "add", code, name, "--level", level).exit_code == 0

    for kind, content in ((kind.value, content) for kind, content in written.items()):
        (tmp_path / f"{kind}.xlsx").write_bytes(content)
        entered = ejia("import", "enter", kind, str(tmp_path / f"{kind}.xlsx"), "--area", "639999001000")
        assert entered.exit_code == 0, entered.output

    with transaction():
        faulty = sum(db.session.scalars(select(ImportPart.faulty)))
    assert faulty == sum(len(range(100, rows + 1, 100)) for rows in (before["registered_volunteers"], before["team_memberships"]))
    assert figures() == before

"""A street brings its volunteers: checked without writing, entered on their real days, the same again adds nothing, undone as one."""

import gc
import tracemalloc
from datetime import date, datetime
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from backend.consumers import CONSUMERS
from backend.foundation import clock, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.imports import service
from backend.imports.models import Import, ImportPart
from backend.people.models import Consent, Person
from backend.volunteers import entry
from backend.volunteers.models import Volunteer
from tests.support.locks import meanwhile
from tests.support.people import identity_number, volunteer_form
from tests.support.proxies import recorded_proxy


def someone(**fields):
    row = {
        "name": "王志愿",
        "id_number": identity_number(),
        "community": "和平社区",
        "registered_on": date(2021, 5, 1),
        "paper": "登记表12号",
        "signed_on": "2021年4月30日",
    }
    return row | fields


def live() -> int:
    return db.session.scalar(select(func.count()).select_from(Volunteer).where(Volunteer.is_live()))


def number_of(result) -> str:
    return result.output.split()[-1]


def volunteers_of(officer, year) -> tuple[int, int]:
    """Volunteers at the year's end and new ones in it, as the table says."""
    while sum(outbox.deliver_batch(consumer, now=clock.now()) for consumer in CONSUMERS):
        pass
    shown = {figure["code"]: figure["value"] for figure in officer.seen(f"/figures/{year}")["figures"]}
    return shown["registered_volunteers"], shown["new_volunteers"]


def test_good_rows_are_entered_on_their_days_and_faulty_ones_come_back(street, street_officer, brought, tmp_path, phone_of):
    known, with_account = street.home.volunteer(name="李已在"), street.home.person(name="赵有号")
    before = live()
    own = someone(name="钱奶奶", community="639999001002")
    rows = [
        own,
        someone(registered_on=datetime(2020, 1, 31)),  # noqa: DTZ001 - as a sheet has it
        someone(id_number="639999198001011110"),
        someone(name="=A1"),
        someone(community="向阳社区"),
        someone(registered_on="2199-01-01"),
        someone(paper="电话13800001234"),
        someone(**known.card),
        someone(**known.card | {"name": "李别人"}),
        own,
        someone(**with_account.card),
        {},
        someone(name="示例：张三"),
    ]
    looked = brought("volunteers", rows, "--check")
    assert looked.exit_code == 0, looked.output
    assert "可以导入2行，已有2行，不能导入7行" in looked.output
    assert live() == before
    assert "import_faulty" in brought("volunteers", rows, "--all-or-nothing").output
    assert live() == before

    entered = brought("volunteers", rows, "--faulty", str(tmp_path / "faulty.xlsx"))
    assert "已导入2行，已有2行，不能导入7行" in entered.output
    assert "身份证号：本人已有账号，请本人在小程序里注册" in entered.output
    assert "B4  身份证号：" in entered.output
    assert "A5  姓名：是公式，请粘贴为数值" in entered.output
    assert live() == before + 2
    mended = list(load_workbook(tmp_path / "faulty.xlsx").worksheets[0].iter_rows(values_only=True))
    assert (mended[0][-1], len(mended), mended[1][1]) == ("原因", 8, "639999198001011110")

    volunteer = db.session.scalars(select(Volunteer).where(Volunteer.registered_on == date(2020, 1, 31))).one()
    assert volunteer.number.startswith("V2020")
    consent = db.session.scalars(select(Consent).where(Consent.person_id == volunteer.person_id)).one()
    assert (consent.version, consent.channel, consent.paper, consent.signed_on) == ("paper", "paper", "登记表12号", date(2021, 4, 30))
    assert volunteers_of(street_officer, 2021)[0] == 2
    year = clock.shanghai_day(clock.now()).year
    assert volunteers_of(street_officer, year) == (before + 2, before), "none of them is new this year"

    again = brought("volunteers", rows[:-1], "--check", name="again")
    assert "可以导入0行，已有4行" in again.output
    phone = phone_of("own")
    form = volunteer_form(street, community="团结社区", name=own["name"], id_number=own["id_number"])
    assert phone.made("/volunteers", form)["number"].startswith("V2021")


def test_who_died_is_not_brought(street, street_officer, brought):
    dead, today = street.home.volunteer(name="孙已故"), clock.shanghai_day(clock.now()).isoformat()
    papers = {"died_on": today, "proof": "cremation_certificate"}
    death = street.home.officer.made(f"/people/{dead.person_id}/deaths", papers)["id"]
    street_officer.made(f"/deaths/{death}/confirmation")
    assert "姓名：该居民已登记去世" in brought("volunteers", [someone(**dead.card)], "--check").output


def test_it_is_undone_as_one_while_nothing_stands_on_it(street, street_officer, brought, ejia):
    before, rows = live(), [someone(), someone(name="孙爷爷")]
    number = number_of(brought("volunteers", rows))
    assert live() == before + 2
    assert ejia("import", "undo", number).exit_code == 0
    assert "import_not_ready" in ejia("import", "undo", number).output
    assert live() == before
    assert volunteers_of(street_officer, 2021)[0] == 0
    assert {person.withdrawn_at is None for person in db.session.scalars(select(Person).where(Person.name == "王**"))} == {False}
    assert "已导入2行" in brought("volunteers", rows).output, "and brought again"
    assert live() == before + 2

    elder = {"name": "孙爷爷", "id_number": rows[1]["id_number"]}
    recorded_proxy(street.home.officer, street, street.home.proxy.card, elder=elder)
    second = number_of(brought("volunteers", rows))
    assert "import_in_use" in ejia("import", "undo", second).output
    assert live() == before + 2


class Killed(Exception):
    """As though the process were gone."""


def test_who_is_killed_midway_goes_on_where_they_stopped(street, brought, monkeypatch):
    monkeypatch.setattr(service, "LINES_OF_A_PART", 2)
    before, rows = live(), [someone() for _ in range(5)]
    entering, calls = entry.enter_all, []

    def killed(*args, **kwargs):
        made = entering(*args, **kwargs)
        calls.append(made)
        if len(calls) == 2:
            raise Killed
        return made

    monkeypatch.setattr(entry, "enter_all", killed)
    with pytest.raises(Killed):
        raise brought("volunteers", rows).exception
    db.session.expire_all()
    assert (live(), entered_parts()) == (before + 2, 1)
    assert "已导入5行" in brought("volunteers", rows).output
    assert (live(), entered_parts()) == (before + 5, 3)


def test_what_entering_holds_does_not_grow_with_the_workbook(street, brought, monkeypatch):
    monkeypatch.setattr(service, "LINES_OF_A_PART", 20)
    most = {}
    # Twice, for a table of the process itself (interned names, say) may double its room within one of them.
    for name, parts in (("loads everything once", 10), ("small", 2), ("large", 10), ("large again", 10)):
        rows = [someone() for _ in range(20 * parts)]
        import_id = UUID(number_of(brought("volunteers", rows, "--check", name=name)))
        gc.freeze()
        tracemalloc.start()
        try:
            service.enter(Actor.system(), import_id, now=clock.now(), report=lambda *_: gc.collect())
            most[name] = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            gc.unfreeze()
    assert min(most["large"], most["large again"]) < 1.15 * most["small"], most


def test_of_two_who_enter_at_once_none_leaves_a_part_behind(app, street, brought, monkeypatch):
    monkeypatch.setattr(service, "LINES_OF_A_PART", 2)
    before = live()
    assert brought("volunteers", [someone() for _ in range(5)], "--check").exit_code == 0
    import_id = db.session.scalars(select(Import.id)).one()

    def enter_first_part():
        first = select(ImportPart).where(ImportPart.number == 0).with_for_update()
        db.session.scalars(first).one().entered_at = clock.now()
        db.session.flush()

    def enter():
        with app.app_context():
            service.enter(Actor.system(), import_id, now=clock.now(), report=lambda *_: None)

    meanwhile(enter_first_part, enter)
    db.session.expire_all()
    assert (live(), entered_parts()) == (before + 3, 3), "the other one's part is the other one's"


def entered_parts() -> int:
    return db.session.scalar(select(func.count()).where(ImportPart.entered_at.is_not(None)))

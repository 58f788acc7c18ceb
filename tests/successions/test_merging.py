"""Communities are merged: all that is alive goes on in the successor, and every figure of before the day stays where it was."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from backend.accounts import service as accounts
from backend.accounts.models import GrantStep, RoleGrant
from backend.accounts.service.roles import offer_grant, office_in
from backend.areas import service as areas
from backend.areas.models import Area
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.measures import NOW
from backend.foundation.paging import PageRequest
from backend.statistics import service as statistics
from backend.statistics.queries import figure_rows, year_book
from backend.successions import merging
from backend.successions.handing_on import MergeDayInvalid, SuccessorUnfit
from backend.successions.merging import merge_communities
from tasks.housekeeping import close_overdue_shifts
from tests.statistics.changes import hear_everything
from tests.statistics.test_figures_equal_facts import everything_booked
from tests.successions.world import NEW, OLD, counts, days_out_of_reach, enter_party_organisation, figures, known, party_organisation, years
from tests.support.attendance import at_shift
from tests.support.demands import claimed, demand_form, published_demand, window
from tests.support.locks import meanwhile
from tests.support.messages import kinds
from tests.support.phone import refused


def test_all_goes_on_in_the_successor_and_no_figure_of_before_moves(ejia, street, busy, pass_time):
    last, this = years()
    before, held = {year: figures(year) for year in (last, this)}, counts()
    assert before[this][OLD, "demands_offered", ""].year == 1
    today, at = clock.shanghai_day(clock.now()), clock.now()
    inbox = Counter(kinds(street.home.officer))
    then = known(at)
    assert {name for name, rows in known(NOW).items() if rows != then[name]} == set()
    pass_time(seconds=1)

    done = ejia("--operator", "wang.li", "areas", "merge", OLD, "--into", NEW, "--from", today.isoformat(), "--yes")
    assert done.exit_code == 0, done.output
    hear_everything()

    # Nothing is lost, and nothing is left behind.
    for table, where in counts().items():
        expected = held[table].get(OLD, 0) + held[table].get(NEW, 0)
        assert (table, where.get(OLD, 0), where.get(NEW, 0)) == (table, 0, expected)
        assert {path: n for path, n in where.items() if path not in (OLD, NEW)} == {
            path: n for path, n in held[table].items() if path not in (OLD, NEW)
        }
    # No figure of the finished year, nor of a finished month, moves; the street's do not at all.
    after = {year: figures(year) for year in (last, this)}
    assert {key for key, series in after[last].items() if series != before[last][key]} == set()
    for key, series in after[this].items():
        path, code, _ = key
        was = before[this][key]
        if path not in (OLD, NEW):
            assert (series.year, series.months, series.before) == (was.year, was.months, was.before), key
        elif series.came is None:  # a flow: what came before the day, came there
            assert series.year == was.year or code in {"demands_published", "demands_claimed", "demands_offered"}, key
        else:
            both = before[this][OLD, *key[1:]].year + before[this][NEW, *key[1:]].year
            assert series.year == (both if path == NEW else 0), key
            assert series.before == was.before, key
    assert {name for name, rows in known(at).items() if rows != then[name]} == set()
    # What is kept as facts arrive is what a rebuild counts.
    kept = everything_booked()
    statistics.rebuild()
    assert everything_booked() == kept
    db.session.rollback()
    assert inbox.total() > 1
    assert inbox <= Counter(kinds(street.home.officer)), "what was told by the office is read by it there"
    people_and_officers_were_told_and_those_in_office_go_on_there(street, busy)
    who_claimed_before_serves_in_the_same_capacity(street, busy, pass_time)


def who_claimed_before_serves_in_the_same_capacity(street, busy, pass_time):
    pass_time(days=5)
    assert at_shift(street.home, busy.fair, street.home.party_member, "sign-in")["capacity"] == "registration"


def people_and_officers_were_told_and_those_in_office_go_on_there(street, busy):
    member, officer, colleague = street.home.party_member, street.home.officer, street.next.officer
    assert all("community_merged" in kinds(told) for told in (busy.leader, member))
    assert "team_transferred" in kinds(colleague)
    assert officer.seen(f"/teams/{busy.team_id}")["community_id"] == street["团结社区"]
    assert officer.seen(f"/demands/{busy.ahead['id']}")["community_id"] == street["团结社区"]
    there = demand_form(street, brand="red_ribbon", community="团结社区")
    assert officer.made("/demands", there)
    assert refused(officer.post("/demands", there | {"community_id": street["和平社区"]})) == (422, "not_a_community")
    assert member.seen(f"/registrations/{member.registration_id}")["status"] == "accepted"
    number = busy.leader.seen("/me")["volunteer"]["number"]
    last, this = years()
    with transaction():
        written = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "area.merge").order_by(AuditEntry.id)).all()
        assert {entry.operator for entry in written} == {"wang.li"}
        grid = db.session.scalars(select(Area).where(Area.path == f"{NEW}001")).one()
        assert (grid.name, grid.withdrawn_on) == ("和平第一网格", None)
        of_year = {"area_id": UUID(street["和平社区"]), "month": None, "part": None, "page": PageRequest(20), "now": clock.now()}
        rows = figure_rows(Actor.system(), last, "teams", **of_year).items
        assert (UUID(busy.team_id), False) in [(row.subject_id, row.source_id == row.subject_id) for row in rows], "what it is about"
        book = year_book(Actor.system(), this, UUID(street["青山街道"]), now=clock.now())
        told = {area.path: area.told for area in book.communities}
        today = clock.shanghai_day(clock.now())
        assert told[OLD] == f"和平社区（{today.month}月{today.day}日并入团结社区）"
        assert [area.told for area in year_book(Actor.system(), last, UUID(street["青山街道"]), now=clock.now()).communities] == [
            "和平社区",
            "团结社区",
        ]
        by_team = next(
            one for one in year_book(Actor.system(), last, UUID(street["和平社区"]), now=clock.now()).groupings if one.name == "服务队"
        )
        assert any(any(line.values) for line in by_team.lines)
        assert not any(by_team.rest)
        books = {name: year_book(Actor.system(), this, UUID(street[name]), now=clock.now()) for name in ("和平社区", "团结社区")}
        stood = [(name, line.details[3]) for name, book in books.items() for line in book.rosters[0].lines if line.details[0] == number]
        assert stood == [("和平社区", today.isoformat()), ("团结社区", "")]


def test_what_cannot_go_along_is_ended_first_and_nothing_moves_before(ejia, street, pass_time):
    home, twin, member = street.home, street.next.volunteer(), street.home.party_member
    name = home.leader.seen(f"/teams/{home.team_id}")["name"]
    assert all(party_organisation(path, branch) for path, branch in ((OLD, "第一党支部"), (NEW, "第一 党支部"), (OLD, "第二党支部")))
    held = counts()
    team = twin.made("/teams", {"name": name, "category": "legal", "charter": "自愿", "community_id": street["团结社区"]})
    member.made("/me/relocations", {"community_id": street["团结社区"]})
    somebody_did_not_sign_out_and_somebody_served_longer_than_was_confirmed(home, member, street, pass_time)
    published_demand(home.officer, street, brand="red_ribbon")
    told = ejia("--operator", "wang.li", "areas", "merge", OLD, "--into", NEW, "--yes")
    assert (told.exit_code, "area_in_use" in told.output) == (1, True)
    # What was served today is told, too; the three hours may have passed midnight.
    assert [line for line in told.output.splitlines()[1:] if "或者以后的服务记录" not in line] == [
        "1 条待确认、部分时长待批准或者存疑的服务记录：由社区或者街道确认、批准或者核实，不属实的更正或者撤销",
        "1 次没有签退的签到：由社区补录服务记录，不属实的补录后撤销",
        "1 个已经开始的场次：等时间过后自动结束",
        "1 件时间已过、未办结的服务需求：由社区办结，没有开展的登记为未开展",
        "1 件迁往接续社区、待答复的申请：由接续社区答复，或者由本人撤回",
        "1 支与接续社区的队伍同名的服务队：由社区更名",
        "1 个与接续社区的党组织同名的党组织：由街道撤销原来的导入，改为不同的名称后再导入",
    ]
    assert {table: where.get(OLD) for table, where in counts().items()} | {"demands": 0, "openings": 0, "shifts": 0} == {
        table: where.get(OLD) for table, where in held.items()
    } | {"demands": 0, "openings": 0, "shifts": 0}
    assert team["id"]


def somebody_did_not_sign_out_and_somebody_served_longer_than_was_confirmed(home, member, street, pass_time):
    fair, begun = published_demand(home.officer, street, brand="red_ribbon", places=2), clock.now()
    claimed(member, fair, as_person=True)
    claimed(home.leader, fair, home.team_id)
    at_shift(home, fair, member, "sign-in")
    at_shift(home, fair, home.leader, "sign-in")
    pass_time(minutes=40)
    fact_id = at_shift(home, fair, home.leader, "sign-out")["fact_id"]
    home.officer.made(f"/services/{fact_id}/confirmation")
    pass_time(hours=3)
    close_overdue_shifts()
    longer = {"started_at": begun.isoformat(), "ended_at": (begun + timedelta(minutes=60)).isoformat(), "reason": "核对签到表"}
    seen = home.officer.seen(f"/services/{fact_id}")
    home.officer.made(f"/services/{fact_id}/corrections", longer | {"revision_id": seen["revision_id"]})


def test_a_wish_that_no_service_fulfils_any_more_is_not_reopened_in_a_community_that_is_gone(street, pass_time):
    home, there = street.home, street.next
    wish = published_demand(home.officer, street, brand="sunset_wish")
    claimed(home.leader, wish, home.team_id)
    at_shift(home, wish, home.leader, "sign-in")
    pass_time(minutes=40)
    fact_id = at_shift(home, wish, home.leader, "sign-out")["fact_id"]
    home.officer.made(f"/services/{fact_id}/confirmation")
    hear_everything()
    pass_time(days=1)
    close_overdue_shifts()
    assert home.officer.seen(f"/demands/{wish['id']}")["status"] == "completed"
    with transaction():
        merge_communities([UUID(street["和平社区"])], UUID(street["团结社区"]), day=clock.shanghai_day(clock.now()), now=clock.now())
    pass_time(seconds=1)
    street.officer.made(f"/services/{fact_id}/withdrawal", {"revision_id": fact_id, "reason": "本人未到场"})
    hear_everything()
    assert street.officer.seen(f"/demands/{wish['id']}")["status"] == "not_carried_out"
    kept = everything_booked()
    statistics.rebuild()
    assert everything_booked() == kept
    db.session.rollback()

    # What is needed again is needed where the elder lives now; where nothing goes on, it is not.
    again, soon = f"/demands/{wish['id']}/publication-again", window(starts_in=timedelta(days=2))
    assert there.officer.made(again, soon)["community_id"] == street["团结社区"]
    with transaction():
        db.session.execute(update(Area).where(Area.path == NEW).values(withdrawn_on=clock.shanghai_day(clock.now())))
    told = street.officer.post(again, soon)
    assert (told.status_code, told.get_json()["detail"]) == (422, "该需求所在的社区已撤销，不能再次发布")


def test_a_community_goes_on_in_another_one_of_its_street_from_a_day_of_this_month(street):
    now = clock.now()
    today = clock.shanghai_day(now)

    def merge(former, successor, day=today):
        with transaction():
            merge_communities([UUID(street[former])], UUID(street[successor]), day=day, now=now)

    for former, successor in (("和平社区", "和平社区"), ("和平社区", "向阳社区"), ("和平第一网格", "团结社区")):
        with pytest.raises(SuccessorUnfit):
            merge(former, successor)
    for day in days_out_of_reach():
        with pytest.raises(MergeDayInvalid):
            merge("和平社区", "团结社区", day)
    with pytest.raises(areas.NotACommunity):
        merge("和平社区", "青山街道")


def test_a_party_organisation_of_the_name_that_comes_in_beside_is_told(ejia, street):
    assert party_organisation(OLD, "第一党支部")
    before = counts()["party_organisations"]
    told = meanwhile(lambda: enter_party_organisation(NEW, "第一党支部"), lambda: ejia("areas", "merge", OLD, "--into", NEW, "--yes"))
    assert (told.exit_code, "party_organisation_name_taken" in told.output) == (1, True)
    assert counts()["party_organisations"] == before | {NEW: 1}


def test_who_is_killed_in_the_middle_leaves_all_as_it_was(street, monkeypatch):
    assert all((street.home.team_id, street.home.grid_worker.account_id))
    before = counts()

    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(merging.areas, "let_succeed", killed)
    with pytest.raises(KeyboardInterrupt), transaction():
        merge_communities([UUID(street["和平社区"])], UUID(street["团结社区"]), day=clock.shanghai_day(clock.now()), now=clock.now())
    assert counts() == before


def test_offices_go_on_as_they_were_decided_on_and_who_holds_one_in_either_holds_it(street):
    """In the former community, in the successor, and after the merge: waiting for whom, from which day, until which."""
    now = clock.now()
    soon, later, latest = (now + timedelta(days=days) for days in (10, 20, 30))
    acceptance, approval = GrantStep.ACCEPTANCE, GrantStep.APPROVAL
    cases = [
        ((None, soon, None), None, (None, soon, None)),
        ((approval, now, latest), None, (approval, now, latest)),
        ((acceptance, soon, None), None, (acceptance, soon, None)),
        ((None, now, later), (acceptance, now, later), (None, now, later)),
        ((acceptance, now, later), (None, now, later), (None, now, later)),
        ((None, now, None), (None, now, later), (None, now, None)),
        ((None, now, later), (None, soon, latest), (None, now, latest)),
    ]
    proposer, second = (UUID(street.next.volunteer().account_id) for _ in range(2))
    holders = [UUID(street.next.volunteer().account_id) for _ in cases]

    def put(account_id, path, waits_for, starts_at, ends_at):
        held = Grant(Role.GRID_WORKER, area_path=path, ends_at=ends_at)
        granted = offer_grant(Actor.system(), account_id, held, waits_for=waits_for or acceptance, starts_at=starts_at, now=now)
        decided = {"granted_by": proposer, "approved_by": None if waits_for is approval else second} if path == OLD else {}
        db.session.execute(update(RoleGrant).where(RoleGrant.id == granted).values(waits_for=waits_for, **decided))

    with transaction():
        for account_id, (old, new, _) in zip(holders, cases, strict=True):
            put(account_id, OLD, *old)
            if new is not None:
                put(account_id, NEW, *new)
    with transaction():
        merge_communities([UUID(street["和平社区"])], UUID(street["团结社区"]), day=clock.shanghai_day(now), now=clock.now())
        for account_id, (old, new, expected) in zip(holders, cases, strict=True):
            grant = db.session.scalars(
                select(RoleGrant)
                .where(RoleGrant.account_id == account_id, RoleGrant.role == Role.GRID_WORKER)
                .where(RoleGrant.withdrawn_at.is_(None))
            ).one()
            waits_for, starts_at, ends_at = expected
            assert (grant.area_path, grant.waits_for, grant.ends_at) == (NEW, waits_for, ends_at)
            assert grant.starts_at == starts_at if starts_at > now else grant.starts_at <= clock.now()
            if new is None or (new[0] is acceptance and old[0] is None):
                assert (grant.granted_by, grant.approved_by) == (proposer, None if old[0] is approval else second)


def test_a_role_that_was_granted_in_a_grid_a_moment_before_goes_along(street):
    person, grid = UUID(street.home.volunteer().account_id), UUID(street["和平第一网格"])

    def grant():
        accounts.grant_role(Actor.system(), person, office_in(Role.GRID_WORKER, areas.area_in_use(grid)), now=clock.now())

    def merge():
        with street.app.app_context(), transaction():
            merge_communities([UUID(street["和平社区"])], UUID(street["团结社区"]), day=clock.shanghai_day(clock.now()), now=clock.now())

    meanwhile(grant, merge)
    with transaction():
        held = select(RoleGrant.area_path).where(RoleGrant.account_id == person, RoleGrant.role == Role.GRID_WORKER)
        assert db.session.scalars(held.where(RoleGrant.withdrawn_at.is_(None))).one() == f"{NEW}001"


def test_who_holds_an_office_in_both_holds_one_and_an_offer_stays_an_offer(street):
    officer, both = street.home.officer, street.next.officer
    with transaction():
        accounts.grant_role(Actor.system(), UUID(both.account_id), Grant(Role.COMMUNITY_OFFICER, area_path=OLD), now=clock.now())
    with transaction():
        offered = Grant(Role.GRID_WORKER, area_path=OLD)
        offer_grant(
            Actor.system(), UUID(officer.account_id), offered, waits_for=GrantStep.ACCEPTANCE, starts_at=clock.now(), now=clock.now()
        )
    with transaction():
        merge_communities([UUID(street["和平社区"])], UUID(street["团结社区"]), day=clock.shanghai_day(clock.now()), now=clock.now())
        held = db.session.execute(
            text(
                "SELECT account_id, role, area_path, waits_for FROM role_grants WHERE withdrawn_at IS NULL AND area_path LIKE '639999001%'"
            )
        ).all()
    assert sorted((row.role, row.area_path, row.waits_for) for row in held if str(row.account_id) == both.account_id) == [
        ("community_officer", NEW, None)
    ]
    assert {(row.role, row.area_path, row.waits_for) for row in held if str(row.account_id) == officer.account_id} == {
        ("community_officer", NEW, None),
        ("grid_worker", NEW, "acceptance"),
    }

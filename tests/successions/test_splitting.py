"""A community gives a part to another one: what is named goes with all that hangs on it, the rest stays, no figure is lost or doubled."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.areas.models import Area
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.statistics import service as statistics
from backend.statistics.queries import year_book
from backend.successions import splitting
from backend.successions.handing_on import MergeDayInvalid, SuccessorUnfit
from backend.successions.splitting import Share, ShareEmpty, split_community
from tasks.housekeeping import close_overdue_shifts
from tests.statistics.changes import hear_everything
from tests.statistics.test_figures_equal_facts import everything_booked
from tests.successions.world import NEW, OLD, counts, days_out_of_reach, figures, known, years
from tests.support.attendance import at_shift
from tests.support.demands import GRANDFATHER, asked_for, claimed, demand_form, window
from tests.support.messages import inbox, kinds
from tests.support.people import work_unit
from tests.support.phone import refused

GRID = f"{OLD}001"


def split(street, share, *, day=None, into="团结社区", former="和平社区"):
    now = clock.now()
    with transaction():
        return split_community(UUID(street[former]), UUID(street[into]), share, day=day or clock.shanghai_day(now), now=now)


def test_what_is_named_goes_with_what_hangs_on_it_and_no_figure_is_lost_or_doubled(ejia, street, busy, pass_time, tmp_path):
    home, there, member = street.home, street.next, street.home.party_member
    team = busy.leader.seen(f"/teams/{busy.team_id}")["name"]
    residents = tmp_path / "residents.txt"
    number = busy.leader.seen("/me")["volunteer"]["number"]
    residents.write_text(f"{number.lower()}\n\n{member.card['id_number']}\n", encoding="utf-8-sig")
    today = clock.shanghai_day(clock.now())
    day = max(today.replace(day=1), today - timedelta(days=3))
    asked = ("areas", "split", OLD, "--into", NEW, "--grid", GRID, "--team", team, "--people", str(residents), "--from", day.isoformat())
    asked += ("--party-organisation", "第一党支部")
    last, this = years()
    before, held = {year: figures(year) for year in (last, this)}, counts()
    at = clock.now()
    then = known(at)
    pass_time(seconds=1)

    preview = ejia(*asked, "--preview")
    assert preview.exit_code == 0, preview.output
    told = "网格 1 个、居民 2 名、志愿者 1 名、服务队 1 支、社会组织 0 家、党组织 1 个、报到 1 件、需求 1 件、服务对象 1 名、角色 3 项"
    assert preview.output.splitlines()[-1].endswith(told)
    assert counts() == held

    done = ejia("--operator", "wang.li", *asked, "--yes")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == f"已由 {OLD} 划给 {NEW}，自 {day}：{told}"
    hear_everything()

    after = counts()
    gone = {table: held[table].get(OLD, 0) - where.get(OLD, 0) for table, where in after.items()}
    assert gone == {table: where.get(NEW, 0) - held[table].get(NEW, 0) for table, where in after.items()}, "nothing is lost or doubled"
    assert gone == {
        "people": 2,
        "volunteers": 1,
        "team_memberships": 2,
        "member_registrations": 1,
        "proxies": 0,
        "arrangements": 0,
        "teams": 1,
        "organisations": 0,
        "party_organisations": 1,
        "demands": 1,
        "openings": 1,
        "shifts": 1,
        "beneficiaries": 1,
        "role_grants": 3,
    }
    now_told = {year: figures(year) for year in (last, this)}
    assert {key for key, series in now_told[last].items() if series != before[last][key]} == set()
    for key, series in now_told[this].items():
        path, was = key[0], before[this][key]
        if path not in (OLD, NEW):
            assert (series.year, series.months, series.before) == (was.year, was.months, was.before), key
        else:
            assert series.before == was.before, key
            old, new = (table[OLD, *key[1:]].year + table[NEW, *key[1:]].year for table in (before[this], now_told[this]))
            assert old == new, key
    moved = {key[1] for key, series in now_told[this].items() if key[0] == NEW and series.year != before[this][key].year}
    assert {"teams", "volunteers_in_teams", "registered_volunteers", "registered_party_members"} <= moved
    assert {name for name, rows in known(at).items() if rows != then[name]} == set()
    kept = everything_booked()
    statistics.rebuild()
    assert everything_booked() == kept
    db.session.rollback()
    both_communities_go_on(street, busy, member)
    assert all("community_merged" in kinds(phone) for phone in (busy.leader, member))
    assert "community_divided" in kinds(home.officer)
    assert {"community_extended", "team_transferred"} <= set(kinds(there.officer))
    with transaction():
        book = year_book(Actor.system(), this, UUID(street["青山街道"]), now=clock.now())
        assert [area.told for area in book.communities] == [f"和平社区（{day.month}月{day.day}日划出一部分）", "团结社区"]
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "area.split")).one()
        assert (entry.operator, entry.subject_id, entry.details["to"]) == ("wang.li", UUID(street["和平社区"]), f"{NEW}")
    pass_time(days=5)
    assert at_shift(home, busy.fair, member, "sign-in")["capacity"] == "registration", "what was claimed before is served as before"


def both_communities_go_on(street, busy, member):
    home, there = street.home.officer, street.next.officer
    assert there.seen(f"/teams/{busy.team_id}")["community_id"] == street["团结社区"]
    assert there.seen(f"/demands/{busy.ahead['id']}")["community_id"] == street["团结社区"]
    assert home.seen(f"/demands/{busy.fair['id']}")["community_id"] == street["和平社区"]
    assert home.made("/demands", demand_form(street, brand="red_ribbon"))
    assert there.seen(f"/registrations/{member.registration_id}")["status"] == "accepted"
    assert refused(home.get(f"/registrations/{member.registration_id}")) == (404, "not_found")
    with transaction():
        assert db.session.scalars(select(Area.withdrawn_on).where(Area.path == OLD)).one() is None
        grid = db.session.scalars(select(Area).where(Area.path == f"{NEW}001")).one()
        assert (grid.name, grid.withdrawn_on) == ("和平第一网格", None)


def test_what_waits_for_a_decision_is_ended_first_where_it_goes_and_only_there(ejia, street, pass_time, tmp_path):
    home, member, dead, neighbour = street.home, street.home.party_member, street.home.volunteer(), street.home.volunteer()
    pass_time(seconds=until_nine_tomorrow())
    member.made("/me/relocations", {"community_id": street["团结社区"]})
    home.officer.made(f"/people/{dead.person_id}/deaths", {"died_on": "2026-03-01", "proof": "cremation_certificate"})
    name = home.leader.seen(f"/teams/{home.team_id}")["name"]
    twin = {"name": name, "category": "legal", "charter": "自愿", "community_id": street["团结社区"]}
    assert street.next.volunteer().made("/teams", twin)
    elder = home.officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平第一网格"]})["id"]
    for whom in (elder, None):
        at_shift(home, visited(street, whom), home.leader, "sign-in")
        pass_time(hours=3)
        close_overdue_shifts()
    for whom in (elder, None):
        visit = visited(street, whom)
        at_shift(home, visit, home.leader, "sign-in")
        pass_time(minutes=20)
        at_shift(home, visit, home.leader, "sign-out")
        asked_for(home.leader, opened_visit(street, whom, starts_in=timedelta(days=1)), home.team_id)
    before = counts()

    def asked(*options):
        return ejia("areas", "split", OLD, "--into", NEW, "--yes", *options)

    def asked_for_people(*numbers):
        residents = tmp_path / "residents.txt"
        residents.write_text("\n".join(numbers), encoding="utf-8")
        return asked("--people", str(residents))

    wrong = asked("--grid", f"{NEW}001", "--team", "没有的队", "--party-organisation", "没有的党支部")
    assert (wrong.exit_code, "share_unknown" in wrong.output) == (1, True)
    assert wrong.output.splitlines()[1:] == [f"网格{NEW}001：该社区没有", "服务队没有的队：该社区没有", "党组织没有的党支部：该社区没有"]
    # Of each kind there is one more that stays.
    assert asked("--grid", GRID).output.splitlines()[1:] == [
        "1 条待确认、部分时长待批准或者存疑的服务记录：由社区或者街道确认、批准或者核实，不属实的更正或者撤销",
        "1 次没有签退的签到：由社区补录服务记录，不属实的补录后撤销",
        "1 个待答复的认领申请：由社区答复，或者由申请人撤回",
        "1 个已经开始的场次：等时间过后自动结束",
        "1 件时间已过、未办结的服务需求：由社区办结，没有开展的登记为未开展",
        f"1 条 {clock.shanghai_day(clock.now())} 或者以后的服务记录：计入原社区，请把 --from 改为以后的日期",
    ]
    assert asked_for_people(dead.volunteer_number, member.card["id_number"], neighbour.volunteer_number).output.splitlines()[1:] == [
        "1 件待核对的去世登记：由另一位工作人员核对或者退回",
        "1 件迁往接续社区、待答复的申请：由接续社区答复，或者由本人撤回",
    ]
    refusal = asked("--team", name)
    assert (refusal.exit_code, refusal.output.splitlines()[1:]) == (1, ["1 支与接续社区的队伍同名的服务队：由社区更名"])
    assert counts() == before
    assert asked_for_people(neighbour.volunteer_number).exit_code == 0, "nothing of this is theirs"


def until_nine_tomorrow():
    """In seconds: what is served then is served on one day, and split on it."""
    now = clock.now()
    nine = clock.start_of_day(clock.shanghai_day(now) + timedelta(days=1)) + timedelta(hours=9)
    return (nine - now).total_seconds()


def opened_visit(street, elder=None, **when):
    """A visit to an elder on record, or to one whom no grid knows."""
    form = demand_form(street)
    if elder is not None:
        form = {key: value for key, value in form.items() if key != "beneficiary"} | {"beneficiary_id": elder}
    demand = street.home.officer.made("/demands", form)
    return street.home.officer.made(f"/demands/{demand['id']}/publication", window(**when) | {"places": 1})


def visited(street, elder=None):
    """Such a visit, beginning now, that the community's team claimed."""
    visit = opened_visit(street, elder)
    claimed(street.home.leader, visit, street.home.team_id)
    return visit


def test_who_moves_by_name_and_is_on_record_in_a_grid_that_stays_is_told(ejia, street, tmp_path):
    home, person = street.home, street.home.volunteer()
    elder = home.officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平第一网格"]})["id"]
    home.officer.made(f"/beneficiaries/{elder}/person", {"person_id": person.person_id})
    residents = tmp_path / "residents.txt"
    # As an office's computer writes it; of a heading nobody reads more than that it is nobody.
    residents.write_bytes(f"志愿者编号\n{person.volunteer_number}\n6399991990\x0001010014\n".encode("gbk"))
    told = ejia("areas", "split", OLD, "--into", NEW, "--yes", "--people", str(residents))
    assert told.output.splitlines()[1:] == [f"名单第 {row} 行：该社区没有这个志愿者编号或者身份证号的居民" for row in (1, 3)]
    residents.write_text(f"{person.volunteer_number}\n", encoding="utf-8")
    told = ejia("areas", "split", OLD, "--into", NEW, "--yes", "--people", str(residents))
    assert told.output.splitlines()[1:] == ["1 名在不划出的网格登记的服务对象：由社区改登记网格，或者不把本人列入名单"]
    # With the grid they go together; what was to be reviewed for them no longer waits for who may not.
    form = {key: value for key, value in demand_form(street).items() if key != "beneficiary"}
    for_all, for_elder = form | {"brand": "red_ribbon"}, form | {"beneficiary_id": elder}
    stays, goes = (home.grid_worker.made("/demands", wanted) for wanted in (for_all, for_elder))
    assert asked_to_review(home) == {goes["id"], stays["id"]}
    done = split(street, Share(grids=[GRID]))
    assert (done.people, done.volunteers, done.beneficiaries, done.roles, done.demands) == (1, 1, 1, 2, 1)
    assert asked_to_review(home) == {stays["id"]}
    assert [line["number"] for line in home.officer.seen("/me/messages/count")["waiting"] if line["kind"] == "demand_submitted"] == [1]


def asked_to_review(community):
    return {message["about"]["id"] for message in inbox(community.officer, kind="demand_submitted", waiting="true")}


def test_table_tells_a_community_that_gave_a_grid_and_its_roster_no_unit_of_who_went(street, pass_time):
    home, there, member = street.home, street.next, street.home.party_member
    pass_time(days=5)
    home.officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平第一网格"]})
    unit = work_unit(there.officer, "测试区第二医院")
    today = clock.shanghai_day(clock.now())
    split(street, Share(grids=[GRID]), day=today)
    told = f"{today.month}月{today.day}日划出一部分"
    assert communities_told(street, today.year) == [f"和平社区（{told}）", "团结社区"]
    assert communities_told(street, today.year - 1) == ["和平社区", "团结社区"]

    last = (today - timedelta(days=1)).year  # of its last day there
    before = members_in(street, "和平社区", last)
    split(street, Share(people=[member.card["id_number"]]), day=today)
    moved = {"work_unit_id": unit, "party_organisation_name": "新支部"}
    assert member.post(f"/registrations/{member.registration_id}/unit", moved).status_code == 200

    assert refused(home.officer.get(f"/registrations/{member.registration_id}")) == (404, "not_found")
    assert before == [("测试区和平社区园林管理所", "测试区住房保障中心党支部")]
    assert members_in(street, "和平社区", last) == [("", "")]
    assert members_in(street, "团结社区", today.year) == [("测试区第二医院", "新支部")]


def communities_told(street, year):
    with transaction():
        return [area.told for area in year_book(Actor.system(), year, UUID(street["青山街道"]), now=clock.now()).communities]


def members_in(street, community, year):
    """Unit and Party organisation of each line of the roster of Party members."""
    with transaction():
        _, members = year_book(Actor.system(), year, UUID(street[community]), now=clock.now()).rosters
    return [line.details[2:4] for line in members.lines]


def test_a_part_goes_to_another_community_of_the_street_from_a_day_of_this_month(street, monkeypatch):
    share = Share(grids=[GRID])
    for into in ("和平社区", "向阳社区"):
        with pytest.raises(SuccessorUnfit):
            split(street, share, into=into)
    for day in days_out_of_reach():
        with pytest.raises(MergeDayInvalid):
            split(street, share, day=day)
    with pytest.raises(ShareEmpty):
        split(street, Share(people=["", " "]))

    def killed(*_, **__):
        raise KeyboardInterrupt

    assert street.home.grid_worker.account_id
    before = counts()
    monkeypatch.setattr(splitting.areas, "let_divide", killed)
    with pytest.raises(KeyboardInterrupt):
        split(street, share)
    assert counts() == before


def test_what_begins_while_the_operator_thinks_stops_it(ejia, busy, monkeypatch):
    asked = ("areas", "split", OLD, "--into", NEW, "--grid", GRID)
    assert ejia(*asked, "--preview").exit_code == 0
    monkeypatch.setattr("ejia.cli.areas.click.confirm", lambda *_, **__: clock.advance(timedelta(days=3, minutes=5)))
    held = counts()

    answered = ejia(*asked)

    assert answered.exit_code == 1
    assert "1 个已经开始的场次" in answered.output
    assert counts() == held

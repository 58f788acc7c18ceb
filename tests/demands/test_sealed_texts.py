"""What tells of somebody's health or home stands sealed, also what a release before wrote, and goes when nobody needs it any more."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from backend.demands.models import BeneficiaryBasis, Demand
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.proxies.models import Proxy
from tasks.housekeeping import erase_beneficiaries, erase_proxy_causes, seal_old_texts
from tests.support.demands import GRANDMOTHER, published_demand
from tests.support.people import identity_number, registered_volunteer
from tests.support.proxies import recorded_proxy

ILL, ALONE, DEAF = "老人中风后卧床", "独居高龄，几天没有出门", "听力不好，用不了手机"
CARED_FOR = GRANDMOTHER | {"basis": {"kind": "duty_of_care", "cause": ALONE}}


@pytest.fixture
def visit(officer, street):
    return published_demand(officer, street, details=ILL, beneficiary=CARED_FOR)


@pytest.fixture
def proxy(officer, phone_of, street):
    card = {"name": "陈邻居", "id_number": identity_number()}
    registered_volunteer(phone_of, street, "chen", **card)
    return recorded_proxy(officer, street, card, cause=DEAF)


def in_clear(words: str) -> list[str]:
    """Tables of the database in which the words stand."""
    db.session.rollback()
    names = db.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    found = [
        name
        for name in names
        if db.session.scalar(text(f"SELECT count(*) FROM {name} t WHERE t::text LIKE :words"), {"words": f"%{words}%"})  # noqa: S608
    ]
    db.session.rollback()
    return found


def _as_before() -> None:
    """Let the rows stand as the release before writes them."""
    with transaction():
        db.session.execute(update(Demand).values(details=ILL, details_sealed=None))
        for table, cause in (("beneficiary_bases", ALONE), ("proxies", DEAF)):
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER refuse_fact_change"))
            db.session.execute(text(f"UPDATE {table} SET cause = :cause, cause_sealed = NULL"), {"cause": cause})  # noqa: S608
            db.session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER refuse_fact_change"))


def _read(officer, visit, proxy):
    [elder] = officer.seen("/beneficiaries")["items"]
    return (
        officer.seen(f"/demands/{visit['id']}")["details"],
        officer.seen(f"/beneficiaries/{elder['id']}")["cause"],
        officer.seen(f"/proxies/{proxy['id']}")["cause"],
    )


def test_none_stands_in_clear_and_what_a_release_before_wrote_is_read_and_sealed_by_night(officer, visit, proxy, ejia):
    said = (ILL, ALONE, DEAF)
    assert _read(officer, visit, proxy) == said
    assert [in_clear(words) for words in said] == [[], [], []]
    assert "没有未加密的旧内容" in ejia("keys", "check").output

    _as_before()

    assert [in_clear(words) for words in said] == [["demands"], ["beneficiary_bases"], ["proxies"]]
    assert _read(officer, visit, proxy) == said
    assert "beneficiary_bases.cause，1 项" in ejia("keys", "check").output
    seal_old_texts()
    assert [in_clear(words) for words in said] == [[], [], []]
    assert _read(officer, visit, proxy) == said
    assert "没有未加密的旧内容" in ejia("keys", "check").output


def test_a_text_of_a_release_that_still_runs_is_the_later_word(officer, visit):
    with transaction():
        db.session.execute(update(Demand).values(details="已出院，请在下午来"))
    assert officer.seen(f"/demands/{visit['id']}")["details"] == "已出院，请在下午来"
    seal_old_texts()
    assert officer.seen(f"/demands/{visit['id']}")["details"] == "已出院，请在下午来"


def test_a_sealed_cause_goes_with_its_fact_through_renewal_merging_and_the_end(officer, visit, proxy, street):
    renewed = officer.made(f"/proxies/{proxy['id']}/renewal", {"ends_on": proxy["ends_on"]})
    assert renewed["cause"] == DEAF
    [elder] = officer.seen("/beneficiaries")["items"]
    twin = {"area_id": street["和平社区"], "different_from": [elder["id"]], "basis": None, "phone": None}
    twin_id = officer.made("/beneficiaries", GRANDMOTHER | twin)["id"]
    assert officer.made(f"/beneficiaries/{elder['id']}/merge", {"into_id": twin_id})["cause"] == ALONE

    assert officer.made(f"/beneficiaries/{twin_id}/basis-withdrawal", {"reason": "本人已自行表示"})["basis"] is None
    assert [in_clear(words) for words in (ALONE, DEAF)] == [[], []]


@pytest.mark.parametrize("values", [{"cause": "改写"}, {"cause": None, "reason": "改写"}, {"void": True}])
def test_of_a_fact_nothing_but_the_sealed_text_may_change(visit, values):
    with pytest.raises(IntegrityError, match="revised, never changed"), transaction():
        db.session.execute(update(BeneficiaryBasis).values(values))
    with pytest.raises(IntegrityError, match="care_has_a_cause"), transaction():
        db.session.execute(update(BeneficiaryBasis).values(cause_sealed=None))


def test_it_goes_when_nobody_needs_it_any_more(officer, visit, proxy, pass_time):
    officer.made(f"/demands/{visit['id']}/cancellation", {"reason": "改由家人照顾"})
    officer.made(f"/proxies/{proxy['id']}/ending", {"reason": "有了手机"})
    pass_time(days=23 * 30)
    _erase()
    assert _kept() == (True, True, True)
    pass_time(days=45)
    _erase()
    assert _kept() == (False, False, False)
    entries = select(AuditEntry).where(AuditEntry.details["erased"].astext == "true")
    assert len(db.session.scalars(entries).all()) == 5, "the home, its basis, the demand, and two revisions of the proxy"


def test_of_who_died_it_goes_with_the_address(officer, visit, pass_time):
    officer.made(f"/demands/{visit['id']}/cancellation", {"reason": "老人去世"})
    [elder] = officer.seen("/beneficiaries")["items"]
    officer.made(f"/beneficiaries/{elder['id']}/ending", {"cause": "died"})
    pass_time(days=95)
    erase_beneficiaries()
    assert _kept()[:2] == (False, False)


def test_of_who_takes_everything_back_it_goes_the_same_night(officer, phone_of, street):
    asker = registered_volunteer(phone_of, street)
    visit = published_demand(officer, street, by=asker, details=ILL, beneficiary=GRANDMOTHER)
    officer.made(f"/demands/{visit['id']}/cancellation", {"reason": "本人要求"})
    erase_beneficiaries()
    assert _kept()[0] is True
    asker.made("/me/consents/withdrawal", {"notice": "volunteer"})
    erase_beneficiaries()
    assert _kept()[0] is False


def _erase() -> None:
    erase_beneficiaries()
    erase_proxy_causes()


def _kept() -> tuple[bool, ...]:
    db.session.rollback()
    columns = (Demand.details_sealed, BeneficiaryBasis.cause_sealed, Proxy.cause_sealed)
    return tuple(any(value is not None for value in db.session.scalars(select(column))) for column in columns)

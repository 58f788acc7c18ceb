"""Who withdrew before there was a mask: by night they stand as a withdrawal of today leaves them."""

from uuid import UUID

import pytest
from sqlalchemy import select, text

from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxEvent
from backend.people.models import Person
from tasks.housekeeping import mask_old_withdrawals
from tests.support.demands import demand_form, give_role

MARKS = ("name", "phone_sealed", "phone_index", "born_on", "withdrawn_at", "erased_at")


@pytest.fixture
def with_phone(wechat):
    def given(phone, code):
        phone.made("/me/phone", {"code": wechat.phone_code(code)})
        return phone

    return given


def row(phone):
    db.session.rollback()
    return db.session.execute(
        select(Person).where(Person.id == UUID(phone.person_id)).execution_options(populate_existing=True)
    ).scalar_one()


def as_before(phone, notice):
    """Withdraw as the release before 0024 did: the consent is void, and nothing else is touched."""
    with transaction():
        db.session.execute(
            text("""
                WITH seen AS (
                    UPDATE consents SET superseded_at = now()
                    WHERE person_id = :person AND notice = :notice AND superseded_at IS NULL RETURNING *
                )
                INSERT INTO consents (id, fact_id, recorded_at, void, reason, person_id, notice, version, given_at, channel)
                SELECT gen_random_uuid(), fact_id, now(), true, 'withdrawn', person_id, notice, version, given_at, channel FROM seen
            """),
            {"person": phone.person_id, "notice": notice},
        )


def written():
    db.session.rollback()
    entries = select(AuditEntry).where(AuditEntry.action == "consent.change", AuditEntry.account_id.is_(None))
    ended = select(OutboxEvent.subject_id).where(OutboxEvent.name == "person.basis_ended")
    return [(entry.subject_id, entry.details) for entry in db.session.scalars(entries)], db.session.scalars(ended).all()


def test_they_are_masked_by_night_once_and_as_by_a_withdrawal_of_today(street, with_phone):
    served, unknown, stands = (with_phone(street.home.person(code), code) for code in ("wang", "li", "zhang"))
    served.made("/demands", demand_form(street))
    for phone in (served, unknown):
        as_before(phone, "identity")

    mask_old_withdrawals()

    assert row(served).name.endswith("**")
    assert (row(served).phone_sealed, row(served).phone_index, row(served).erased_at) == (None, None, None)
    assert (row(unknown).name, row(unknown).phone_sealed, row(unknown).born_on.year) == ("**", None, 1900)
    assert row(stands).withdrawn_at is None
    assert row(stands).phone_sealed is not None
    entries, ended = once = written()
    assert {str(subject) for subject, _ in entries} == set(map(str, ended)) == {served.person_id, unknown.person_id}
    assert [details["erased"] for _, details in sorted(entries, key=lambda entry: len(entry[1]["erased"]))] == [
        "phone",
        "phone,name,id_number",
    ]
    mask_old_withdrawals()
    assert written() == once, "nothing twice"


def test_who_still_rests_on_something_loses_the_phone_only_and_comes_under_the_mask_when_that_ends(street, with_phone):
    officer = with_phone(street.home.person("qian"), "qian")
    give_role(officer, Grant(Role.GRID_WORKER, area_path="639999001001"))
    as_before(officer, "identity")
    mask_old_withdrawals()
    assert (row(officer).withdrawn_at, row(officer).phone_sealed) == (None, None)
    assert not row(officer).name.endswith("**")

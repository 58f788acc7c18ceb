"""A person fetches all that is held about them; nobody forgets a table, and nothing of others or secret goes out."""

import io
import json
import zipfile

from sqlalchemy import select

from backend.accounts.limits import Written
from backend.accounts.models import Account
from backend.foundation.audit import AuditEntry
from backend.foundation.database import Base, db
from backend.foundation.references import referring
from backend.own_data.sections import LEFT_OUT, SECTIONS
from backend.people.models import Person
from tests.support.attendance import Visit
from tests.support.messages import inbox, tell_all
from tests.support.people import identity_number
from tests.support.phone import refused
from tests.support.proxies import recorded_proxy

NAMES_SOMEBODY = {"person_id", "recipient_id", "holder_id", "asked_by", "account_id"}


def copied(phone):
    answer = phone.get("/me/export")
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "application/zip", "no-store"), answer.get_data()
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def items(files, name):
    return json.loads(files[name])["items"]


def test_a_copy_has_what_is_held_in_clear_and_says_what_it_is(street, wechat):
    card = {"name": "周全", "id_number": identity_number()}
    phone = street.home.volunteer("zhou", **card)
    phone.made("/me/phone", {"code": wechat.phone_code("zhou")})
    proxy = recorded_proxy(street.home.officer, street, card)
    street.home.officer.made(f"/people/{phone.person_id}/reveals", {"field": "name", "purpose": "contact", "note": "通知更改服务时间"})

    phone.put("/me/preferences", {"elder_mode": True, "community_ids": [street["和平社区"]]})

    tell_all()
    files = copied(phone)

    [person] = items(files, "people.json")
    assert (person["name"], person["id_number"]) == (card["name"], card["id_number"])
    assert len(person["phone"]) == 11
    assert person["phone"].isdigit()
    assert items(files, "volunteers.json")[0]["number"] == phone.volunteer_number
    assert items(files, "reveals.json")[0]["note"] == "通知更改服务时间"
    assert len(items(files, "proxies.proxy_person_id.json")) == 1
    assert items(files, "messages.json")
    assert items(files, "account_preferences.json")[0]["elder_mode"] is True
    index = files["说明.txt"]
    assert all(name in index for name in files if name != "说明.txt")
    assert all(reason in index for reason in LEFT_OUT.values())
    everything = "".join(files.values())
    for secret in ("password_hash", "session_key", "_index", proxy["elder"]["id"], street.home.officer.account_id):
        assert secret not in everything, secret


def test_what_was_served_is_in_it_with_its_confirmation(street, pass_time):
    visit = Visit(street)
    fact_id = visit.served(pass_time)
    visit.officer.made(f"/services/{fact_id}/confirmation")
    files = copied(visit.member)
    assert [record["fact_id"] for record in items(files, "service_records.json")] == [fact_id]
    assert len(items(files, "service_confirmations.json")) == 1


def test_a_copy_is_counted_written_down_and_told(street, bounds):
    phone = street.home.volunteer()
    assert refused(street.phone().get("/me/export")) == (403, "person_needed")
    bounds(Written.COPY, a_day=1)
    copied(phone)
    assert refused(phone.get("/me/export")) == (429, "too_many_today")
    assert [message["kind"] for message in inbox(phone)] == ["own_data_copied"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "own_data.copy", AuditEntry.succeeded)).one()
    assert (str(entry.subject_id), entry.details.keys()) == (phone.person_id, {"bytes"})


def test_every_table_that_names_people_is_considered():
    named = {column.table.name for key in (Person.id, Account.id) for column in referring(key)}
    named |= {table.name for table in Base.metadata.sorted_tables if NAMES_SOMEBODY.intersection(table.columns.keys())}
    considered = {section.table for section in SECTIONS} | LEFT_OUT.keys()
    assert considered >= named, "say in backend/own_data/sections.py whether it goes into a person's copy"
    assert considered <= Base.metadata.tables.keys()

"""What proves a past activity: photos and papers, without what a camera wrote into them, read by who may decide."""

import io
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest
from PIL import Image
from sqlalchemy import select

from backend.accounts.policy import Permission
from backend.attendance import limits
from backend.attendance.limits import LateEntries
from backend.foundation import files
from backend.foundation.actor import Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from tests.support.late_entries import past_form
from tests.support.phone import Phone, refused
from tests.trial.waiting import eventually

PAPER = b"%PDF-1.7 signed"
CAMERA = "LeicaOfSomebody"


@pytest.fixture
def colleague(administrator):
    return administrator(Role.COMMUNITY_OFFICER, "639999001001")


@pytest.fixture
def entry(street, officer):
    """The address of one that nobody has proven yet."""
    member = street.home.volunteer(name="王志愿")
    form = past_form(street["和平社区"], member.volunteer_number, "王志愿", no_file_because=None)
    return f"/late-entries/{officer.made('/late-entries', form)['id']}"


def photo(colour="green"):
    exif = Image.Exif()
    exif[0x010F] = CAMERA
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(picture, "JPEG", exif=exif)
    return picture.getvalue()


def proofs(answer):
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()["proofs"]


def test_it_is_approved_once_a_file_proves_it_or_somebody_wrote_why_there_is_none(entry, officer, colleague):
    assert refused(colleague.post(f"{entry}/approval")) == (409, "late_entry_unproven")
    [proof] = proofs(officer.sent_file(f"{entry}/proofs", photo()))
    assert (proof["media_type"], proof["size_bytes"] > 0) == ("image/jpeg", True)
    assert colleague.made(f"{entry}/approval")["status"] == "approved"
    assert refused(officer.sent_file(f"{entry}/proofs", PAPER)) == (409, "late_entry_decided")


@pytest.fixture
def no_proof_asked(entry):
    before = limits.current()
    limits.use(before.model_copy(update={"late_entries": LateEntries(within_days=60, wants_proof=False)}))
    yield
    limits.use(before)


@pytest.mark.usefixtures("no_proof_asked")
def test_a_street_may_ask_for_no_file(entry, colleague):
    assert colleague.made(f"{entry}/approval")["status"] == "approved"


def test_who_decides_fetches_it_without_what_the_camera_wrote_and_that_is_written_down(entry, officer, colleague, street):
    assert CAMERA.encode() in photo()
    [proof] = proofs(officer.sent_file(f"{entry}/proofs", photo()))
    address = f"{entry}/proofs/{proof['id']}"

    fetched = colleague.get(address)
    assert fetched.mimetype == "image/jpeg"
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert Image.open(io.BytesIO(fetched.data)).size == (40, 30)
    assert CAMERA.encode() not in fetched.data
    told = {"action": Permission.LATE_ENTRY_DECIDE, "account_id": UUID(colleague.account_id)}
    [line] = db.session.scalars(select(AuditEntry).filter_by(**told)).all()
    assert line.details == {"fetched": True, "proof": proof["id"]}
    db.session.rollback()

    assert refused(street.district_officer.get(address)) == (403, "forbidden")
    assert refused(street.next.officer.get(address)) == (404, "not_found")
    assert street.district_officer.seen(entry)["proofs"] == [proof]


def test_only_who_entered_it_brings_files_of_known_kinds_and_so_many(entry, officer, colleague):
    assert refused(colleague.sent_file(f"{entry}/proofs", PAPER)) == (403, "forbidden")
    for content, code in (
        (b"<script>alert(1)</script>", "file_type_refused"),
        (b"\xff\xd8\xff broken", "file_type_refused"),
        (b"x" * (files.PROOF.largest + 1), "file_too_large"),
    ):
        assert refused(officer.sent_file(f"{entry}/proofs", content)) == (422, code)
    assert refused(officer.sent_file(f"{entry}/proofs", b"x" * (files.PROOF.largest * 2))) == (413, "body_too_large")
    assert refused(officer.post(f"{entry}/proofs", {"file": "x"})) == (415, "unsupported_media_type")

    for _ in range(2):
        assert len(proofs(officer.sent_file(f"{entry}/proofs", PAPER))) == 1, "the same file again"
    most = limits.current().late_entries.most_proofs
    for number in range(1, most):
        assert len(proofs(officer.sent_file(f"{entry}/proofs", PAPER + str(number).encode()))) == number + 1
    assert refused(officer.sent_file(f"{entry}/proofs", photo())) == (409, "too_many_proofs")


def test_one_sent_twice_at_the_same_moment_under_its_key_is_there_once_and_told_twice(entry, officer, settings):
    """Neither finds the other's answer before it works, and each draws the form in parts anew."""
    first, second = (Phone(officer.client.application.test_client(), officer.access_token, "") for _ in range(2))
    waiting = "SELECT pid FROM pg_locks WHERE relation = 'idempotency_keys'::regclass AND NOT granted"
    with ThreadPoolExecutor(2) as pool, psycopg.connect(settings.database_url.replace("+psycopg", "")) as hand:
        hand.execute("LOCK TABLE idempotency_keys IN SHARE MODE")
        sent = [pool.submit(one.sent_file, f"{entry}/proofs", photo(), key="one-submission") for one in (first, second)]
        assert eventually(lambda: len(hand.execute(waiting).fetchall()) == 2, seconds=30)
        hand.rollback()
        one, other = (answer.result(30) for answer in sent)
    assert len(proofs(one)) == 1
    assert one.get_data() == other.get_data() == officer.sent_file(f"{entry}/proofs", photo(), key="one-submission").get_data()
    assert refused(officer.sent_file(f"{entry}/proofs", photo("red"), key="one-submission")) == (422, "idempotency_key_reused")

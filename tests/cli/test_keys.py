"""The change of keys: nothing is lost on the way, not even by a kill, and what is left to do can be read from the rows."""

import base64
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from click.testing import Result
from pydantic import SecretStr
from sqlalchemy import func, select, text, update

from backend.areas.models import Area
from backend.foundation import clock, key_register, sealing
from backend.foundation.actor import Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.identifiers import Sex
from backend.foundation.ids import new_id
from backend.foundation.key_register import KeyUse
from backend.foundation.sealing import Keyring, head_of, keyring
from backend.people.models import Person
from config.settings import Settings
from ejia.app import create_app
from ejia.keys import keyring_of
from tasks import housekeeping
from tests.support.checks import found_by
from tests.support.command_line import CommandLine
from tests.support.demands import GRANDMOTHER, published_demand
from tests.support.people import identity_number, person_form, registered_person, registered_volunteer
from tests.support.phone import refused

K1 = bytes([4]) * 32
K2 = secrets.token_bytes(32)
OLD_INDEX, NEW_INDEX = bytes([3]) * 32, secrets.token_bytes(32)


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def ring(*keys: tuple[str, bytes], index: bytes = OLD_INDEX, second: bytes | None = None) -> Keyring:
    return Keyring(dict(keys), keys[0][0], index, second)


@pytest.fixture
def ejia_with(ejia: CommandLine, settings: Settings) -> Iterator[Callable[..., Result]]:
    """`ejia` with other keys in its environment; this process has its own again afterwards."""

    def run(keys: str, *arguments: str, index: bytes = OLD_INDEX, second: bytes | None = None) -> Result:
        ejia.environment |= {"EJIA_SEALING_KEYS": keys, "EJIA_INDEX_KEY": encoded(index)}
        ejia.environment |= {"EJIA_SECOND_INDEX_KEY": encoded(second) if second else ""}
        return ejia("keys", *arguments)

    yield run
    sealing.use(keyring_of(settings))


BOTH = f"k2:{encoded(K2)},k1:{encoded(K1)}"
ONLY_NEW, ONLY_OLD = f"k2:{encoded(K2)}", f"k1:{encoded(K1)}"


SEALED_COLUMNS = {
    "people": ("id_number", "phone"),
    "beneficiaries": ("address", "phone"),
    "logins": ("session_key",),
    "demands": ("details",),
    "beneficiary_bases": ("cause",),
}


def everything() -> dict[str, str]:
    """Every sealed value of people and beneficiaries in clear, by table, column and row; opened by the keys of this process."""
    found = {}
    with transaction():
        for table, columns in SEALED_COLUMNS.items():
            for column in columns:
                for row_id, sealed in db.session.execute(
                    text(f"SELECT id, {column}_sealed FROM {table} WHERE {column}_sealed IS NOT NULL")  # noqa: S608 - names of our own
                ):
                    found[f"{table}.{column} {row_id}"] = keyring().unseal(bytes(sealed), field=f"{table}.{column}", row=row_id)
    return found


def key_ids() -> set[str]:
    with transaction():
        return {head_of(bytes(sealed)).key_id for sealed in db.session.scalars(select(Person.id_number_sealed))}


@pytest.fixture
def town(phone_of, street, administrator) -> dict[str, str]:
    """Some of everything that is sealed: what it reads in clear."""
    for name in ("a", "b", "c"):
        registered_volunteer(phone_of, street, name)
    cared_for = GRANDMOTHER | {"basis": {"kind": "duty_of_care", "cause": "独居高龄"}}
    published_demand(administrator(Role.COMMUNITY_OFFICER, "639999001001"), street, beneficiary=cared_for)
    with transaction():
        person = db.session.scalars(select(Person).order_by(Person.id).limit(1)).one()
        sealed = keyring().seal("13800001234", field="people.phone", row=person.id)
        index = keyring().index("13800001234", field="people.phone")
        db.session.execute(update(Person).where(Person.id == person.id).values(phone_sealed=sealed, phone_index=index))
    found = everything()
    assert {name.split()[0] for name in found} == {
        "people.id_number",
        "people.phone",
        "beneficiaries.address",
        "beneficiaries.phone",
        "logins.session_key",
        "demands.details",
        "beneficiary_bases.cause",
    }
    return found


def test_every_value_is_sealed_anew_and_reads_as_before(town: dict[str, str], ejia_with: Callable[..., Result]) -> None:
    done = ejia_with(BOTH, "rotate")
    assert done.exit_code == 0, done.output
    sealing.use(ring(("k2", K2)))
    assert everything() == town
    assert key_ids() == {"k2"}
    with transaction():
        answers = db.session.scalars(text("SELECT answer FROM idempotency_keys")).all()
        assert {head_of(bytes(answer)).key_id for answer in answers} == {"k2"}
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "keys.rotate")).one()
    assert entry.details == {"values": len(town) + len(answers), "index": False, "key": "k2"}


def test_a_second_run_finds_nothing_to_do(town: dict[str, str], ejia_with: Callable[..., Result]) -> None:
    assert "重新加密 0 项" not in ejia_with(BOTH, "rotate").output
    assert "重新加密 0 项" in ejia_with(BOTH, "rotate").output


def test_the_list_says_when_an_old_key_may_go(town: dict[str, str], ejia_with: Callable[..., Result]) -> None:
    def seen() -> dict[str, tuple[int, str]]:
        lines = re.findall(r"^(\S+) +([\d,]+)  (.+)$", ejia_with(BOTH, "list").output, re.MULTILINE)
        return {key_id: (int(number.replace(",", "")), state) for key_id, number, state in lines}

    before = seen()
    assert (before["k2"], before["k1"][1]) == ((0, "用于加密"), "只用于解密")
    assert before["k1"][0] > len(town)
    ejia_with(BOTH, "rotate")
    assert seen() == {"k2": (before["k1"][0], "用于加密"), "k1": (0, "只用于解密")}
    assert ejia_with(ONLY_NEW, "check").exit_code == 0


def test_a_key_that_is_missed_is_told_by_check_list_readiness_and_the_nightly_count(
    town: dict[str, str], ejia_with: Callable[..., Result], settings: Settings
) -> None:
    assert ejia_with(ONLY_OLD, "check").exit_code == 0  # whoever starts with a key writes it down
    refused_start = ejia_with(ONLY_NEW, "check")
    assert (refused_start.exit_code, "'k1'" in refused_start.output) == (1, True), refused_start.output
    assert "设置中缺少此密钥" in ejia_with(ONLY_NEW, "list").output
    without = settings.model_copy(update={"sealing_keys": {"k2": SecretStr(encoded(K2))}})
    copy = create_app(without)
    client = copy.test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["missing_keys"]) == (503, "k1")
    assert found_by(housekeeping.count_sealed_values) >= len(town)
    sealing.use(keyring_of(settings))
    assert found_by(housekeeping.count_sealed_values) == 0
    assert client.get("/readyz").status_code == 200
    with copy.app_context():
        db.engine.dispose()


def test_a_key_that_is_lost_for_good_is_given_up(town: dict[str, str], ejia_with: Callable[..., Result], settings: Settings) -> None:
    assert ejia_with(ONLY_OLD, "check").exit_code == 0
    assert ejia_with(ONLY_OLD, "give-up", "k1").exit_code == 1, "it is there"
    assert ejia_with(ONLY_NEW, "give-up", "k9").exit_code == 1, "nobody needs it"
    assert ejia_with(ONLY_NEW, "give-up", "k1").exit_code == 0
    assert ejia_with(ONLY_NEW, "check").exit_code == 0
    sealing.use(ring(("k2", K2)))
    assert found_by(housekeeping.count_sealed_values) == 0
    with transaction():
        assert key_register.missing_keys(keyring()) == []


def test_the_copy_works_without_what_a_lost_key_sealed(phone_of, street, administrator, ejia_with: Callable[..., Result]) -> None:
    person = registered_volunteer(phone_of, street, "a")
    officer = administrator(Role.COMMUNITY_OFFICER, "639999001001")
    demand = published_demand(officer, street)
    assert ejia_with(ONLY_OLD, "check").exit_code == 0
    assert ejia_with(ONLY_NEW, "give-up", "k1").exit_code == 0
    sealing.use(ring(("k2", K2)))
    assert person.seen("/me")["person"]["id_number"] == "*" * 18
    wanted = {"field": "id_number", "purpose": "verify_identity", "note": "核对身份"}
    assert refused(officer.post(f"/people/{person.person_id}/reveals", wanted)) == (409, "value_unreadable")
    assert refused(officer.get(f"/demands/{demand['id']}/beneficiary")) == (409, "value_unreadable")
    assert person.seen("/me/reveals")["items"] == [], "nothing was read"


def test_another_key_under_an_old_name_is_told(town: dict[str, str], ejia_with: Callable[..., Result]) -> None:
    assert ejia_with(ONLY_OLD, "check").exit_code == 0
    assert ejia_with(f"k1:{encoded(K2)}", "check").exit_code == 1


def test_values_that_no_key_opens_are_left_and_told_and_the_others_are_sealed(
    town: dict[str, str], ejia_with: Callable[..., Result]
) -> None:
    with transaction():
        spoilt = db.session.scalars(select(Person.id).limit(1)).one()
        db.session.execute(update(Person).where(Person.id == spoilt).values(id_number_sealed=b"\x01\x02k7" + bytes(40)))
    done = ejia_with(BOTH, "rotate")
    assert done.exit_code == 1
    assert f"people.id_number_sealed of {spoilt}" in done.output
    sealing.use(ring(("k2", K2)))
    with transaction():
        assert db.session.scalar(select(Person.id_number_sealed).where(Person.id == spoilt)) == b"\x01\x02k7" + bytes(40)
    assert key_ids() == {"k2", "k7"}


def make_people(number: int) -> None:
    """Bare persons with sealed numbers."""
    with transaction():
        area = db.session.scalars(select(Area).where(Area.path == "639999001001")).one()
        for _ in range(number):
            person_id, id_number = new_id(), identity_number()
            db.session.add(
                Person(
                    id=person_id,
                    name="王志愿",
                    id_number_sealed=keyring().seal(id_number, field="people.id_number", row=person_id),
                    id_number_index=keyring().index(id_number, field="people.id_number"),
                    born_on=date(1980, 1, 1),
                    sex=Sex.MALE,
                    area_id=area.id,
                    area_path=area.path,
                    created_at=clock.now(),
                )
            )


def sealed_by(key_id: str) -> int:
    with transaction():
        head = bytes([1, len(key_id)]) + key_id.encode()
        return db.session.scalar(select(func.count()).where(func.substring(Person.id_number_sealed, 1, len(head)) == head)) or 0


def rotation(ejia: CommandLine, *options: str) -> "subprocess.Popen[str]":
    """`ejia keys rotate` as a program of its own."""
    command = [sys.executable, "-m", "ejia.cli.main", "keys", "rotate", *options]
    return subprocess.Popen(command, env=ejia.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def await_seals(run: "subprocess.Popen[str]", least: int) -> int:
    """Look without a pause until so many numbers are sealed anew."""
    deadline = time.monotonic() + 60
    while (number := sealed_by("k2")) < least:
        assert run.poll() is None, run.communicate()[0]
        assert time.monotonic() < deadline
    return number


def test_killed_in_the_middle_it_loses_nothing_and_the_next_run_goes_on(
    street, ejia: CommandLine, ejia_with: Callable[..., Result]
) -> None:
    make_people(1500)
    before = everything()
    ejia.environment |= {"EJIA_SEALING_KEYS": BOTH, "PATH": "/usr/bin"}
    run = rotation(ejia, "--batch", "1")
    await_seals(run, 20)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert 20 <= sealed_by("k2") < 1500
    sealing.use(ring(("k2", K2), ("k1", K1)))
    assert everything() == before, "both keys open what there is"

    left = 1500 - sealed_by("k2")
    done = ejia_with(BOTH, "rotate", "--batch", "100")
    assert (done.exit_code, f"重新加密 {left:,} 项" in done.output) == (0, True), done.output
    sealing.use(ring(("k2", K2)))
    assert everything() == before


def test_a_row_that_a_request_holds_is_not_overwritten(street, ejia: CommandLine, ejia_with: Callable[..., Result]) -> None:
    make_people(60)
    ejia.environment |= {"EJIA_SEALING_KEYS": BOTH, "PATH": "/usr/bin"}
    with transaction():
        held = db.session.scalars(select(Person.id).order_by(Person.id).offset(10).limit(1)).one()
    with db.engine.connect() as request:
        sealed = ring(("k2", K2)).seal("13900005678", field="people.phone", row=held)
        request.execute(update(Person).where(Person.id == held).values(phone_sealed=sealed, name="李改名"))
        run = rotation(ejia)
        await_seals(run, 59)  # all others go on meanwhile
        request.commit()
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 0, said
    sealing.use(ring(("k2", K2)))
    assert everything()[f"people.phone {held}"] == "13900005678"
    assert sealed_by("k2") == 60


def test_the_index_goes_from_one_key_to_another_and_nobody_registers_twice_meanwhile(
    phone_of, street, ejia_with: Callable[..., Result], settings: Settings
) -> None:
    number = identity_number()
    registered_person(phone_of, street, "first", id_number=number)
    form = person_form(street, id_number=number)

    def again() -> tuple[int, str]:
        return refused(phone_of().post("/people", form))

    old = ring(("k1", K1))
    for keys in (ring(("k1", K1), second=NEW_INDEX), ring(("k1", K1), index=NEW_INDEX, second=OLD_INDEX)):
        sealing.use(keys)
        assert again() == (409, "identity_at_desk")
    # One of each kind, so that both ways round are found.
    later = identity_number()
    registered_person(phone_of, street, "second", id_number=later)
    sealing.use(ring(("k1", K1), index=OLD_INDEX, second=NEW_INDEX))
    assert refused(phone_of().post("/people", person_form(street, id_number=later))) == (409, "identity_at_desk")

    assert ejia_with(ONLY_OLD, "check", "--index", index=NEW_INDEX, second=OLD_INDEX).exit_code == 1
    done = ejia_with(ONLY_OLD, "rotate", "--index", index=NEW_INDEX, second=OLD_INDEX)
    assert (done.exit_code, "重新加密 1 项" in done.output) == (0, True), done.output
    assert ejia_with(ONLY_OLD, "check", "--index", index=NEW_INDEX).exit_code == 0
    sealing.use(ring(("k1", K1), index=NEW_INDEX))
    assert again() == (409, "identity_at_desk")
    sealing.use(old)
    assert ejia_with(ONLY_OLD, "check").exit_code == 1, "the old index key finds nothing any more"


def test_a_new_key_is_printed_and_fits_the_settings(ejia: CommandLine) -> None:
    printed = ejia("keys", "new", "--id", "k3").stdout.strip()
    key_id, _, key = printed.partition(":")
    assert (key_id, len(base64.b64decode(key, validate=True))) == ("k3", 32)
    assert ejia("keys", "new").stdout.strip() != ejia("keys", "new").stdout.strip()
    assert len(base64.b64decode(ejia("keys", "new", "--index").stdout.strip(), validate=True)) == 32


def test_a_process_writes_its_keys_down_when_it_starts(app: object, settings: Settings) -> None:
    create_app(settings)
    with transaction():
        uses = {line.key_id: line.fingerprint for line in db.session.execute(select(KeyUse.key_id, KeyUse.fingerprint))}
        assert uses == {"k1": key_register.fingerprint(K1), key_register.INDEX: key_register.fingerprint(OLD_INDEX)}

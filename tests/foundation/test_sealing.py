"""A sealed value opens in its own place, with its own key, and nowhere else."""

from uuid import UUID

import pytest
from sqlalchemy import LargeBinary, select, text

from backend.foundation.database import db
from backend.foundation.ids import new_id
from backend.foundation.sealing import INDEX_OF, SEALED, Keyring, SealBroken, head_of, keyring, row_of
from backend.people.models import Person
from backend.people.queries import own_card
from backend.tables import METADATA
from tests.support.people import registered_volunteer

FIELD, ROW = "people.phone", new_id()
K1, K2, INDEX = bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32
OLD, BOTH = Keyring({"k1": K1}, "k1", INDEX), Keyring({"k2": K2, "k1": K1}, "k2", INDEX)

NEITHER = {
    "imports.digest": "of a workbook, of which nothing can be read back",
    "idempotency_keys.body_digest": "a keyed digest, of which nobody without the index key finds the body by trying",
    "login_lockouts.name_index": "the blind index of a name that was tried; soon forgotten, and begun anew under another key",
    "audit_entries.source_digest": "a digest of an address and a salt; when both are erased nobody finds the address by trying",
    "audit_entries.digest": "of the entry and of all before it: the chain of the audit log",
    "audit_sources.salt": "drawn at random, and erased with its address",
    "recovery_codes.digest": "of a code drawn at random, which nobody finds by trying",
    "passkeys.credential_id": "drawn by the device; told to whoever has the password",
    "passkeys.public_key": "public: nobody signs by it",
    "passkey_challenges.challenge": "drawn at random, told to the browser, and gone when it is answered",
    "passkey_challenges.bound_to": "the id of a log-in, or a digest of a ticket that is signed; soon forgotten",
    "door_codes.proof": "a keyed digest of a printed code and its home: nobody without the key finds the code by trying",
    "files.sha256": "tells whether the bytes of a file are whole",
    "key_uses.fingerprint": "tells a key from another",
}
"""Bytes that are neither sealed nor a blind index, and why they need not be."""


def test_a_value_opens_in_its_own_place() -> None:
    sealed = OLD.seal("13800001234", field=FIELD, row=ROW)
    assert OLD.unseal(sealed, field=FIELD, row=ROW) == "13800001234"
    assert OLD.unseal(sealed, field=FIELD, row=str(ROW)) == "13800001234"
    assert b"13800001234" not in sealed
    assert OLD.seal("13800001234", field=FIELD, row=ROW) != sealed


@pytest.mark.parametrize(("field", "row"), [(FIELD, new_id()), ("people.id_number", ROW), (FIELD, "")])
def test_a_value_that_was_moved_does_not_open(field: str, row: UUID | str) -> None:
    sealed = OLD.seal("13800001234", field=FIELD, row=ROW)
    with pytest.raises(SealBroken):
        OLD.unseal(sealed, field=field, row=row)


def test_every_key_of_the_ring_opens_and_the_first_one_seals() -> None:
    sealed = OLD.seal("13800001234", field=FIELD, row=ROW)
    assert BOTH.unseal(sealed, field=FIELD, row=ROW) == "13800001234"
    again = BOTH.seal("13800001234", field=FIELD, row=ROW)
    assert head_of(again).key_id == "k2"
    with pytest.raises(SealBroken):
        OLD.unseal(again, field=FIELD, row=ROW)


@pytest.mark.parametrize("broken", [b"", b"\x01", b"\x01\x02", b"\x01\x02k1", b"\x02\x02k1" + bytes(40), b"\xff", bytes(range(80))])
def test_what_is_no_sealed_value_does_not_open(broken: bytes) -> None:
    with pytest.raises(SealBroken):
        BOTH.unseal(broken, field=FIELD, row=ROW)


def test_a_changed_byte_breaks_the_seal() -> None:
    sealed = OLD.seal("13800001234", field=FIELD, row=ROW)
    for place in range(len(sealed)):
        with pytest.raises(SealBroken):
            OLD.unseal(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :], field=FIELD, row=ROW)


def test_equal_values_of_one_field_meet_in_the_index_and_of_two_fields_do_not() -> None:
    assert OLD.index("1", field="a") == OLD.index("1", field="a")
    assert OLD.index("1", field="a") != OLD.index("1", field="b")
    changing = Keyring({"k1": K1}, "k1", index_key=K2, second_index_key=INDEX)
    assert changing.indexes("1", field="a") == [changing.index("1", field="a"), OLD.index("1", field="a")]


def test_each_column_of_bytes_says_what_it_holds() -> None:
    columns = [(f"{table.name}.{column.name}", column) for table in METADATA.sorted_tables for column in table.columns]
    silent = {name for name, column in columns if isinstance(column.type, LargeBinary) and not {SEALED, INDEX_OF} & column.info.keys()}
    assert silent == NEITHER.keys()
    fields = [str(column.info[SEALED]) for _, column in columns if SEALED in column.info]
    assert len(set(fields)) == len(fields) >= 6


def test_numbers_that_were_changed_for_one_another_in_the_database_are_not_shown(phone_of, street) -> None:
    one, other = (registered_volunteer(phone_of, street) for _ in range(2))
    swap = "UPDATE people SET id_number_sealed = (SELECT id_number_sealed FROM people WHERE id = :other) WHERE id = :one"
    with db.engine.begin() as connection:
        connection.execute(text(swap), {"one": one.person_id, "other": other.person_id})
    with pytest.raises(SealBroken):
        own_card(UUID(one.person_id))
    assert other.seen("/me")["person"]["id_number"].startswith("639999")


def test_an_answer_under_a_key_is_bound_to_account_route_and_key(phone_of, street) -> None:
    phone = registered_volunteer(phone_of, street)
    [line] = db.session.execute(text("SELECT account_id, route, key, answer FROM idempotency_keys")).all()
    here = row_of(line.account_id, line.route, line.key)
    assert phone.person_id.encode() in keyring().unseal_bytes(line.answer, field="idempotency_keys.answer", row=here)
    with pytest.raises(SealBroken):
        keyring().unseal_bytes(line.answer, field="idempotency_keys.answer", row=row_of(new_id(), line.route, line.key))
    assert db.session.scalars(select(Person.name)).one() == "王志愿"

"""`ejia keys …`: the keys that seal personal data, and the change from one to another."""

import base64
import secrets
from collections import Counter

import click
from sqlalchemy import MetaData

from backend.accounts.policy import Permission
from backend.foundation import audit, clock, key_register, resealing
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.resealing import Count, SealedTable
from backend.foundation.sealing import keyring
from backend.tables import METADATA
from ejia.cli.application import application
from ejia.cli.failures import Failure
from ejia.cli.progress import bar

KEY_BYTES = 32


@click.group(name="keys")
def keys() -> None:
    """密钥。The keys that seal ID numbers, phones and addresses: which seal what, a new one, and the change to it."""


@keys.command(short_help="新密钥。Draw a key and print it.")
@click.option("--id", "key_id", help="The new key's name; without it, the day.")
@click.option("--index", is_flag=True, help="A key for the blind index, which has no name.")
def new(key_id: str | None, index: bool) -> None:
    """新密钥。Draw a key and print it; nothing is changed and nothing is kept."""
    key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    click.echo(key if index else f"{key_id or f'k{clock.shanghai_day(clock.now()):%Y%m%d}'}:{key}")
    then = "EJIA_SECOND_INDEX_KEY, then EJIA_INDEX_KEY" if index else "EJIA_SEALING_KEYS, last at first"
    click.echo(f"For {then}: docs/operations.md, Keys and their change, says in which order.", err=True)


@keys.command(name="list", short_help="密钥清单。Which key seals how many values.")
def list_keys() -> None:
    """密钥清单。Which key seals how many values: a key that seals none may go from the settings."""
    with application():
        counts = _counts(METADATA)
        ring = keyring()
        sealed = Counter(dict.fromkeys(ring.keys, 0))
        for count in counts:
            sealed[count.key_id] += count.values
        for key_id, number in sealed.items():
            state = "seals" if key_id == ring.sealing_id else "opens" if key_id in ring.keys else "MISSING FROM THE SETTINGS"
            click.echo(f"{key_id:<20} {number:>12,}  {state}")
            for count in counts:
                if count.key_id == key_id:
                    click.echo(f"    {count.column:<32} {count.values:>12,}")


@keys.command(short_help="检查。Fail when values need a key that the settings do not hold.")
@click.option("--index", is_flag=True, help="Also open every value and compare its blind index with the key of the settings.")
def check(index: bool) -> None:
    """检查。Fail when values are sealed by a key that the settings do not hold, or indexed by another one."""
    with application():
        with transaction():
            given_up = key_register.given_up()
        unknown = [count for count in _counts(METADATA) if count.key_id not in keyring().keys.keys() | given_up]
        with transaction():
            complaints = [
                f"the register names a key that the settings do not hold: {name}" for name in key_register.missing_keys(keyring())
            ]
        complaints += [f"{one.column}: {one.values:,} values are sealed by {one.key_id!r}" for one in unknown]
        if index:
            complaints += _wrong_indexes()
    if complaints:
        raise Failure("The keys do not fit the database:\n" + "\n".join(f"  {complaint}" for complaint in complaints))
    click.echo("Every value can be opened by a key of the settings.")


@keys.command(name="give-up", short_help="放弃密钥。Say that a key is lost for good.")
@click.argument("key_id")
def give_up(key_id: str) -> None:
    """放弃密钥。Say that a key is lost for good: what it sealed is never read again, and the copy stops asking for it."""
    with application():
        if key_id in keyring().keys:
            raise Failure(f"The settings hold {key_id}: it is not lost.")
        with transaction():
            if not key_register.give_up(key_id, now=clock.now()):
                raise Failure(f"No value is known to need a key of the name {key_id}.")
            audit.record(Actor.system(), Permission.KEYS_ROTATE, None, now=clock.now(), key=key_id, given_up=True)
    click.echo(f"已放弃密钥 {key_id}。")


@keys.command(short_help="换密钥。Seal every value anew with the first key.")
@click.option("--index", is_flag=True, help="Also make the blind index anew, with EJIA_INDEX_KEY.")
@click.option("--batch", type=click.IntRange(1, 10_000), default=500, show_default=True, help="Rows of one transaction.")
def rotate(index: bool, batch: int) -> None:
    """换密钥。Seal every value anew with the first key of EJIA_SEALING_KEYS.

    Requests and workers go on meanwhile. Cut short at any instant it loses nothing; run again, it goes on where it was.
    """
    with application():
        tables = resealing.sealed_tables(METADATA)
        with transaction():
            key_register.note_keys(keyring(), now=clock.now())
        changed, unopened = 0, []
        for sealed in tables:
            outcome = _rotate(sealed, index_too=index, batch=batch)
            changed += outcome.changed
            unopened += outcome.unopened
        left = _finish(tables, changed, index=index, whole=not unopened)
    click.echo(f"重新加密 {changed:,} 项。")
    if unopened:
        shown = "\n".join(f"  {one}" for one in unopened[:20])
        raise Failure(f"{len(unopened):,} values are opened by no key of the settings and were left as they are:\n{shown}")
    if left:
        raise Failure(
            f"{left:,} values were sealed by another key meanwhile: restart what still runs with the old order of keys, run again."
        )


def _rotate(sealed: SealedTable, *, index_too: bool, batch: int) -> resealing.Outcome:
    with transaction():
        waiting = resealing.count_waiting(sealed, index_too=index_too)
    advance = bar(sealed.table.name, waiting)
    return resealing.reseal(sealed, index_too=index_too, batch=batch, advance=advance)


def _finish(tables: list[SealedTable], changed: int, *, index: bool, whole: bool) -> int:
    """Write down what was done; returns how many values wait (again)."""
    now = clock.now()
    with transaction():
        counts = resealing.count_by_key(tables)
        key_register.keep_only(keyring(), {count.key_id for count in counts}, now=now)
        if index and whole:
            key_register.keep_only_index_of(keyring(), now=now)
        audit.record(Actor.system(), Permission.KEYS_ROTATE, None, now=now, values=changed, index=index, key=keyring().sealing_id)
    return sum(count.values for count in counts if count.key_id != keyring().sealing_id and count.key_id in keyring().keys)


def _counts(metadata: MetaData) -> list[Count]:
    with transaction():
        return resealing.count_by_key(resealing.sealed_tables(metadata))


def _wrong_indexes() -> list[str]:
    complaints = []
    for sealed in resealing.sealed_tables(METADATA):
        with transaction():
            length = resealing.count_waiting(sealed, index_too=True) if sealed.indexes else 0
        wrong = resealing.wrongly_indexed(sealed, batch=500, advance=bar(sealed.table.name, length))
        complaints += [f"{sealed.table.name}: {wrong:,} values are not found by EJIA_INDEX_KEY"] if wrong else []
    return complaints

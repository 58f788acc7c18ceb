"""Volunteers with a phone, many at once: persons with all that the product keeps of one, an account, and an access token."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert

from backend.accounts import tokens
from backend.accounts.models import Account, AccountStatus, Login, LoginKind, RoleGrant, TokenFamily
from backend.accounts.tokens import AccessClaims
from backend.areas.models import Area
from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from backend.foundation.identifiers import Sex, identity_check_digit
from backend.foundation.ids import new_id
from backend.foundation.sealing import keyring
from backend.people.models import ID_NUMBER, PHONE, Person
from backend.volunteers.models import Volunteer

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a phone."""

    person_id: UUID
    account_id: UUID
    token: str


def volunteers(home: Area, count: int) -> list[Holder]:
    """So many registered volunteers of a community, each logged in."""
    now = clock.now()
    rows: dict[type, list[Row]] = {kind: [] for kind in (Person, Volunteer, Account, Login, TokenFamily, RoleGrant)}
    made = [_volunteer(home, number, rows, now) for number in range(count)]
    with transaction():
        for kind, values in rows.items():
            db.session.execute(insert(kind), values)
    return made


def officer(area_path: str) -> Holder:
    """A street officer of an area, logged in."""
    now = clock.now()
    rows: dict[type, list[Row]] = {kind: [] for kind in (Account, Login, TokenFamily, RoleGrant)}
    holder = _account(None, "officer", rows, now)
    _grant(holder.account_id, rows, now, role=Role.STREET_OFFICER, area_path=area_path)
    with transaction():
        for kind, values in rows.items():
            db.session.execute(insert(kind), values)
    return holder


def _volunteer(home: Area, number: int, rows: dict[type, list[Row]], now: datetime) -> Holder:
    keys, person_id, volunteer_id = keyring(), new_id(), new_id()
    first_17 = f"63999919800101{number % 1000:03d}"
    id_number, phone = first_17 + identity_check_digit(first_17), f"1380000{number % 10_000:04d}"
    place = {"area_id": home.id, "area_path": home.path}
    rows[Person].append(
        place
        | {"id": person_id, "name": "王测试", "born_on": date(1980, 1, 1), "sex": Sex.FEMALE, "created_at": now}
        | {
            "id_number_sealed": keys.seal(id_number, field=ID_NUMBER, row=person_id),
            "id_number_index": keys.index(f"{id_number}-{number}", field=ID_NUMBER),  # more persons than numbers of one day
            "phone_sealed": keys.seal(phone, field=PHONE, row=person_id),
            "phone_index": keys.index(phone, field=PHONE),
        }
    )
    fact = {"id": volunteer_id, "fact_id": volunteer_id, "recorded_at": now, "void": False}
    rows[Volunteer].append(place | fact | {"person_id": person_id, "number": f"志测{number:06d}", "registered_on": clock.shanghai_day(now)})
    holder = _account(person_id, f"holder-{number}", rows, now)
    _grant(holder.account_id, rows, now, role=Role.VOLUNTEER, person_id=person_id)
    return holder


def _account(person_id: UUID | None, name: str, rows: dict[type, list[Row]], now: datetime) -> Holder:
    account_id, login_id, family_id = (new_id() for _ in range(3))
    rows[Account].append({"id": account_id, "status": AccountStatus.ACTIVE, "person_id": person_id, "created_at": now})
    login = {"kind": LoginKind.WECHAT, "appid": "wx-bench", "openid": f"oBench-{name}", "created_at": now}
    rows[Login].append(login | {"id": login_id, "account_id": account_id})
    family = {"generation": 1, "rotated_at": now, "created_at": now, "expires_at": now.replace(year=now.year + 1)}
    rows[TokenFamily].append(family | {"id": family_id, "account_id": account_id, "login_id": login_id})
    return Holder(person_id or account_id, account_id, tokens.maker().access_token(AccessClaims(account_id, family_id), now=now))


def _grant(account_id: UUID, rows: dict[type, list[Row]], now: datetime, **granted: object) -> None:
    rows[RoleGrant].append(granted | {"id": new_id(), "account_id": account_id, "starts_at": now, "granted_at": now})

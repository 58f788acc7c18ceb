"""An answer is given again only to who still holds what they held when it was given, and a secret to nobody."""

from apiflask import APIFlask
from sqlalchemy import select

from backend.foundation.database import db
from backend.foundation.idempotency import IdempotencyKey
from miniprogram_api.contract import Out
from miniprogram_api.schemas.auth import InitialPasswordOut, OfficeLoginOut, RecoveryCodesOut, SecondFactorBegunOut
from miniprogram_api.schemas.beneficiaries import DoorCodeOut
from miniprogram_api.schemas.demands import BeneficiaryOut
from miniprogram_api.schemas.reveals import RevealOut
from tests.support.people import volunteer_form
from tests.support.phone import Phone, refused
from tests.support.proxies import proxy_form
from tests.support.street import Street
from web.routes import contract_of

KEY = "one-submission"
SECRETS: tuple[type[Out], ...] = (
    BeneficiaryOut,
    DoorCodeOut,
    InitialPasswordOut,
    OfficeLoginOut,
    RecoveryCodesOut,
    RevealOut,
    SecondFactorBegunOut,
)


def dismiss(street: Street, officer: Phone) -> None:
    [grant] = officer.seen("/me/role-grants")["items"]
    street.officer.made(f"/role-grants/{grant['id']}/withdrawal", {"reason": "调离"})


def test_who_was_dismissed_does_not_get_an_answer_of_before_again(street: Street) -> None:
    officer = street.home.officer
    form = proxy_form(street, street.home.proxy.card)
    first = officer.post("/proxies", form, key=KEY)
    assert (first.status_code, officer.post("/proxies", form, key=KEY).get_data()) == (201, first.get_data())

    dismiss(street, officer)

    again = officer.post("/proxies", form, key=KEY)
    assert refused(again) == (409, "answer_not_kept")
    assert first.get_json()["id"] not in again.get_data(as_text=True)
    assert refused(officer.post("/proxies", form)) == (403, "forbidden")


def test_who_became_more_by_it_gets_the_answer_again(street: Street) -> None:
    """A phone on a bad line registers a volunteer twice under one key: by then they are a person, and a volunteer."""
    phone, form = street.phone(), volunteer_form(street)
    first = phone.post("/volunteers", form, key=KEY)

    assert first.status_code == 201
    assert phone.post("/volunteers", form, key=KEY).get_data() == first.get_data()


def test_a_secret_is_told_once_and_kept_nowhere(street: Street) -> None:
    form = {"login_name": "new-colleague", "role": "grid_worker", "area_id": street["和平社区"]}
    first = street.officer.post("/office-logins", form, key=KEY)
    assert first.status_code == 201, first.get_json()

    assert refused(street.officer.post("/office-logins", form, key=KEY)) == (409, "answer_not_kept")
    kept = db.session.execute(select(IdempotencyKey.status, IdempotencyKey.answer).where(IdempotencyKey.key == KEY)).one()
    assert tuple(kept) == (201, None)


def test_every_route_that_tells_a_secret_says_so(app: APIFlask) -> None:
    contracts = [contract_of(view) for view in app.view_functions.values()]
    assert {contract.told_once for contract in contracts if contract.output in SECRETS} == {True}
    told = {contract.output for contract in contracts if contract.told_once}
    assert told - {None} == set(SECRETS), "a page of the console has no shape: tests/console/test_offices.py"

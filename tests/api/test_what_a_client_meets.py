"""What the developer of a client relies on, asked of every reading that there is: what is the same for everybody is sent once, and each
answer tells the time; and the forms of codes are those that the document tells."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime

from apiflask import APIFlask
from flask.testing import FlaskClient

from backend.foundation import clock
from tests.support.attendance import Visit
from tests.support.people import registered_person
from tests.support.phone import Phone
from tests.support.street import Street
from web.routes import contract_of

API = "/api/v1"
CATALOGUES = {
    *("/areas", "/areas/tree", "/beneficiary-notice", "/brands", "/indicators", "/notices", "/points/rules", "/reveal-purposes", "/words")
}


def readings(app: APIFlask) -> Iterator[tuple[str, bool]]:
    """What is read without naming anything, and whether who has the answer may ask if it is still the same."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(API) and "GET" in (rule.methods or ()) and not rule.arguments:
            yield rule.rule.removeprefix(API), contract_of(app.view_functions[rule.endpoint]).revalidated


def test_what_is_the_same_for_everybody_is_sent_once_and_each_answer_tells_the_time(app: APIFlask, street: Street) -> None:
    reader, other = street.home.volunteer(), street.next.officer
    alike, revalidated = set(), set()
    for path, is_revalidated in readings(app):
        first = reader.get(path)
        assert abs(parsedate_to_datetime(first.headers["Date"]) - clock.now()) < timedelta(minutes=1), path
        of_one = path.startswith("/me") or first.status_code != 200 or "next_cursor" in first.get_json()
        if not of_one and first.get_data() == other.get(path).get_data():
            alike.add(path)
        if is_revalidated:
            revalidated.add(path)
            headers = {"Authorization": f"Bearer {reader.access_token}", "If-None-Match": first.headers["ETag"]}
            again = reader.client.get(API + path, headers=headers)
            assert (again.status_code, again.get_data(), again.headers["ETag"]) == (304, b"", first.headers["ETag"]), path
            former = reader.client.get(API + path, headers=headers | {"If-None-Match": '"former"'})
            assert (former.status_code, former.get_data()) == (200, first.get_data()), path
    assert alike <= revalidated == CATALOGUES


def test_the_forms_of_codes_are_those_that_the_document_tells(
    client: FlaskClient, phone_of: Callable[..., Phone], street: Street, officer: Phone
) -> None:
    told = client.get("/openapi.json").get_json()["paths"][f"{API}/sign-ins"]["post"]["description"]
    shown, scanned, typed = re.search(r"`EJ1\.` 加 (\d+) 个字符.*`EJD1\.` 加 (\d+) 个字符.*手工输入的 (\d+) 个字符", told).groups()
    visit = Visit(street, requester=registered_person(phone_of, street))
    beneficiary = officer.seen("/beneficiaries")["items"][0]["id"]
    door = officer.made(f"/beneficiaries/{beneficiary}/door-code")
    assert re.fullmatch(rf"EJ1\.[\w-]{{{shown}}}", visit.code(), re.ASCII)
    assert re.fullmatch(rf"EJD1\.[A-Z0-9]{{{scanned}}}", door["qr"])
    assert re.fullmatch(rf"[A-Z0-9]{{{typed}}}", door["text"].replace("-", ""))
    assert visit.member.made("/sign-ins", {"code": door["text"].lower()})["shift_id"] == visit.shift_id

"""The clock of a trial copy goes forward over HTTP; production has no such address."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from backend.foundation import clock
from backend.foundation.database import db
from config.settings import Profile, Settings, SettingsInvalid
from ejia.trial.web import create_trial_app
from tests.support.environment import production_environment
from tests.support.phone import Phone, refused

PATH = "/__trial__/clock"


@pytest.fixture(scope="session")
def trial_application(settings: Settings) -> Iterator[APIFlask]:
    app = create_trial_app(settings)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def trial(app: APIFlask, trial_application: APIFlask) -> FlaskClient:
    """A terminal at the machine on which a trial copy runs; `app` has set its clock back."""
    return trial_application.test_client()


def lead_of(client: FlaskClient) -> float:
    lead: float = client.get(PATH).get_json()["lead_s"]
    return lead


def test_clock_goes_forward_for_everybody(trial: FlaskClient, phone_of: Callable[..., Phone]) -> None:
    before, phone = clock.now(), phone_of("somebody")
    answer = trial.post(PATH, json={"advance_s": 2820})
    assert answer.status_code == 200
    assert timedelta(minutes=47) <= clock.now() - before < timedelta(minutes=48)
    assert datetime.fromisoformat(answer.get_json()["now"]) - before >= timedelta(minutes=47)
    assert answer.get_json()["lead_s"] == lead_of(trial) == 2820
    old = phone.client.get("/api/v1/me", headers={"Authorization": f"Bearer {phone.access_token}"})
    assert refused(old) == (401, "token_invalid")
    assert phone.get("/me").status_code == 200, "as the mini-program does, it refreshes and asks again"


def test_reading_the_clock_moves_nothing(trial: FlaskClient) -> None:
    assert lead_of(trial) == lead_of(trial) == 0
    shown = datetime.fromisoformat(trial.get(PATH).get_json()["now"])
    assert abs(shown - datetime.now(UTC)) < timedelta(minutes=1)


def test_of_steps_at_the_same_moment_each_counts(trial: FlaskClient, trial_application: APIFlask) -> None:
    def step(_: int) -> int:
        return trial_application.test_client().post(PATH, json={"advance_s": 1}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(step, range(40))) == {200}
    assert lead_of(trial) == 40


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"advance_s": -1}, 422, "invalid"),
        ({"advance_s": "60"}, 422, "invalid"),
        ({"advance_s": 1e12}, 422, "invalid"),
        ({"advance_s": 60, "now": "2026-03-05T09:00:00+08:00"}, 422, "invalid"),
        ({}, 422, "invalid"),
    ],
)
def test_wrong_step_is_refused_and_the_clock_stands(trial: FlaskClient, body: dict[str, object], status: int, code: str) -> None:
    assert refused(trial.post(PATH, json=body)) == (status, code)
    assert lead_of(trial) == 0


def test_clock_is_at_most_ten_years_ahead(trial: FlaskClient) -> None:
    ten_years = clock.LONGEST_LEAD.total_seconds()
    assert trial.post(PATH, json={"advance_s": ten_years}).status_code == 200
    assert refused(trial.post(PATH, json={"advance_s": 1})) == (422, "clock_too_far_ahead")
    assert lead_of(trial) == ten_years


def test_page_of_another_site_cannot_make_a_browser_steer(trial: FlaskClient) -> None:
    """A form or a fetch without the other side's consent sends no application/json."""
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        answer = trial.post(PATH, data='{"advance_s": 60}', content_type=content_type)
        assert refused(answer) == (415, "unsupported_media_type")
    assert lead_of(trial) == 0


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7", "unknown", ""])
def test_other_machine_finds_no_clock(trial: FlaskClient, address: str) -> None:
    there = {"REMOTE_ADDR": address}
    assert refused(trial.get(PATH, environ_base=there)) == (404, "not_found")
    assert refused(trial.post(PATH, json={"advance_s": 60}, environ_base=there)) == (404, "not_found")
    assert lead_of(trial) == 0


def test_product_itself_has_no_such_address_and_does_not_describe_it(client: FlaskClient, trial: FlaskClient) -> None:
    assert refused(client.post(PATH, json={"advance_s": 60})) == (404, "not_found")
    assert lead_of(trial) == 0
    assert trial.get("/openapi.json").get_json() == client.get("/openapi.json").get_json()


def test_copy_whose_clock_is_not_steered_has_no_such_address(settings: Settings) -> None:
    unsteered = create_trial_app(settings.model_copy(update={"clock_file": None}))
    try:
        assert refused(unsteered.test_client().post(PATH, json={"advance_s": 60})) == (404, "not_found")
    finally:
        clock.steer_by(settings.clock_file)
        with unsteered.app_context():
            db.engine.dispose()


def test_production_refuses_the_trial_and_its_own_application_never_loads_it(settings: Settings, app_url: str, project_root: Path) -> None:
    production = settings.model_copy(update={"profile": Profile.PRODUCTION, "clock_file": None})
    with pytest.raises(SettingsInvalid, match="EJIA_PROFILE"):
        create_trial_app(production)
    environment = {"PATH": os.environ["PATH"], **production_environment(app_url), "REDIS_URL": settings.redis_url}
    asked = subprocess.run([sys.executable, "-c", ASK], cwd=project_root, env=environment, capture_output=True, text=True, check=True)
    assert asked.stdout.split("\n")[-2:] == ["404 not_found []", ""], asked.stdout


ASK = f"""
import sys
from ejia.app import create_app
answer = create_app().test_client().post("{PATH}", json={{"advance_s": 60}})
print(answer.status_code, answer.get_json()["code"], [name for name in sys.modules if name.startswith("ejia.trial")])
"""

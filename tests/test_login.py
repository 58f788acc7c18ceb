"""Administrators log in over the API; tokens rotate; who logged out is out."""

from backend.foundation.actor import Role
from tests.support.phone import refused


def test_who_is_logged_in_sees_their_roles(administrator, street):
    officer = administrator(Role.COMMUNITY_OFFICER, "639999001001")

    roles = officer.seen("/me")["roles"]

    assert [(role["role"], role["area_path"]) for role in roles] == [("community_officer", "639999001001")]


def test_nobody_is_asked_to_log_in(client):
    assert refused(client.get("/api/v1/me")) == (401, "unauthenticated")
    assert refused(client.get("/api/v1/me", headers={"Authorization": "Bearer x.y.z"})) == (401, "token_invalid")


def test_the_document_describes_every_route(client):
    answer = client.get("/openapi.json")

    assert answer.status_code == 200
    assert "/api/v1/auth/password" in answer.get_json()["paths"]

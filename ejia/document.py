"""The API as it describes itself: the routes alone, without settings, database or Redis."""

from functools import cache

from apiflask import APIFlask

from config.settings import Settings
from ejia.resources import RESOURCES
from miniprogram_api import api, docs, health

RELEASE: str = Settings.model_fields["release"].default
"""What a copy calls this release, unless its settings say otherwise."""


@cache
def described_api(release: str = RELEASE) -> APIFlask:
    """An application that answers nothing and knows what it would answer; its routes in the order of the real one."""
    app = APIFlask("document", version=release, enable_openapi=False, static_folder=None)  # type: ignore[arg-type]
    api.install(app)
    for resource in (health.bp, *RESOURCES):
        app.register_blueprint(resource)
    return app


def document(release: str = RELEASE) -> bytes:
    """What a copy of this release answers under /openapi.json, byte for byte."""
    return docs.document_of(described_api(release))

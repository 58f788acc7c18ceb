"""Builds the web application: what every process stands on (core.py), contract, faces and resources. The import itself builds nothing."""

from apiflask import APIFlask
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.foundation import clock
from backend.wechat.client import client_from
from config.settings import Settings
from console.pages import PAGES
from console.pages import bp as pages
from console.views import board
from ejia import core, logs, memory, request_metrics
from ejia.production import settings_for_start
from ejia.resources import CONSOLE, RESOURCES
from miniprogram_api import api
from miniprogram_api.api import API
from miniprogram_api.health import bp as health_routes
from web import health, limits
from web.application import make_application, watch
from web.in_hand import request_in_hand


def create_app(settings: Settings | None = None) -> APIFlask:
    """Build the application, from the environment unless settings are given.

    Raises SettingsInvalid or CatalogueInvalid when the copy may not start.
    """
    is_of_this_process = settings is None
    settings = settings or settings_for_start()
    check = core.begin(settings)
    app = make_application(settings, API, PAGES)
    app.before_request(lambda: None if request_in_hand().path == "/healthz" else check.before_work())
    watch(app, logs.note_answer)
    request_metrics.watch_requests(app)
    limits.install(app, settings)
    health.install(app, settings, lines_lost=logs.lines_lost)
    api.install(app)
    app.register_blueprint(health_routes)
    app.register_blueprint(pages)
    board.install(app, settings)
    core.equip(app, settings, check)
    redis = Redis.from_url(settings.redis_url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))
    app.extensions["wechat"] = client_from(settings, redis, clock.now)
    for resource in (*RESOURCES, *CONSOLE):
        app.register_blueprint(resource)
    if is_of_this_process:
        memory.settle()
    return app

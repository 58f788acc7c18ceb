"""The application on which the faces stand: refusals, limits of size, safe headers, request ids, and who watches its answers."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from apiflask import APIFlask
from flask import Flask, Response, current_app, g, request
from werkzeug.http import http_date
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.foundation import asked, clock
from backend.foundation.tracing import bind_request_id, current_request_id, new_request_id, sane_request_id
from config.settings import Settings
from web import attempts, cookie, refusals
from web.faces import Face, face_in_hand
from web.faces import install as install_faces

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ONLY_BY_HTTPS = "max-age=31536000"


def make_application(settings: Settings, *faces: Face) -> APIFlask:
    """An app with these faces and no route yet: refusals, limits of size, headers and request ids are settled."""
    # No folder of static files at the root; APIFlask types it as str where Flask takes None.
    app = _Application("web", version=settings.release, enable_openapi=False, static_folder=None)  # type: ignore[arg-type]
    # Beyond this a body is not read, with a stated length or in chunks.
    app.config["MAX_CONTENT_LENGTH"] = settings.body_limit_bytes
    # An address with two slashes is unknown; the redirect that werkzeug would send is a page of HTML.
    app.url_map.merge_slashes = False
    app.wsgi_app = _in_one_piece(app.wsgi_app)  # type: ignore[method-assign, assignment]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_trace)
    app.after_request(_finish)
    if not settings.is_trial:
        app.after_request(_insist_on_https)
    install_faces(app, *faces)
    cookie.install(app, settings)
    refusals.install(app, attempts.note_refused)
    return app


class Answered(NamedTuple):
    """One answer, as whoever watches hears of it: the route is its template, None where no route fits; the time is in seconds."""

    method: str
    route: str | None
    status: int
    seconds: float


def watch(app: Flask, watcher: Callable[[Answered], None]) -> None:
    """Have a watcher hear of each answer of the app."""
    app.extensions.setdefault(_WATCHERS, []).append(watcher)


_WATCHERS = "ejia_watchers"


class _Application(APIFlask):
    """Flask asks of each function at each call whether it is asynchronous; none of ours is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def _in_one_piece(application: "WSGIApplication") -> "WSGIApplication":
    """The answers of an application as lists: all of ours lie in memory, and granian sends a list at once, anything else piece by piece
    through a channel between threads (a tenth of a claim)."""

    def whole(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        answer = application(environ, start_response)
        try:
            return list(answer)
        finally:
            close = getattr(answer, "close", None)  # of what werkzeug gives all but a plain list have it
            if close is not None:
                close()

    return whole


def _trace() -> None:
    """First of all hooks: when the request began (what watches measures from here) and what it is called."""
    g.began = time.perf_counter()
    asked.begin()
    bind_request_id(sane_request_id(request.headers.get("X-Request-Id")) or new_request_id(), source=request.remote_addr)


def _finish(answer: Response) -> Response:
    headers = answer.headers
    for name, value in face_in_hand().headers.items():
        if name not in headers:
            headers.add(name, value)
    headers.add("X-Request-Id", current_request_id() or new_request_id())
    headers["Date"] = http_date(clock.now())  # what a phone reckons from; a server would take its own clock
    route = request.url_rule
    answered = Answered(request.method, route.rule if route else None, answer.status_code, time.perf_counter() - g.began)
    for watcher in current_app.extensions.get(_WATCHERS, ()):
        watcher(answered)
    return answer


def _insist_on_https(answer: Response) -> Response:
    """A browser that came by https comes by https for a year; said over http it would count for nothing."""
    if request.is_secure:
        answer.headers["Strict-Transport-Security"] = _ONLY_BY_HTTPS
    return answer

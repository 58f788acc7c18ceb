"""The application on which the faces stand: refusals, limits of size, safe headers, request ids, and who watches its answers."""

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from apiflask import APIFlask
from flask import Flask, Request, Response, current_app, request
from flask.sessions import NullSession, SessionInterface
from werkzeug.exceptions import BadHost
from werkzeug.http import http_date
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter
from werkzeug.wsgi import get_host

from backend.foundation import asked, clock
from backend.foundation.tracing import bind_request_id, current_request_id, new_request_id, sane_request_id
from config.settings import Settings
from web import attempts, cookie, refusals
from web.faces import Face, face_in_hand
from web.faces import install as install_faces
from web.in_hand import request_in_hand

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
    app.after_request(_tell_watchers)
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
_BEGAN = "ejia.began"


class _Answer(Response):
    """An answer as the views give it, a `Response` of Flask's, on its way out."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "HEAD" or not self._is_whole:
            return super().__call__(environ, start_response)
        # Werkzeug would copy the headers one by one, to look whether there is something to mend.
        start_response(self.status, self.headers.to_wsgi_list())
        return cast(list[bytes], self.response)

    @property
    def _is_whole(self) -> bool:
        """Whether it is one piece in memory, leads nowhere, and nobody waits for its end: as nearly all are."""
        body = self.response
        if self.status_code not in _WITH_A_BODY or self._on_close or not isinstance(body, list) or len(body) != 1:
            return False
        said = {name.lower() for name, _ in self.headers}
        return isinstance(body[0], bytes) and "content-length" in said and said.isdisjoint(("location", "content-location"))


_WITH_A_BODY = frozenset({200, 201, 202, *range(400, 600)})


class _NoSession(SessionInterface):
    """Nothing is kept in Flask's cookie: who calls is known by the credential of the face."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002 - as Flask calls it
        return self._none

    def is_null_session(self, obj: object) -> bool:
        return obj is self._none


def _ends_by_itself(environ: "WSGIEnvironment", limit: int) -> bool:
    """Whether the server ends the body where it was said to end, within the limit. What comes in chunks has no end that anybody said, even
    where a length stands beside."""
    stated: str = environ.get("CONTENT_LENGTH") or ""
    is_told = stated.isdecimal() and int(stated) <= limit and "HTTP_TRANSFER_ENCODING" not in environ
    return is_told and bool(environ.get("wsgi.input_terminated"))


class _Application(APIFlask):
    """Without what Flask asks at each call and none of ours needs: whether a function is asynchronous, at which host a request came."""

    response_class = _Answer
    session_interface = _NoSession()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """As Flask's, which has path and query decoded once more and the host asked for twice: ours answers alike under every name."""
        if request is None:
            return super().create_url_adapter(request)
        limit = request.max_content_length = self.config["MAX_CONTENT_LENGTH"]  # or the proxy of the application is asked for it, twice
        if _ends_by_itself(request.environ, limit):
            request.stream = request.environ["wsgi.input"]  # werkzeug would count along
        request.host = get_host(request.environ, request.trusted_hosts)
        try:
            request.host.partition(":")[0].encode("idna")  # `a..b` is no name, nor is a part of 64 letters
        except UnicodeError as no_name:
            raise BadHost from no_name
        query = request.query_string.decode(errors="replace")  # a redirect takes it along
        return MapAdapter(self.url_map, request.host, request.root_path, "", request.scheme, request.path, request.method, query)


def _in_one_piece(application: "WSGIApplication") -> "WSGIApplication":
    """The answers of an application as lists: all of ours lie in memory, and granian sends a list at once, anything else piece by piece
    through a channel between threads (a tenth of a claim).

    What all answers say stands beside what each one says here, and not before: werkzeug looks at each header of an answer four times."""

    def whole(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            return start_response(status, _with_what_all_say(headers), exc_info)

        answer = application(environ, start)
        try:
            return list(answer)
        finally:
            close = getattr(answer, "close", None)  # of what werkzeug gives all but a plain list have it
            if close is not None:
                close()

    return whole


def _trace() -> None:
    """First of all hooks: when the request began (what watches measures from here) and what it is called."""
    sent = request_in_hand()
    sent.environ[_BEGAN] = time.perf_counter()
    asked.begin()
    bind_request_id(sane_request_id(sent.environ.get("HTTP_X_REQUEST_ID")) or new_request_id(), source=sent.remote_addr)


def _tell_watchers(answer: Response) -> Response:
    sent = request_in_hand()
    route, seconds = sent.url_rule, time.perf_counter() - sent.environ[_BEGAN]
    answered = Answered(sent.method, route.rule if route else None, answer.status_code, seconds)
    for watcher in current_app.extensions.get(_WATCHERS, ()):
        watcher(answered)
    return answer


def _with_what_all_say(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers of an answer, those of its face that it does not say otherwise, its id and the date."""
    said = {name.lower() for name, _ in headers}
    # What a phone reckons from; a server would take its own clock, as werkzeug does where it compares an ETag.
    own = [header for header in headers if header[0].lower() != "date"] if "date" in said else headers
    of_face = [header for header in face_in_hand().headers.items() if header[0].lower() not in said]
    return [*own, *of_face, ("X-Request-Id", current_request_id() or new_request_id()), ("Date", http_date(clock.now()))]


def _insist_on_https(answer: Response) -> Response:
    """A browser that came by https comes by https for a year; said over http it would count for nothing."""
    if request.is_secure:
        answer.headers["Strict-Transport-Security"] = _ONLY_BY_HTTPS
    return answer

"""`python -m ejia.trial.wechat_server`: the stand-in WeChat server as a process of its own, on this machine only.

    curl -s -X POST localhost:PORT/__stand-in__/codes/login -d '{"user": "resident-1"}'

gives a login code that the product accepts as one of `wx.login`.
"""

import argparse
import ipaddress
import json
import os
import socket
import sys
from collections.abc import Callable

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from ejia.trial.wechat.api import CALLS, ApiCall
from ejia.trial.wechat.stand_in import StandIn
from ejia.trial.wechat.steering import steering

LOOPBACK = "127.0.0.1"
ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_stand_in(appid: str, secret: str) -> Flask:
    """A WeChat server for one mini-program, with a state of its own: to be served by one process."""
    app = Flask(__name__, static_folder=None)
    stand_in = StandIn(appid, secret)
    for call in CALLS:
        # Every method reaches the call: the real server answers a wrong one with an errcode, not with 405.
        app.add_url_rule(call.path, endpoint=call.name, view_func=_view(stand_in, call), methods=ANY_METHOD)
    app.register_blueprint(steering(stand_in))
    return app


def stand_in_server(app: Flask, port: int, host: str = LOOPBACK) -> BaseWSGIServer:
    """A threaded server for the app; port 0 takes a free one. Raises ValueError for an address beyond this machine."""
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError("the stand-in gives codes and session keys to whoever asks: it listens on this machine only")
    return make_server(host, port, app, threaded=True, request_handler=_QuietHandler)


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """No line per request: the calls can be read at /__stand-in__/calls."""


def _view(stand_in: StandIn, call: ApiCall) -> Callable[[], Response]:
    def view() -> Response:
        reply = stand_in.reply_to(call, request)
        if reply.dropped:
            _hang_up()
        if reply.body is None:
            return Response("<html>fault</html>", status=reply.status, content_type="text/html")
        return Response(json.dumps(reply.body, ensure_ascii=False), status=reply.status, content_type=call.content_type)

    return view


def _hang_up() -> None:
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise ValueError
    return port


def main(arguments: list[str] | None = None) -> int:
    """Serve until the process is told to end. Returns 2 for arguments that make no server."""
    parser = argparse.ArgumentParser(
        prog="python -m ejia.trial.wechat_server", description="Stand-in WeChat server for trial runs and tests."
    )
    parser.add_argument("--port", type=_port, required=True)
    parser.add_argument("--host", default=LOOPBACK, help="an address of this machine")
    parser.add_argument("--appid", default=os.environ.get("EJIA_WECHAT_APPID"), help="default: EJIA_WECHAT_APPID")
    parser.add_argument("--secret", default=os.environ.get("EJIA_WECHAT_SECRET"), help="default: EJIA_WECHAT_SECRET")
    chosen = parser.parse_args(arguments)
    if not chosen.appid or not chosen.secret:
        parser.error("an appid and a secret are needed: --appid and --secret, or EJIA_WECHAT_APPID and EJIA_WECHAT_SECRET")
    try:
        server = stand_in_server(create_stand_in(chosen.appid, chosen.secret), chosen.port, chosen.host)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

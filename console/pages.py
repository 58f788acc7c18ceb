"""The console's face: pages of HTML, made here, with styles, pictures and a script from this server only; without it they do the same."""

from flask import Blueprint

from backend.foundation.clock import day_of, last_day, moment, span
from console import charts
from console.drawing import as_written
from console.listing import with_filters
from console.refusals import refuse
from web.faces import ROOT, Credential, Face
from web.labels import label_of

bp = Blueprint("console", __name__, template_folder="templates", static_folder="static", static_url_path="/console/static")
bp.add_app_template_filter(moment)
bp.add_app_template_filter(day_of)
bp.add_app_template_filter(last_day)
bp.add_app_template_filter(label_of)
bp.add_app_template_filter(as_written)
bp.add_app_template_global(span)
bp.add_app_template_global(with_filters)
bp.add_app_template_global(charts.trend, "trend_of")
bp.add_app_template_global(charts.share_of)

PAGES = Face(
    addresses=frozenset({ROOT, "board", "console"}),
    media_type="text/html",
    credential=Credential.COOKIE,
    headers={
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    },
    refuse=refuse,
)

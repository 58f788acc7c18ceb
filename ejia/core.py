"""What every process of a copy stands on, whether it answers, reacts or is a command: settings, keys, catalogues, and the database.

No face is loaded here: who serves no requests is up in half the time.
"""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from backend import brands
from backend.accounts import limits as caller_limits
from backend.accounts import relying_party, tokens
from backend.accounts.relying_party import RelyingParty
from backend.accounts.tokens import TokenMaker
from backend.attendance import codes
from backend.attendance import limits as service_limits
from backend.attendance.codes import CodeMaker
from backend.consumers import CONSUMERS, TURNS
from backend.demands import rules as beneficiary_rules
from backend.foundation import audit_heads, clock, files, jobs, key_register, liveness, outbox, sealing
from backend.foundation.audit_heads import Signer
from backend.foundation.catalogues import Shelf
from backend.foundation.database import db, keep_the_servers_time, ping_after_rest, transaction
from backend.jobs.sheets import LIST, ListName, Sheet
from backend.jobs.sheets import kind as table_of_list
from backend.messages import kinds
from backend.people import minors, notices
from backend.points import rules as points_rules
from backend.proxies import rules as proxy_rules
from backend.recognition import stars
from backend.reveals import purposes
from backend.runners import KINDS
from backend.statistics import form, indicators
from backend.waiting import catalogue as waiting
from config.settings import CONFIG_FOLDER, Settings
from ejia import logs
from ejia.file_store import objects_of
from ejia.keys import bytes_of, keyring_of
from ejia.production import StartCheck, settings_for_start

log = structlog.get_logger(__name__)

LONGEST_STATEMENT = timedelta(seconds=15)
LONGEST_LOCK = timedelta(seconds=5)
LONGEST_IDLE = timedelta(minutes=10)
"""A transaction of which nothing is heard for so long is ended: its process hangs, and holds locks for which others wait."""
LONGEST_SILENCE = timedelta(seconds=30)
"""A host that lost its power or its cable ends no connection: after so long without a sign of it either side does."""

CATALOGUES: Mapping[str, Shelf] = {
    "limits.toml": caller_limits,
    "notices.toml": notices,
    "minors.toml": minors,
    "reveals.toml": purposes,
    "proxies.toml": proxy_rules,
    "brands.toml": brands,
    "services.toml": service_limits,
    "beneficiaries.toml": beneficiary_rules,
    "points.toml": points_rules,
    "recognition.toml": stars,
    "indicators.toml": indicators,
    "waiting.toml": waiting,
    "workbook.toml": form,
    "messages.toml": kinds,
}
"""What a street may change, by file, in the order in which they are read: a later one may name what an earlier one holds."""


def create_core(settings: Settings | None = None) -> Flask:
    """Build an application without a face, from the environment unless settings are given: for a worker, beat, or a command.

    Raises SettingsInvalid or CatalogueInvalid when the copy may not start.
    """
    settings = settings or settings_for_start()
    check = begin(settings)
    app = Flask("ejia", static_folder=None)
    equip(app, settings, check)
    return app


def begin(settings: Settings) -> StartCheck:
    """Make this process one of the copy, and look whether it may be. Raises SettingsInvalid or CatalogueInvalid."""
    start_process(settings)
    check = StartCheck(settings)
    check.at_start()
    if not settings.is_trial and not caller_limits.current().second_factor.required_of:
        log.warning("production.second_factor_off", reason="who reads personal data logs in by a password alone: docs/operations.md")
    return check


def equip(app: Flask, settings: Settings, check: StartCheck) -> None:
    """Give an application the database and the check before work."""
    app.extensions["ejia_start_check"] = check
    connect_database(app, settings)
    _tell_of_keys(app)


def start_process(settings: Settings) -> None:
    """Give this process what it has once: logs, clock, keys, consumers, kinds of jobs, catalogues."""
    logs.configure(json_lines=settings.log_json)
    clock.steer_by(settings.clock_file if settings.is_trial else None)
    sealing.use(keyring_of(settings))
    tokens.use(
        TokenMaker(
            bytes_of(settings.token_key),
            access_life=timedelta(minutes=settings.access_token_minutes),
            refresh_life=timedelta(days=settings.refresh_token_days),
            browser_rest=timedelta(minutes=settings.browser_rest_minutes),
            browser_life=timedelta(hours=settings.browser_login_hours),
        )
    )
    relying_party.use(RelyingParty(settings.console_address))
    codes.use(CodeMaker(bytes_of(settings.code_key)))
    files.use(objects_of(settings), bytes_of(settings.file_key))
    audit_heads.use(Signer(bytes_of(settings.audit_key), settings.audit_folder))
    for name, catalogue in CATALOGUES.items():
        catalogue.use(catalogue.read(CONFIG_FOLDER / name))
    if not settings.second_factor_required:
        caller_limits.use(caller_limits.without_second_factor(caller_limits.current()))
    handler = notices.Handler(settings.handler_name, settings.handler_contact)
    notices.use(notices.told_by(notices.current(), handler))
    beneficiary_rules.use(beneficiary_rules.told_by(beneficiary_rules.current(), handler))
    outbox.use(CONSUMERS, TURNS)
    jobs.use({**KINDS, LIST: table_of_list(_sheets)})


def _sheets() -> Mapping[ListName, Sheet]:
    from web.lists import SHEETS  # the shapes of what people send take half a second to make, and most commands need none

    return SHEETS


def connect_database(app: Flask, settings: Settings) -> None:
    """Bind the app to its database. No statement of a request waits for ever, and a connection that died at rest is noticed."""
    silent, asked = _ms(LONGEST_SILENCE), 3
    guards = {
        "statement_timeout": _ms(LONGEST_STATEMENT),
        "lock_timeout": _ms(LONGEST_LOCK),
        "idle_in_transaction_session_timeout": _ms(LONGEST_IDLE),
        "tcp_user_timeout": silent,
        "tcp_keepalives_idle": silent // 2000,
        "tcp_keepalives_interval": silent // 2000 // asked,
        "tcp_keepalives_count": asked,
        "timezone": "UTC",
    }
    ours = {f"keepalives_{name}": guards[f"tcp_keepalives_{name}"] for name in ("idle", "interval", "count")}
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": settings.database_pool_size,
        "max_overflow": 4,
        "pool_timeout": 5,
        # The text of a database error ends in logs; the values of the statement must not stand in it.
        "hide_parameters": True,
        "connect_args": {
            "options": " ".join(f"-c {name}={value}" for name, value in guards.items()),
            "connect_timeout": 3,
            "fallback_application_name": "ejia",
            "tcp_user_timeout": silent,
            **ours,
        },
    }
    db.init_app(app)
    with app.app_context():
        liveness.watch(db.engine)  # before the ping: nobody pings a server that is known to be away
        ping_after_rest(db.engine)
        keep_the_servers_time(db.engine)


def _tell_of_keys(app: Flask) -> None:
    """Write down by which keys this process seals, and say so when values need a key that it has not; /readyz says it, too."""
    with app.app_context():
        try:
            with transaction():
                missing = key_register.missing_keys(sealing.keyring())
                if not missing and key_register.exists():
                    key_register.note_keys(sealing.keyring(), now=clock.now())
        except SQLAlchemyError as error:
            log.warning("keys.database_not_asked", reason=type(error).__name__)
            return
        finally:
            db.session.remove()
            db.engine.dispose()  # whoever forks now shares no connection
    if missing:
        log.error("keys.missing", keys=missing)


def _ms(duration: timedelta) -> int:
    return int(duration.total_seconds() * 1000)

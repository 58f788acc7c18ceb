"""A production copy does not start with what is meant for trying things out, and tells all of it at once."""

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import ValidationError
from sqlalchemy import text

from backend.foundation import clock, demonstration
from backend.foundation.database import db, transaction
from config.settings import Profile, Settings, SettingsInvalid, read_settings
from config.strength import weakness_of_key
from ejia import worker
from ejia.app import create_app
from ejia.core import start_process
from ejia.trial.secrets import local_secrets
from ejia.trial.servers import Servers
from tests.support.command_line import CommandLine
from tests.support.environment import drawn_key, production_environment

Starting = Callable[..., list[str]]
Production = Callable[..., Settings]


@pytest.fixture
def starting(monkeypatch: pytest.MonkeyPatch) -> Starting:
    """What a start with these variables complains of, the rest being good."""

    def begin(**variables: str) -> list[str]:
        for name in [name for name in os.environ if name.startswith(("EJIA_", "FLASK_"))]:
            monkeypatch.delenv(name)
        for name, value in (production_environment() | variables).items():
            monkeypatch.setenv(name, value)
        try:
            read_settings()
        except SettingsInvalid as invalid:
            return invalid.complaints
        return []

    return begin


def test_a_copy_with_keys_of_its_own_may_start(starting: Starting) -> None:
    assert starting() == []
    assert starting(FLASK_DEBUG="0", EJIA_BODY_LIMIT_BYTES=str(16 * 1024 * 1024)) == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EJIA_HANDLER_NAME", ""),
        ("EJIA_HANDLER_NAME", "本街道办事处"),
        ("EJIA_HANDLER_CONTACT", ""),
        ("EJIA_HANDLER_CONTACT", "见政务服务大厅公示"),
    ],
)
def test_notices_name_somebody_who_can_be_asked(starting: Starting, variable: str, value: str) -> None:
    (complaint,) = starting(**{variable: value})
    assert variable in complaint


@pytest.mark.parametrize(
    "url",
    [
        "http://api.weixin.qq.com",
        "http://127.0.0.1:8100",
        "https://127.0.0.1:8100",
        "https://localhost",
        "https://wechat.localhost.",
        "https://[::1]:8100",
        "https://[::ffff:127.0.0.2]",
        "https://0.0.0.0",
        "https://127.1",
        "https://2130706433:8100",
        "https://0x7f000001",
        "",
    ],
)
def test_the_stand_in_for_wechat_is_refused(starting: Starting, url: str) -> None:
    assert [complaint.split(":")[0] for complaint in starting(EJIA_WECHAT_BASE_URL=url)] == ["EJIA_WECHAT_BASE_URL"]


@pytest.mark.parametrize(
    "weak",
    [
        bytes(32),
        b"\xff" * 32,
        bytes(range(32)),
        bytes(range(255, 191, -2)),
        bytes(range(16)) * 2,
        b"correct horse battery staple 123"[:32],
        secrets.token_bytes(4) * 8,
    ],
    ids=["zeros", "ones", "counted", "counted down", "repeated", "typed", "short one repeated"],
)
@pytest.mark.parametrize(
    "name", ["EJIA_TOKEN_KEY", "EJIA_CODE_KEY", "EJIA_FILE_KEY", "EJIA_AUDIT_KEY", "EJIA_INDEX_KEY", "EJIA_SEALING_KEYS"]
)
def test_a_key_that_nobody_drew_at_random_is_refused(starting: Starting, name: str, weak: bytes) -> None:
    encoded = base64.b64encode(weak).decode()
    [complaint] = starting(**{name: f"k2:{drawn_key()},k1:{encoded}" if name == "EJIA_SEALING_KEYS" else encoded})
    assert complaint.startswith(f"{name}: ")
    assert encoded not in complaint
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert encoded not in str(caught.value), "whoever reads the settings some other way must not print them"


def test_keys_drawn_at_random_are_good() -> None:
    assert {weakness_of_key(secrets.token_bytes(32)) for _ in range(5_000)} == {None}


def test_one_key_for_two_purposes_is_refused(starting: Starting) -> None:
    same = drawn_key()
    assert starting(EJIA_TOKEN_KEY=same, EJIA_CODE_KEY=same) == ["EJIA_CODE_KEY: 与另一个密钥相同：每种用途须有自己的密钥"]
    assert [one.split(":")[0] for one in starting(EJIA_INDEX_KEY=same, EJIA_SEALING_KEYS=f"k1:{same}")] == ["EJIA_SEALING_KEYS"]
    assert [one.split(":")[0] for one in starting(EJIA_SEALING_KEYS=f"k2:{same},k1:{same}")] == ["EJIA_SEALING_KEYS"]


def test_files_have_one_place_that_every_process_finds(starting: Starting) -> None:
    assert [one.split(":")[0] for one in starting(EJIA_FILES_FOLDER="var/files")] == ["EJIA_FILES_FOLDER"]
    assert [one.split(":")[0] for one in starting(EJIA_FILES_BUCKET="ejia")] == ["EJIA_FILES_BUCKET"], "beside the folder"
    assert [one.split(":")[0] for one in starting(EJIA_FILES_ENDPOINT="http://s3.example")] == ["EJIA_FILES_ENDPOINT"]


@pytest.mark.parametrize(
    "address", ["http://ejia.example", "http://localhost", "https://203.0.113.7", "https://ejia.example/console", "ejia"]
)
def test_passkeys_are_bound_to_a_name_behind_https(starting: Starting, address: str) -> None:
    assert [one.split(":")[0] for one in starting(EJIA_CONSOLE_ADDRESS=address)] == ["EJIA_CONSOLE_ADDRESS"]


def test_the_address_of_the_console_is_kept_as_browsers_say_it(starting: Starting) -> None:
    assert starting(EJIA_CONSOLE_ADDRESS="https://Ejia.example.cn:443/") == []
    assert read_settings().console_address == "https://ejia.example.cn"
    assert starting(EJIA_CONSOLE_ADDRESS="") == []
    assert read_settings().console_address is None


def test_the_keys_that_a_trial_made_are_refused(starting: Starting, tmp_path: Path) -> None:
    of_a_trial = local_secrets(tmp_path / "secrets.env")
    refused = [complaint.split(":")[0] for complaint in starting(**of_a_trial)]
    assert sorted(refused) == sorted(of_a_trial.keys() - {"EJIA_WECHAT_APPID"})


@pytest.mark.parametrize("secret", ["", "x" * 32, "0" * 32, "0123456789abcdef0123456789abcdef", "abc"])
def test_a_secret_that_wechat_never_gave_is_refused(starting: Starting, secret: str) -> None:
    assert [complaint.split(":")[0] for complaint in starting(EJIA_WECHAT_SECRET=secret)] == ["EJIA_WECHAT_SECRET"]


@pytest.mark.parametrize("login", ["postgres:postgres", "ejia:ejia", "ejia:123456", "ejia:"])
def test_a_password_that_everybody_knows_is_refused(starting: Starting, login: str) -> None:
    for name, scheme in (("DATABASE_URL", "postgresql"), ("REDIS_URL", "redis"), ("BROKER_URL", "redis")):
        assert [one.split(":")[0] for one in starting(**{name: f"{scheme}://{login}@server.example/0"})] == [name]
        user, _, password = login.partition(":")
        address = f"{scheme}://{user}@server.example/0?password={password}"
        assert [one.split(":")[0] for one in starting(**{name: address})] == [name], "behind the question mark, too"


NAMES = {"postgresql": ["DATABASE_URL"], "redis": ["REDIS_URL", "BROKER_URL"]}


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ejia:7Kq-vSz2wP@db.example/ejia",
        "postgresql://ejia:7Kq-vSz2wP@db.example/ejia?sslmode=prefer",
        "postgresql://ejia:7Kq-vSz2wP@/ejia?host=10.0.0.5",
        "postgresql://ejia:7Kq-vSz2wP@127.0.0.1:5432,10.0.0.5:5432/ejia?target_session_attrs=read-write",
        "postgresql://ejia@db.example/ejia?sslmode=verify-full",
        "redis://ejia:9hT-kWe4xB@10.0.0.5/0",
        "rediss://redis.example/0",
    ],
)
def test_a_server_across_an_open_network_is_refused_unless_somebody_answers_for_the_network(starting: Starting, address: str) -> None:
    for name in NAMES[address.split(":")[0].replace("rediss", "redis")]:
        assert [one.split(":")[0] for one in starting(**{name: address})] == [name]
        assert starting(**{name: address}, EJIA_PRIVATE_NETWORK="true") == []


@pytest.mark.parametrize(
    "address",
    [
        "postgresql:///ejia",
        "postgresql://ejia@/ejia?host=/run/postgresql",
        "postgresql://ejia@%2Frun%2Fpostgresql/ejia",
        "postgresql://ejia@127.0.0.1/ejia",
        "postgresql://ejia@db.example/ejia?sslmode=verify-full&sslcert=/etc/ejia/client.crt",
        "redis://127.0.0.1:6379/0",
        "redis://[::1]/0",
        "unix:///run/redis.sock",
    ],
)
def test_a_server_of_this_machine_or_with_another_proof_is_not(starting: Starting, address: str) -> None:
    for name in NAMES[address.split(":")[0].replace("unix", "redis")]:
        assert starting(**{name: address}) == []


def test_what_lets_strangers_ask_without_end_is_refused(starting: Starting) -> None:
    assert starting(EJIA_RATE_LIMITS_ENABLED="false") == ["EJIA_RATE_LIMITS_ENABLED: 正式系统不能关闭限流"]
    assert [one.split(":")[0] for one in starting(EJIA_TRUSTED_PROXIES="0")] == ["EJIA_TRUSTED_PROXIES"]
    assert [one.split(":")[0] for one in starting(EJIA_BODY_LIMIT_BYTES=str(16 * 1024 * 1024 + 1))] == ["EJIA_BODY_LIMIT_BYTES"]


@pytest.mark.parametrize("value", ["1", "true", "on", "yes"])
def test_debug_mode_is_refused(starting: Starting, value: str) -> None:
    assert starting(FLASK_DEBUG=value) == ["FLASK_DEBUG: 正式系统不能以调试模式运行"]


def test_a_profile_that_is_none_is_as_strict_as_production(starting: Starting) -> None:
    refused = [complaint.split(":")[0] for complaint in starting(EJIA_PROFILE="trail", EJIA_WECHAT_BASE_URL="http://127.0.0.1:8100")]
    assert refused == ["EJIA_PROFILE", "EJIA_WECHAT_BASE_URL"]


@pytest.mark.parametrize("keys", ["", "k1", "k 1:{0}", "k1:{0},k1:{0}", "k1:short"])
def test_sealing_keys_that_cannot_be_read_are_refused(starting: Starting, keys: str) -> None:
    assert [complaint.split(":")[0] for complaint in starting(EJIA_SEALING_KEYS=keys.format(drawn_key()))] == ["EJIA_SEALING_KEYS"]


@pytest.fixture
def demonstration_url(app: object, app_url: str) -> str:
    """The address of a database that is marked as the demonstration's."""
    with transaction():
        demonstration.mark(now=clock.now())
    return app_url.replace("postgresql+psycopg:", "postgresql:")


def ended(*command: str, **environment: str) -> tuple[int, str]:
    """Exit code and last words of a program of our own."""
    run = subprocess.run(
        [sys.executable, "-m", *command], env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True, timeout=60
    )
    return run.returncode, run.stderr


BAD = {"EJIA_TOKEN_KEY": base64.b64encode(bytes(32)).decode(), "EJIA_WECHAT_BASE_URL": "http://127.0.0.1:8100", "FLASK_DEBUG": "1"}


@pytest.mark.parametrize("command", [("ejia.worker", "worker"), ("ejia.worker", "beat"), ("ejia.cli.main", "rebuild", "points")])
def test_a_start_tells_all_that_is_wrong_at_once(demonstration_url: str, command: tuple[str, ...]) -> None:
    environment = production_environment(demonstration_url) | BAD
    del environment["EJIA_CODE_KEY"]
    code, said = ended(*command, **environment)
    assert code == 4, said
    told = [line.strip().split(":")[0] for line in said.splitlines() if line.startswith("  ")]
    assert sorted(told) == sorted([*BAD, "EJIA_CODE_KEY", "DATABASE_URL"])
    assert "Traceback" not in said


@pytest.mark.parametrize("words", [[], ["-q", "beat"], ["inspect", "ping"]])
def test_neither_worker_nor_beat_is_started_where_the_first_word_names_neither(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["worker.py", *words])
    with pytest.raises(SystemExit) as ended_by:
        worker.main()
    assert (ended_by.value.code, capsys.readouterr().err) == (2, "第一个词须是 worker 或 beat，Celery 的选项写在它后面。\n")


@pytest.fixture
def production(settings: Settings, app_url: str) -> Iterator[Production]:
    """Makes settings of a production copy on the servers of the tests."""
    own = {"profile": Profile.PRODUCTION, "clock_file": None, "database_url": app_url}
    yield lambda **changed: settings.model_copy(update=own | changed)
    start_process(settings)  # such a copy began in this very process, with a clock that nobody steers


def test_the_web_server_does_not_start_beside_demonstration_data(production: Production, demonstration_url: str) -> None:
    with pytest.raises(SettingsInvalid, match="示范数据"):
        create_app(production())


def test_commands_of_production_do_not_work_on_demonstration_data(settings: Settings, demonstration_url: str) -> None:
    command_line = CommandLine(settings)
    command_line.environment |= production_environment(demonstration_url) | {"EJIA_CLOCK_FILE": ""}
    answer = command_line("rebuild", "points")
    assert (answer.exit_code, "示范数据" in answer.output) == (4, True), answer.output


def test_a_database_that_came_back_with_demonstration_data_is_served_to_nobody(
    app_url: str, production: Production, demonstration_url: str
) -> None:
    """Started while the database was away: it is asked before the first request, and only liveness is answered meanwhile."""
    app = create_app(production(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/notices").status_code == 503
    app.extensions["ejia_start_check"]._database_url = app_url
    assert client.get("/api/v1/notices").status_code == 503
    with transaction():
        db.session.execute(text("DELETE FROM demonstrations"))
    assert client.get("/api/v1/notices").status_code == 200


def test_a_superuser_serves_nothing_and_an_owner_is_told_of(settings: Settings, production: Production, app_url: str, capsys) -> None:
    with pytest.raises(SettingsInvalid, match="超级用户"):
        create_app(production(database_url=settings.database_url))
    create_app(production())
    assert "audit_log_not_protected" not in capsys.readouterr().err
    with psycopg.connect(settings.database_url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("GRANT TRUNCATE ON audit_entries TO ejia_app")
        create_app(production())
        owner.execute("REVOKE TRUNCATE ON audit_entries FROM ejia_app")
    assert "audit_log_not_protected" in capsys.readouterr().err


def test_a_database_without_tables_holds_no_demonstration(servers: Servers) -> None:
    assert demonstration.is_marked(servers.postgres.url_for("postgres").replace("postgresql:", "postgresql+psycopg:", 1)) is False

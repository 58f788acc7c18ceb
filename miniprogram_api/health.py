"""Whether a copy lives, and whether it can do its work: for whoever starts, watches or balances it."""

from typing import Literal

from pydantic import ConfigDict, JsonValue

from miniprogram_api.contract import Out, Resource
from web.health import Readiness, readiness
from web.routes import Access, route_is

bp = Resource("health", tag="运行状态", url_prefix="")


class HealthOut(Out):
    """The process answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: Literal["ok"] = "ok"


_STANDS: dict[str, JsonValue] = {"status": "ready", "release": "0.1.0", "migration_head": "0012"}
_WELL: dict[str, JsonValue] = {"redis": "ok", "tables": "ok", "logs": "ok"}
_WORSE: dict[str, JsonValue] = {"redis": "degraded", "tables": "newer", "logs": "incomplete"}


class ReadinessOut(Out):
    """The copy can do its work. Without Redis it still does: limits are counted per process, and nothing rings until it is back.

    `tables` are newer while the next release is being started; `logs` are incomplete where lines could not be written.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_STANDS | _WELL, _STANDS | _WORSE]})

    status: Literal["ready"] = "ready"
    release: str
    migration_head: str
    redis: Literal["ok", "degraded"]
    tables: Literal["ok", "newer"]
    logs: Literal["ok", "incomplete"]


@bp.get("/healthz")
@route_is(Access.PUBLIC)
@bp.output(HealthOut)
@bp.doc(summary="进程是否存活", description="不访问数据库和 Redis。")
def show_health() -> HealthOut:
    """The process lives; touches nothing else."""
    return HealthOut()


@bp.get("/readyz")
@route_is(Access.PUBLIC)
@bp.output(ReadinessOut)
@bp.doc(summary="是否可以提供服务", description="数据库可用，表结构与本版本一致或更新，密钥齐全；Redis 不可用时降级运行。")
def show_readiness() -> Readiness:
    """Ready when the database answers and stands at this code's migration or a newer one; Redis is told, not required."""
    return readiness()

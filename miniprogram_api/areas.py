"""Areas, for the picker of a phone: the parts of one, level by level."""

from collections.abc import Sequence

from backend.areas import queries
from backend.foundation.database import transaction
from backend.foundation.paging import AnyRow
from backend.foundation.paging import Page as Rows
from miniprogram_api.contract import Page, Resource, revalidated
from miniprogram_api.schemas.areas import AreaOut, AreaTreeOut
from web.edge import public
from web.inputs.areas import AreaQuery, AreaTreeQuery

bp = Resource("areas", tag="区域")


@bp.get("/areas")
@public
@revalidated
@bp.input(AreaQuery, location="query")
@bp.output(Page[AreaOut])
@bp.doc(summary="区域列表", description="某区域的下一级，例如一个街道的全部社区；按名称或代码搜索时不论在哪一级。不含已撤销的。")
def list_areas(query: AreaQuery) -> Rows[AnyRow]:
    with transaction():
        return queries.areas_in_use(query.search, page=query.page)


@bp.get("/areas/tree")
@public
@revalidated
@bp.input(AreaTreeQuery, location="query")
@bp.output(AreaTreeOut)
@bp.doc(
    summary="区域树",
    description="一次取得某区域（不填则为全部）和它以下的各级，上级在前，按 parent_id 相连；不含已撤销的。"
    "超过 2000 个的，请填写 parent_id 分开取。",
)
def list_area_tree(query: AreaTreeQuery) -> dict[str, Sequence[AnyRow]]:
    with transaction():
        return {"items": queries.tree_below(query.parent_id, with_grids=query.grids)}

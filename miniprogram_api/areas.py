"""Areas, for the picker of a phone: the parts of one, level by level."""

from backend.areas import queries
from backend.foundation.database import transaction
from backend.foundation.paging import AnyRow
from backend.foundation.paging import Page as Rows
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.areas import AreaOut
from web.edge import public
from web.inputs.areas import AreaQuery

bp = Resource("areas", tag="区域")


@bp.get("/areas")
@public
@bp.input(AreaQuery, location="query")
@bp.output(Page[AreaOut])
@bp.doc(summary="区域列表", description="某区域的下一级，例如一个街道的全部社区；按名称或代码搜索时不论在哪一级。不含已撤销的。")
def list_areas(query: AreaQuery) -> Rows[AnyRow]:
    with transaction():
        return queries.areas_in_use(query.search, page=query.page)

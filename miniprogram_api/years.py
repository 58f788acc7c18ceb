"""年度服务: what a team, an organisation, a unit and oneself served in a year, in sums and one by one."""

from flask import Response

from backend.foundation import clock, contents, paging
from backend.foundation.actor import Actor
from backend.recognition import year_file, years
from backend.recognition.years import PersonLine, ServedLine
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.years import PersonYearOut, ServedOut, YearsOut, person_out, years_out
from web.downloads import downloaded
from web.edge import reads
from web.inputs.recognition import BodyQuery, PeopleQuery, ServedQuery, YearFileQuery

bp = Resource("years", tag="服务记录")

_SEEN = "队长看到本队的，社会组织的负责人和工作人员看到本组织的，单位联络员看到代表本单位的，社区、街道、区的工作人员看到本辖区内的。"


@bp.get("/me/years")
@reads
@bp.output(YearsOut)
@bp.doc(summary="我的年度服务", description="每年的次数、时长和积分；逐次的见“我的服务”，积分的见“我的积分明细”。")
def list_my_years(actor: Actor) -> YearsOut:
    return years_out(years.own_years(actor))


@bp.get("/served")
@reads
@bp.input(ServedQuery, location="query")
@bp.output(Page[ServedOut])
@bp.doc(summary="队伍、组织、单位的服务记录", description=f"{_SEEN}新的在前。")
def list_served(actor: Actor, query: ServedQuery) -> paging.Page[ServedLine]:
    return years.served_for(actor, query.body, query.search, page=query.page, now=clock.now())


@bp.get("/served/years")
@reads
@bp.input(BodyQuery, location="query")
@bp.output(YearsOut)
@bp.doc(summary="队伍、组织、单位的年度服务", description=f"{_SEEN}每年的合计，等于该年服务记录之和。")
def list_served_years(actor: Actor, query: BodyQuery) -> YearsOut:
    return years_out(years.years_of_body(actor, query.body))


@bp.get("/served/people")
@reads
@bp.input(PeopleQuery, location="query")
@bp.output(Page[PersonYearOut])
@bp.doc(summary="队伍、组织、单位一年中每人的服务", description=f"{_SEEN}逐次的见服务记录（year、person_id）。")
def list_served_people(actor: Actor, query: PeopleQuery) -> paging.Page[PersonYearOut]:
    found: paging.Page[PersonLine] = years.people_of_year(actor, query.body, query.year, page=query.page, now=clock.now())
    return found.map(person_out)


@bp.get("/served/file")
@reads
@bp.input(YearFileQuery, location="query")
@bp.download(contents.CSV)
@bp.doc(summary="下载队伍、组织、单位一年的服务记录", description=f"{_SEEN}CSV 表格，每条记录一行，新的在前，和“服务记录”列出的相同。")
def download_served(actor: Actor, query: YearFileQuery) -> Response:
    table = year_file.year_as_csv(actor, query.body, year=query.year, person_id=query.person_id, now=clock.now())
    return downloaded(table, f"{query.year}年服务记录.csv", contents.CSV)

"""首页: what is mine today, in one answer; and how it is shown to me."""

from datetime import timedelta

from backend.accounts import queries as accounts
from backend.accounts.queries import OwnPreferences
from backend.accounts.service import set_preferences
from backend.attendance.queries import ShiftSearch, my_shifts
from backend.demands.queries import demands_near
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import Page, PageRequest
from backend.messages.queries import unread
from backend.waiting.queries import own_waiting
from miniprogram_api.contract import Resource
from miniprogram_api.schemas.demands import DemandLineOut
from miniprogram_api.schemas.home import MOST_NEAR, MOST_TODAY, HomeOut, PreferencesOut
from miniprogram_api.shifts import with_demands
from miniprogram_api.waiting import with_lists
from web.edge import reads, writes
from web.inputs.preferences import PreferencesIn

bp = Resource("home", tag="我的")


@bp.get("/me/home")
@reads
@bp.output(HomeOut)
@bp.doc(
    summary="首页",
    description="一次取得：今天我可以参加的场次、等我办理的事、未读消息的数目，和优先显示的社区里还可以认领的需求"
    "（没有设置的，是本人所在社区；没有实名登记的，是全部）。各自的完整列表在 /me/shifts、/me/waiting、/me/messages、/demands。",
)
def see_home(actor: Actor) -> HomeOut:
    now = clock.now()
    tomorrow = clock.start_of_day(clock.shanghai_day(now) + timedelta(days=1))
    preferences = accounts.own_preferences(actor)
    today = ShiftSearch(starts_before=tomorrow)
    shifts = Page([], None) if actor.person_id is None else my_shifts(actor, today, page=PageRequest(MOST_TODAY), now=now)
    first = [community.id for community in preferences.communities]
    near = demands_near(actor, first, now=now, page=PageRequest(MOST_NEAR))
    return HomeOut(
        now=now,
        shifts=list(with_demands(shifts).items),
        waiting=with_lists(own_waiting(actor, now=now)),
        unread=unread(actor),
        demands=[DemandLineOut.model_validate(line) for line in near.items],
        preferences=PreferencesOut.model_validate(preferences),
    )


@bp.get("/me/preferences")
@reads
@bp.output(PreferencesOut)
@bp.doc(summary="我的显示偏好", description="没有设置过的，长辈模式为否，优先显示的社区为空。")
def see_preferences(actor: Actor) -> OwnPreferences:
    return accounts.own_preferences(actor)


@bp.put("/me/preferences")
@writes
@bp.input(PreferencesIn)
@bp.output(PreferencesOut)
@bp.doc(summary="设置我的显示偏好", description="随账号保存，换手机也一样；整个替换以前的设置。注销账号时删除。")
def put_preferences(actor: Actor, body: PreferencesIn) -> OwnPreferences:
    set_preferences(actor, elder_mode=body.elder_mode, community_ids=body.community_ids, now=clock.now())
    return accounts.own_preferences(actor)

"""The system administrator sees how long work goes, and fetches no file of it."""

from backend.foundation import clock
from backend.foundation.actor import Role
from tests.support.phone import refused

HERE, STREET, DISTRICT, ELSEWHERE = "639999001001", "639999001", "639999", "639999002"


def test_the_system_administrator_sees_how_long_work_goes_in_their_area(street, administrator):
    officer, system = administrator(Role.COMMUNITY_OFFICER, HERE), administrator(Role.SYSTEM_ADMIN, STREET)
    year = clock.shanghai_day(clock.now()).year
    asked = [officer.made("/exports/year-end", {"year": year, "area_id": street["和平社区"]})["id"] for _ in range(3)]
    officer.made(f"/jobs/{asked[0]}/cancellation")

    assert [job["id"] for job in system.seen("/jobs")["items"]] == asked[::-1]
    assert [job["id"] for job in system.seen("/jobs", state="cancelled")["items"]] == asked[:1]
    page = system.seen("/jobs", limit=2)
    assert [job["id"] for job in system.seen("/jobs", cursor=page["next_cursor"])["items"]] == asked[:1]
    assert [job["id"] for job in officer.seen("/jobs")["items"]] == asked[::-1], "one's own"
    for other in (administrator(Role.SYSTEM_ADMIN, ELSEWHERE), administrator(Role.AUDIT_ADMIN, STREET)):
        assert other.seen("/jobs")["items"] == []
    assert system.seen(f"/jobs/{asked[1]}")["id"] == asked[1]
    assert refused(system.get(f"/jobs/{asked[1]}/file")) == (403, "forbidden")

"""What the demonstration year holds: the figures of the report, and a plausible rest around them.

From the report (`report-2023`): 136 teams of five categories with 26,000 volunteers; 65 organisations introduced and 36 incubated; five
pilot communities; the brands 爱心敲门, 红丝带 and 晚霞心愿. From its admitted problems: low participation (about a third of the
volunteers serve at all) and communities of unequal strength. All else is chosen.
"""

from dataclasses import dataclass
from datetime import date, datetime

from backend.foundation.clock import SHANGHAI

YEAR = 2023
SEED = 2023

DISTRICT = ("639999000000", "示范区")
STREET = ("639999001000", "示范街道")


@dataclass(frozen=True, slots=True)
class CommunityPlan:
    """One community: its share of volunteers and services, and whether it is one of the five 三社联动 pilots."""

    code: str
    name: str
    strength: int
    pilot: bool = False


COMMUNITIES = (
    CommunityPlan("639999001001", "和平社区", 16, pilot=True),
    CommunityPlan("639999001002", "团结社区", 14, pilot=True),
    CommunityPlan("639999001003", "胜利社区", 12, pilot=True),
    CommunityPlan("639999001004", "光明社区", 11, pilot=True),
    CommunityPlan("639999001005", "建设社区", 10, pilot=True),
    CommunityPlan("639999001006", "新华社区", 8),
    CommunityPlan("639999001007", "友谊社区", 7),
    CommunityPlan("639999001008", "幸福社区", 6),
    CommunityPlan("639999001009", "长青社区", 5),
    CommunityPlan("639999001010", "东风社区", 4),
    CommunityPlan("639999001011", "北苑社区", 4),
    CommunityPlan("639999001012", "西园社区", 3),
)
MERGED = CommunityPlan("639999001013", "南园社区", 0)
MERGED_INTO, MERGED_ON = "639999001012", date(YEAR, 7, 1)
LAST_SERVED_THERE = date(YEAR, 6, 10)
"""In the first half of the year some 红丝带 of 西园社区 took place in a community of its own, which has gone on in it since: what was
served there stays counted there."""
GRIDS_OF_A_COMMUNITY = 4
DIVIDED, DIVIDED_FOR, GRID_GIVEN = "639999001006", "639999001007", "639999001006004"
DIVIDED_ON, DIVIDED_AT = date(YEAR, 12, 1), datetime(YEAR, 12, 31, 21, tzinfo=SHANGHAI)
"""On the last evening of the year, from the first of its month on, 新华社区 gives 友谊社区 a grid with who is visited there, a team
with its members, and an organisation: all of the year is on record by then, so that nothing that was written down later contradicts it."""
PILOT_SINCE = date(YEAR, 3, 20)

TEAMS = {"public_welfare": 46, "culture_sports": 34, "city_management": 24, "legal": 12, "skills": 20}
VOLUNTEERS_IN_TEAMS = 26_000
VOLUNTEERS_WITHOUT_TEAM = 640
"""Registered, but they left every team in the course of the year."""
SECOND_MEMBERSHIPS = 3_100

INTRODUCED = 65
INCUBATED = 36
STAFF_OF_AN_ORGANISATION = 6

WORK_UNITS = 40
PARTY_MEMBERS = 1_240
RESIDENTS = 2_400
"""Persons who are no volunteers: they ask for help, or speak for an elder."""

DEMANDS = {"door_knock": 4_900, "red_ribbon": 1_380, "sunset_wish": 1_900}
CORRECTIONS = 60
"""Names that an officer corrected with papers on the desk, and a second one agreed to or returned."""
CLOSED_ACCOUNTS = 25

LATE_ENTRIES = 40
"""Past activities that nobody had published; eight people or fewer served at each."""
SERVED_BY = {"door_knock": (2, 6), "red_ribbon": (28, 60), "sunset_wish": (1, 6)}
"""How many people one claim (a claiming team, for 红丝带 each of several) brings along."""


def scaled(number: int, scale: float, *, least: int = 1) -> int:
    """A figure at another scale; at 1 it is the report's own."""
    return max(least, round(number * scale))

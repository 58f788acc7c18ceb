"""Every resource of the mini-program's API, in the order in which the document shows them."""

from miniprogram_api import (
    areas,
    auth,
    claims,
    demands,
    exports,
    figures,
    jobs,
    me,
    organisations,
    people,
    points,
    registrations,
    services,
    shifts,
    team_members,
    teams,
)
from miniprogram_api.contract import Resource

RESOURCES: tuple[Resource, ...] = (
    auth.bp,
    me.bp,
    areas.bp,
    people.bp,
    teams.bp,
    team_members.bp,
    organisations.bp,
    registrations.bp,
    demands.bp,
    claims.bp,
    shifts.bp,
    services.bp,
    points.bp,
    figures.bp,
    exports.bp,
    jobs.bp,
)

"""Every resource of the mini-program's API, in the order in which the document shows them."""

from miniprogram_api import auth, me, points
from miniprogram_api.contract import Resource

RESOURCES: tuple[Resource, ...] = (auth.bp, me.bp, points.bp)

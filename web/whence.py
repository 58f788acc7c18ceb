"""Where the browser in hand is, by its own word and its address."""

from flask import request

from backend.accounts.whence import OTHER_BROWSER, OTHER_SYSTEM, Whence, network_of

_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("QQBrowser", "QQ浏览器"),
    ("360SE", "360浏览器"),
    ("360EE", "360浏览器"),
    ("QihooBrowser", "360浏览器"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("HarmonyOS", "鸿蒙"),
    ("OpenHarmony", "鸿蒙"),
    ("Android", "安卓"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
"""What a browser calls itself → which it is; the first that is found, as most name others beside themselves."""


def whence() -> Whence:
    """Of the request in hand."""
    said = request.headers.get("User-Agent", "")
    browser = next((one for word, one in _BROWSERS if word in said), OTHER_BROWSER)
    system = next((one for word, one in _SYSTEMS if word in said), OTHER_SYSTEM)
    return Whence(browser, system, network_of(request.remote_addr or ""))

"""The mini-program's face: JSON and problem documents, the OpenAPI document and its page."""

from apiflask import APIFlask

from miniprogram_api import docs, openapi
from miniprogram_api.problems import problem
from web.faces import Credential, Face

DESCRIPTION = """\
社区E家的小程序接口。

- 先在“登录”中取得 `access_token`，点 Authorize 填入；有效期见 `expires_in`，过期用 `refresh_token` 换新的。
- 时间是带时区的 ISO 8601，日期是上海时间的日历日；编号是 UUID。
- 拒绝一律是 `application/problem+json`（RFC 9457）：程序看 `code`，使用者看 `detail`，各字段的问题在 `errors`。
- 列表用 `?limit=&cursor=`，下一页的 `cursor` 在 `next_cursor`，没有下一页时为 null；`count=true` 另给出总数（最多数到 1000）。
- 可以查找的列表用 `q`：名称、编号、标题或其中一部分，不分全角半角和大小写；日期用 `since`、`until`，含当天。
- 列表有几种顺序的用 `sort` 选择，换了顺序从第一页开始。
- 新建类的 POST 须带 `Idempotency-Key`，其他写入（登录除外）也可以带；网络不好时用同一个值重发，不会办理两次，24 小时内得到同样的回答。
- 代码的中文名称见 `/words`。各种目录（用语、区域、品牌、告知书等）带 `ETag`，下次用 `If-None-Match` 带上，没有变化时答 304。
- 每个回答都带 `Date`，是服务器的时间：手机的钟不准，须按它推算（例如补传签到的 `scanned_at`）。
- 现场的码有三种写法：`EJ1.` 加 44 个字符的签到码，`EJD1.` 加 8 个字符的门牌二维码，和供手工输入的 8 个字符；\
都交给 `POST /sign-ins`、`/sign-outs`，不用先选场次。`EJL1.` 开头的是电脑上的登录码，见 `/console-logins`。
- 每个回答都带 `X-Request-Id`，反馈问题时请提供。
"""

API = Face(
    addresses=frozenset({"api", "docs", "openapi.json", "healthz", "readyz"}),
    media_type="application/json",
    credential=Credential.BEARER,
    # A JSON answer is never a page: nothing in it may run, be framed, be guessed to be something else or be kept by a cache.
    headers={
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    },
    refuse=problem,
)


def install(app: APIFlask) -> None:
    """Let the app describe itself by the OpenAPI document; each `Resource` is registered on it as a blueprint."""
    app.title, app.description = "社区E家 API", DESCRIPTION
    app.license = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    openapi.configure(app)
    app.register_blueprint(docs.bp)

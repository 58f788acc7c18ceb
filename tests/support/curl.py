"""As much of curl as the README's tour uses, for a machine that has none: `python curl.py -sS --fail-with-body URL -H … -d …`."""

import argparse
import sys
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

HTTP_ERROR = 22
"""What curl ends with when told to fail."""


def main(arguments: list[str]) -> int:
    """One request; the answer goes to standard output."""
    parser = argparse.ArgumentParser(prog="curl", allow_abbrev=False)
    parser.add_argument("url")
    parser.add_argument("-s", "-S", "--silent", "--show-error", action="store_true")
    parser.add_argument("--fail-with-body", action="store_true")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("-d", "--data")
    wanted = parser.parse_args(arguments)
    headers = dict(header.split(": ", 1) for header in wanted.header)
    body = None if wanted.data is None else wanted.data.encode()
    try:
        answer = build_opener(ProxyHandler({})).open(Request(wanted.url, body, headers))  # noqa: S310 - the tour's own addresses
    except HTTPError as error:
        answer = error
    sys.stdout.buffer.write(answer.read())
    if answer.status >= 400 and wanted.fail_with_body:
        sys.stderr.write(f"curl: ({HTTP_ERROR}) The requested URL returned error: {answer.status}\n")
        return HTTP_ERROR
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

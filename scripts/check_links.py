"""Ask for every external address that the built book links to, and record the answers.

    python scripts/check_links.py        (make links)

scripts/links.txt gets a line for each address: the day of the last answer, what it was, the address. An address
that does not answer keeps its line, so that a day without network forgets nothing and claims nothing.
"""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from bs4 import BeautifulSoup, SoupStrainer

ROOT = Path(__file__).resolve().parents[1]
HTML, RECORD = ROOT / "_build/html", ROOT / "scripts/links.txt"
NEVER = ("-", "never answered")
GONE = {"404", "410"}
SECONDS = 20


def main(html=HTML, record=RECORD):
    found, states = addresses(html), read_states(record)
    with ThreadPoolExecutor(8) as pool:
        answers = dict(zip(found, pool.map(ask, found), strict=True))
    today = datetime.now(UTC).date().isoformat()
    new = {address: (today, answer) if answer.isdecimal() else states.get(address, NEVER)
           for address, answer in answers.items()}
    write_states(record, new)
    silent = [address for address, answer in answers.items() if not answer.isdecimal()]
    gone = [address for address, answer in answers.items() if answer in GONE]
    for address in gone + silent:
        print(f"{answers[address]}: {address}")
    print(f"{len(found)} addresses: {len(silent)} without an answer, {len(gone)} without a page")
    return 1 if gone or silent else 0


def addresses(html):
    """Folder of the built pages -> the external addresses that they link to, sorted."""
    external = SoupStrainer("a", href=re.compile(r"^https?://"))
    pages = (BeautifulSoup(page.read_text("utf-8"), "html.parser", parse_only=external)
             for page in html.glob("e[ns]/*.html"))
    return sorted({link["href"].partition("#")[0] for page in pages for link in page.find_all("a")})


def ask(address):
    """Address -> the status of the answer, as text, or why there is none."""
    request = Request(address, headers={"User-Agent": "Mozilla/5.0 (a book's check of its links)"})
    try:
        with urlopen(request, timeout=SECONDS) as answer:
            return str(answer.status)
    except HTTPError as error:
        return str(error.code)
    except (OSError, HTTPException) as error:
        return f"no answer ({error})"


def read_states(record):
    """File -> address: (day, answer)."""
    lines = record.read_text("utf-8").splitlines() if record.exists() else []
    return {address: (day, answer) for day, answer, address in (line.split("\t") for line in lines)}


def write_states(record, states):
    partial = record.with_suffix(".part")
    partial.write_text("".join(f"{day}\t{answer}\t{address}\n" for address, (day, answer) in states.items()), "utf-8")
    partial.replace(record)


if __name__ == "__main__":
    sys.exit(main())

"""External links: the record names those of the book, and says only what was answered."""

import runpy
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

links = SimpleNamespace(**runpy.run_path(str(Path(__file__).resolve().parents[2] / "scripts/check_links.py")))
TODAY = datetime.now(UTC).date().isoformat()


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({"/here": 200, "/gone": 404}[self.path])
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def site():
    """The address of a server on this machine that has one page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def check(tmp_path):
    """check(addresses) -> exit status and the record of a book that links to them."""
    def check(*addresses):
        page, record = tmp_path / "en/page.html", tmp_path / "links.txt"
        page.parent.mkdir()
        page.write_text("".join(f'<a href="{address}">x</a>' for address in addresses), "utf-8")
        return links.main(tmp_path, record), links.read_states(record)

    return check


def test_every_external_address_of_the_book_is_in_the_record():
    assert links.addresses(links.HTML) == list(links.read_states(links.RECORD)), "run `make links`"


def test_answers_are_recorded_once_an_address(check, site):
    status, states = check(f"{site}/here#part", f"{site}/here", "other.html", "#place")
    assert (status, states) == (0, {f"{site}/here": (TODAY, "200")})


def test_a_page_that_is_gone_is_told(check, site, capsys):
    status, states = check(f"{site}/gone")
    assert (status, states) == (1, {f"{site}/gone": (TODAY, "404")})
    assert f"404: {site}/gone" in capsys.readouterr().out


def test_without_an_answer_the_record_says_what_it_said(check, site, tmp_path, capsys):
    (tmp_path / "links.txt").write_text("2001-02-03\t200\thttp://127.0.0.1:9/old\n", "utf-8")
    status, states = check("http://127.0.0.1:9/old", "http://127.0.0.1:9/new")
    assert (status, states) == (1, {
        "http://127.0.0.1:9/new": ("-", "never answered"),
        "http://127.0.0.1:9/old": ("2001-02-03", "200"),
    })
    assert "no answer" in capsys.readouterr().out

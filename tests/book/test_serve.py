"""The server of `make serve`: which pages are isolated, and what it says to what is no request."""

import socket
import threading
from urllib.request import urlopen

import pytest
import serve


@pytest.fixture
def port(tmp_path, monkeypatch):
    monkeypatch.setattr(serve.Isolated, "log_message", lambda *arguments: None)
    for name in ("index.html", "lite/index.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a page")
    with serve.server(0, tmp_path) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield site.server_port
        site.shutdown()


@pytest.mark.parametrize(("page", "isolated"), [("", True), ("index.html?page", True), ("lite/index.html", False)])
def test_the_pages_of_the_book_are_isolated_and_jupyterlite_is_not(port, page, isolated):
    with urlopen(f"http://localhost:{port}/{page}") as answer:
        assert (answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp") == isolated
        assert answer.headers["Cache-Control"] == "no-cache"


def test_what_is_no_request_is_refused(port):
    with socket.create_connection(("localhost", port)) as line:
        line.sendall(b"\x16\x03\x01 a page, by https, please\r\n\r\n")
        assert b"400" in line.recv(1000)


@pytest.mark.parametrize("port", ["80000", "-1", "8000a", ""])
def test_what_is_no_port_is_refused(port):
    assert f"PORT={port} is none" in serve.main([port])


def test_a_port_that_is_taken_is_told_of(port):
    assert f"Port {port} cannot be used" in serve.main([str(port)])

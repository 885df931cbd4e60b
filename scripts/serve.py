"""Show the built book at http://localhost:8000, or at another port: python scripts/serve.py 8001.

Two headers isolate the pages, so that «Stop» can interrupt Python in a page and keep its variables.
"""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HTML = Path(__file__).resolve().parents[1] / "_build/html"


class Isolated(SimpleHTTPRequestHandler):
    """Files, with the headers that let a page of the book share memory with its worker.

    JupyterLite goes without, as on a public site. Over shared memory its kernel waits for an answer at the very place
    where the answer's first letters go: now and then it wakes before the rest is there, and never starts.
    """

    path = "/"  # for what is answered before a request was understood

    def end_headers(self):
        if not self.path.startswith("/lite/"):
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cache-Control", "no-cache")  # ask each time whether the book was built anew
        super().end_headers()


def server(port: int, folder: Path = HTML) -> ThreadingHTTPServer:
    """A server of the folder for this machine alone."""
    return ThreadingHTTPServer(("localhost", port), partial(Isolated, directory=folder))


def main(arguments: list[str]) -> int | str:
    wanted = arguments[0] if arguments else "8000"
    if not (wanted.isdecimal() and (port := int(wanted)) < 65_536):
        return f"A port is a number from 0 to 65535; PORT={wanted} is none. Try: make serve PORT=8001"
    try:
        with server(port) as site:
            print(f"The book is at http://localhost:{site.server_port}/ (Ctrl-C ends this).", flush=True)
            site.serve_forever()
    except OSError as error:
        return f"Port {port} cannot be used: {error}. To take any that is free: make serve PORT=0"
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

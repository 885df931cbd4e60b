"""A folder served for this machine alone, as a site on the web serves it: text packed with gzip."""

import gzip
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TEXTS = {".html", ".css", ".js", ".svg", ".json", ".txt", ".xml"}


class PackedFiles(SimpleHTTPRequestHandler):
    """Files sent as a site on the web sends them: text packed with gzip."""

    def send_head(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in TEXTS or not path.is_file():
            return super().send_head()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        packed = gzip.compress(path.read_bytes(), mtime=0)
        self.send_header("Content-Length", str(len(packed)))
        self.end_headers()
        self.wfile.write(packed)
        return None

    def log_message(self, *args):
        pass  # the browser's own messages are what a test looks at


@contextmanager
def serving(folder: Path):
    """A folder -> the address where it is served until the context ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(PackedFiles, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()

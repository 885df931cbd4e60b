"""Compile cnnlib/gemm.c, once for each type of number, and say in the files which text they come from.

The compiler is clang, as Zig brings it; the results are side modules, which Emscripten's dlopen can load.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__)
SOURCE = Path(__file__).parents[1] / "cnnlib" / "gemm.c"
FLAGS = ["-target", "wasm32-freestanding", "-mcpu=generic+simd128", "-O3", "-Wall", "-Wextra", "-Werror"]
LIBRARY = ["-fPIC", "-nostdlib", "-shared", "-Wl,--strip-all"]


def stamp() -> bytes:
    """A section of WebAssembly that every reader skips: the SHA-256 of the text and of this way to compile it."""
    name = b"source"
    content = bytes([len(name)]) + name + hashlib.sha256(SOURCE.read_bytes() + HERE.read_bytes()).digest()
    return bytes([0, len(content)]) + content  # the length, below 128, is one byte


def main() -> None:
    for number, dtype in (("float", "float32"), ("double", "float64")):
        with tempfile.TemporaryDirectory() as folder:
            compiled = Path(folder) / "gemm.wasm"
            compiler = [sys.executable, "-m", "ziglang", "cc", f"-DNUMBER={number}", *FLAGS, *LIBRARY]
            subprocess.run([*compiler, "-o", compiled, SOURCE], check=True)
            file = SOURCE.with_name(f"gemm-{dtype}.wasm")
            file.write_bytes(compiled.read_bytes() + stamp())
            print(f"{file} has {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()

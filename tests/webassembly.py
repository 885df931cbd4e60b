"""gemm.c outside of a browser: wasmtime runs what it was compiled to, on a copy of what NumPy's arrays hold."""

import ctypes
from functools import cache
from pathlib import Path

import numpy as np
import wasmtime

import cnnlib

PAGE = 65536


class WebAssembly:
    """Takes the place of the library of C for one type of number: the same functions, with the same arguments."""

    def __init__(self, dtype: np.dtype):
        self.itemsize = dtype.itemsize
        self.store = wasmtime.Store()
        module = wasmtime.Module(self.store.engine, (Path(cnnlib.__file__).parent / f"gemm-{dtype}.wasm").read_bytes())
        self.memory = wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(1, None)))
        base = wasmtime.GlobalType(wasmtime.ValType.i32(), False)
        zero = wasmtime.Global(self.store, base, wasmtime.Val.i32(0))
        given = [self.memory if need.name == "memory" else zero for need in module.imports]
        self.functions = wasmtime.Instance(self.store, module, given).exports(self.store)
        self.used, self.called = 0, []

    def times(self, M, K, N, a, a_row, a_column, b, b_row, y):
        a, b = self.put(a, (M, a_row), (K, a_column)), self.put(b, (K, b_row), (N, 1))
        self.call("times", y, M * N, M, K, N, a, a_row, a_column, b, b_row)

    def times_transposed(self, M, K, N, a, a_row, b, b_row, y):
        a, b = self.put(a, (M, a_row), (K, 1)), self.put(b, (N, b_row), (K, 1))
        self.call("times_transposed", y, M * N, M, K, N, a, a_row, b, b_row)

    def put(self, address: int, *axes: tuple[int, int]) -> int:
        """The first number of an array and (length, step) of its axes -> where its copy begins."""
        before = sum(min(0, (length - 1) * step) for length, step in axes)
        after = sum(max(0, (length - 1) * step) for length, step in axes)
        size = self.itemsize * (after - before + 1) if all(length for length, _ in axes) else 0
        begin = self.room(size)
        self.memory.write(self.store, ctypes.string_at(address + self.itemsize * before, size), begin)
        return begin - self.itemsize * before

    def room(self, size: int) -> int:
        """Bytes -> where so many are free."""
        begin = self.used
        self.used += size
        missing = self.used - self.memory.data_len(self.store)
        self.memory.grow(self.store, max(0, -(-missing // PAGE)))
        return begin

    def call(self, name: str, y: int, size: int, *numbers: int) -> None:
        """Run a function, and copy what it wrote to y."""
        out = self.room(self.itemsize * size)
        self.functions[name](self.store, *numbers, out)
        written = self.memory.read(self.store, out, out + self.itemsize * size)
        ctypes.memmove(y, bytes(written), len(written))
        self.used = 0
        self.called.append(name)


@cache
def library(dtype: np.dtype) -> WebAssembly:
    """What gemm.library is in a browser."""
    return WebAssembly(dtype)

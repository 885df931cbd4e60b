"""gemm.c outside of a browser: wasmtime runs what it was compiled to, on a copy of what NumPy's arrays hold."""

import ctypes
from functools import cache
from pathlib import Path

import numpy as np
import wasmtime

import cnnlib

PAGE = 65536
GUARD = 1024  # bytes before and behind each array
NAN, SEVENS = b"\xff", b"\x07"  # what stands there: a read spoils the result, and a write of what was read is seen


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
        """The first number of an array and (length, step) of its axes -> where the first number of its copy lies."""
        before = sum(min(0, (length - 1) * step) for length, step in axes)
        after = sum(max(0, (length - 1) * step) for length, step in axes)
        size = self.itemsize * (after - before + 1) if all(length for length, _ in axes) else 0
        begin = self.write(ctypes.string_at(address + self.itemsize * before, size))
        return begin - self.itemsize * before

    def write(self, numbers: bytes, guard: bytes = NAN) -> int:
        """Bytes -> where they stand in the memory, between two guards."""
        begin = self.used + GUARD
        self.used = begin + len(numbers) + GUARD
        missing = self.used - self.memory.data_len(self.store)
        self.memory.grow(self.store, max(0, -(-missing // PAGE)))
        self.memory.write(self.store, GUARD * guard + numbers + GUARD * guard, begin - GUARD)
        return begin

    def call(self, name: str, y: int, size: int, *numbers: int) -> None:
        """Run a function, and copy what it wrote to y; it may write nowhere else."""
        begin = self.write(bytes(self.itemsize * size), SEVENS)
        end = begin + self.itemsize * size
        before = self.memory.read(self.store, 0, self.used)
        self.functions[name](self.store, *numbers, begin)
        after = self.memory.read(self.store, 0, self.used)
        assert (before[:begin], before[end:]) == (after[:begin], after[end:]), f"{name} writes beside its result"
        ctypes.memmove(y, bytes(after[begin:end]), end - begin)
        self.used = 0
        self.called.append(name)


@cache
def library(dtype: np.dtype) -> WebAssembly:
    """What gemm.library is in a browser."""
    return WebAssembly(dtype)

"""The Python side of the live cells: runs a cell in IPython, and hands each output over as a notebook stores it.

It runs in the browser alone, in the worker, which gives it `send`: a function that takes one output as JSON.
"""

# ruff: noqa: E402  what IPython shall not load is said before it loads
import asyncio
import builtins
import json
import os
import signal
import sys
import time
import traceback
import warnings
from base64 import b64encode
from io import TextIOBase
from types import ModuleType

# IPython loads its terminal with itself, which takes longer than all the rest of it; a page has none.
sys.modules["IPython.terminal.embed"] = ModuleType("IPython.terminal.embed")
sys.modules["IPython.terminal.embed"].embed = None
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from pyodide import webloop
from traitlets.config import Config

SECONDS = 0.05  # between two messages of a cell that prints much


class Stream(TextIOBase):
    """What is printed, sent on a few times a second."""

    def __init__(self, name):
        self.name, self.waiting, self.sent = name, [], 0.0

    def writable(self):
        return True

    def write(self, text):
        self.waiting.append(text)
        if time.monotonic() - self.sent > SECONDS:
            self.flush()
        return len(text)

    def flush(self):
        if text := "".join(self.waiting):
            self.waiting, self.sent = [], time.monotonic()
            emit("stream", name=self.name, text=text)


def emit(kind, **fields):
    """Send one output, after what was printed before it."""
    if kind != "stream":
        sys.stdout.flush()
        sys.stderr.flush()
    send(json.dumps({"output_type": kind, **fields}))  # noqa: F821  the worker gives it


def encoded(data):
    """A dict of contents by type -> the same as JSON can hold it."""
    return {kind: b64encode(value).decode() if isinstance(value, bytes) else value for kind, value in data.items()}


class Publisher(DisplayPublisher):
    def publish(self, data, metadata=None, *, transient=None, update=False, **others):
        emit("update_display_data" if update else "display_data",
             data=encoded(data), metadata=metadata or {}, transient=transient or {})

    def clear_output(self, wait=False):
        emit("clear_output", wait=wait)


class Hook(DisplayHook):
    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        emit("execute_result", data=encoded(format_dict), metadata=md_dict or {}, execution_count=self.prompt_count)

    def finish_displayhook(self):
        pass


class Shell(InteractiveShell):
    def showtraceback(self, exc_tuple=None, *arguments, **options):
        kind, error, trail = exc_tuple or sys.exc_info()
        if stopped and kind is asyncio.CancelledError:
            kind, error = KeyboardInterrupt, KeyboardInterrupt()
        lines = traceback.format_exception(kind, error, inner(trail))
        emit("error", ename=kind.__name__, evalue=str(error), traceback=[line.rstrip("\n") for line in lines],
             line=line_in_cell(error, trail))

    showsyntaxerror = showindentationerror = showtraceback


def no_input(prompt=""):
    raise RuntimeError("a page cannot ask: write the value into the cell")


def is_cell(filename):
    return filename.startswith("<ipython-input-")


def inner(trail):
    """A traceback without the frames of IPython that come before the cell's own."""
    while trail and not is_cell(trail.tb_frame.f_code.co_filename):
        trail = trail.tb_next
    return trail


def line_in_cell(error, trail):
    """The last line of the reader's own code that the error came through, or None."""
    if isinstance(error, SyntaxError) and is_cell(error.filename or ""):
        return error.lineno
    lines = [line for frame, line in traceback.walk_tb(trail) if is_cell(frame.f_code.co_filename)]
    return lines[-1] if lines else None


def settings():
    """The same figures as `book/execute.py` draws: PNG at 110 dots an inch, cut to what is drawn."""
    config = Config()
    config.InlineBackend.figure_formats = {"png"}
    config.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "dpi": 110, "metadata": {"Software": None}}
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    return config


shell = Shell.instance(config=settings(), display_pub_class=Publisher, displayhook_class=Hook)
builtins.input = no_input
sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
warnings.filterwarnings("ignore", module="threadpoolctl")  # it asks Pyodide about threads in an outdated way


def stop(signal_number, frame):
    """A Stop: raised where the reader's code runs; anything else that Python does comes to its end first."""
    global stopped
    if reader and asyncio.current_task() is reader:
        raise KeyboardInterrupt
    stopped = True


async def awaited(code):
    """Run a cell with `await`, in a task that a Stop ends and does not break."""
    try:
        return (await shell.run_cell_async(code, store_history=True)).success
    except (KeyboardInterrupt, asyncio.CancelledError):
        return False


async def run(code):
    """Run one cell -> whether it came to its end."""
    global reader, stopped
    success = False
    try:
        if shell.should_run_async(code):
            reader = asyncio.ensure_future(awaited(code))
            while not reader.done():
                await asyncio.wait([reader], timeout=SECONDS)  # where nothing of Python runs, no Stop is seen
                if stopped and not reader.cancelling():
                    reader.cancel()
            success = reader.result()
            shell.events.trigger("post_execute")
        else:
            reader = asyncio.current_task()
            success = not stopped and shell.run_cell(code, store_history=True).success
    except KeyboardInterrupt:  # before the reader's first line, or after the last
        pass
    reader, stopped = None, False
    sys.stdout.flush()
    sys.stderr.flush()
    return success


def sleep(seconds, plain=webloop._orig_sleep):
    """`time.sleep` that hears a Stop; Pyodide's own hears it when it is over."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        plain(min(left, SECONDS))


reader, stopped = None, False  # the task in which the reader's code runs; whether a Stop came elsewhere
signal.signal(signal.SIGINT, stop)
time.sleep = sleep

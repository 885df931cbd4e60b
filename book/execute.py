"""Run notebooks and store their outputs, byte for byte the same at every run.

    python book/execute.py                                  # every notebook of both languages
    python book/execute.py book/en/01-convolution.ipynb     # one of them

What could differ between two runs is fixed or left out: hash seed, BLAS threads, the reader's own
settings of IPython and matplotlib, the time, versions, and where one block of printed text ends. A cell
that fails, or writes to stderr, stops the notebook; the file on disk then stays as it was.
"""

import asyncio
import os
import sys
import tempfile
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import figure_data
import matplotlib.font_manager  # noqa: F401  builds the font cache here, where its message to stderr does no harm
import nbformat
from cell_checks import id_problems
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from notebooks import BOOK, LANGUAGES, METADATA, Page, tags

CELL_SECONDS = 600
AT_ONCE = 2
# The file is drawn at 110 dots an inch; `fig.dpi` keeps its default, because the text beside a picture
# (<Figure size 640x480 ...>) depends on it, and a reader's kernel has no such setting.
KERNEL_OPTIONS = [
    "--InlineBackend.figure_formats={'png'}",
    "--InlineBackend.print_figure_kwargs="
    "{'bbox_inches': 'tight', 'dpi': 110, 'metadata': {'Software': None}}",
]


class NotebookError(Exception):
    """A notebook that could not be run to its end; the message names the cell."""


def main(arguments):
    paths = [Path(argument) for argument in arguments] or every_notebook(BOOK)
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        print(f"no such notebook: {', '.join(missing)}", file=sys.stderr)
        return 2
    with settled_environment():
        errors = asyncio.run(refresh_all(paths))
    for error in errors:
        print(f"\n{error}", file=sys.stderr)
    return 1 if errors else 0


def every_notebook(book):
    """Folder of the book -> list of paths, sorted."""
    return sorted(path for language in LANGUAGES for path in (book / language).glob("*.ipynb"))


async def refresh_all(paths):
    """Refresh the notebooks, two at once -> list of the messages of those that could not be run."""
    free = asyncio.Semaphore(AT_ONCE)

    async def refresh_one(path):
        async with free:
            try:
                changed = await refresh(path)
            except (NotebookError, OSError) as error:
                return f"{path}: {error}"
        print(f"{path}: {'new outputs' if changed else 'unchanged'}", flush=True)

    return [error for error in await asyncio.gather(*map(refresh_one, paths)) if error]


async def refresh(path):
    """Run the notebook at `path` and store its outputs there -> True if the file changed.

    Raises NotebookError, with the file untouched, when a cell fails or writes to stderr. Call it inside
    `settled_environment()`.
    """
    notebook = read(path)
    await run(notebook, path.parent.resolve())
    before, after = path.read_bytes(), (nbformat.writes(notebook) + "\n").encode()
    if before == after:
        return False
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_bytes(after)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return True


def read(path):
    """Path -> notebook; NotebookError if it is none, or if its cells have no proper names."""
    try:
        if problems := id_problems(Page(path.parent.name, path)):
            raise NotebookError("\n".join(problems))
        return nbformat.read(path, as_version=4)
    except nbformat.reader.NotJSONError as error:
        raise NotebookError("is no notebook: it is not JSON") from error


async def run(notebook, folder):
    """Execute every code cell of `notebook`, in place, in a kernel that runs in `folder`."""
    notebook.metadata.update(METADATA)
    notebook.metadata.pop("widgets", None)
    async with AsyncExitStack() as stack:
        client = await start_client(notebook, folder, stack)
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                await run_cell(client, cell, index)
    nbformat.validate(notebook)


async def start_client(notebook, folder, stack):
    """A client whose kernel runs in `folder` and ends with `stack`; a start that fails is tried once more."""
    for last_try in (False, True):
        client = NotebookClient(notebook, timeout=CELL_SECONDS, record_timing=False, store_widget_state=False,
                                extra_arguments=list(KERNEL_OPTIONS), kernel_name="python3")
        manager = client.create_kernel_manager()
        manager.transport = "ipc"           # two kernels never choose the same TCP port
        manager.ip = tempfile.mkdtemp(dir=os.environ["JUPYTER_RUNTIME_DIR"]) + "/kernel"
        try:
            await stack.enter_async_context(client.async_setup_kernel(cwd=str(folder)))
            return client
        except RuntimeError:
            if last_try:
                raise


async def run_cell(client, cell, index):
    """Execute one cell and put its outputs into their final form; NotebookError if it does not end well."""
    try:
        await client.async_execute_cell(cell, index)
    except CellExecutionError as error:
        raise NotebookError(f"cell {cell.id}: {error.ename}: {error.evalue}") from error
    except (CellTimeoutError, DeadKernelError) as error:
        raise NotebookError(f"cell {cell.id}: {error}") from error
    cell.metadata.pop("execution", None)
    cell.outputs = merge_streams(cell.outputs)
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            raise NotebookError(f"cell {cell.id}: wrote to stderr:\n{output.text}")
        if output.output_type == "error":
            if "raises-exception" not in tags(cell):
                raise NotebookError(f"cell {cell.id}: {output.ename}: {output.evalue}")
            # A full traceback holds paths of this machine.
            output.traceback = [f"{output.ename}: {output.evalue}"]


def merge_streams(outputs):
    """Outputs -> outputs, with neighboring blocks of one stream made one (where they end is chance)."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


@contextmanager
def settled_environment():
    """Environment variables, for the kernels started inside, under which two runs give the same bytes."""
    with tempfile.TemporaryDirectory(prefix="cnn-") as folder:      # short: it holds sockets
        runtime, settings = Path(folder, "run"), Path(folder, "matplotlibrc")
        runtime.mkdir()
        settings.write_text("svg.hashsalt: cnnlib\n")
        wanted = {
            "PYTHONHASHSEED": "0",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
            "SOURCE_DATE_EPOCH": "0",
            "MATPLOTLIBRC": str(settings),
            "IPYTHONDIR": str(Path(folder, "ipython")),
            "JUPYTER_DATA_DIR": str(Path(folder, "data")),
            "JUPYTER_RUNTIME_DIR": str(runtime),
            **figure_data.kernel_environment(),
        }
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

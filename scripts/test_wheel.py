"""Install the wheel where nothing else is, with the oldest and the newest libraries it allows, and use it.

Each Python that is found gets two empty environments. In each: `import cnnlib` takes at most half a second
longer than `import numpy`, loads neither matplotlib nor scikit-learn, and the examples of the README run.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHONS = ["3.11", "3.12", "3.13"]
FIRST_FOR = {"3.13": {"numpy": "2.1", "matplotlib": "3.9.2"}}  # the first releases with wheels for that Python
LIMIT = 0.5  # seconds

SECONDS = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
LOADED = "import sys, cnnlib; print(*{'matplotlib', 'sklearn'} & sys.modules.keys())"


def run(*command: object, cwd: Path = ROOT) -> str:
    """A command -> what it printed; CalledProcessError, with all of it, when it failed."""
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=cwd, check=True, text=True, stdout=-1, stderr=subprocess.STDOUT).stdout


def interpreter(version: str) -> str | None:
    """A version such as 3.12 -> a Python of that version that starts: on the PATH or among those of pyenv."""
    candidates = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    for candidate in filter(None, candidates):
        try:
            if run(candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip() == version:
                return str(candidate)
        except subprocess.CalledProcessError:  # pyenv leaves a command behind that only says how to choose
            continue
    return None


def oldest(version: str) -> list[str]:
    """A Python version -> the oldest release that pyproject.toml allows of every dependency."""
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    bounds = dict(re.fullmatch(r"([\w-]+)>=([\d.]+)", dependency).groups() for dependency in dependencies)
    return [f"{name}=={first}" for name, first in (bounds | FIRST_FOR.get(version, {})).items()]


def import_seconds(python: Path, module: str, folder: Path) -> float:
    """The fastest of five imports, each in a new process."""
    return min(float(run(python, "-I", "-c", SECONDS.format(module), cwd=folder)) for _ in range(5))


def problems(interpreter: str, wheel: Path, pins: list[str], folder: Path) -> list[str]:
    """Install the wheel with these pins into a new environment -> what is wrong there."""
    run(interpreter, "-m", "venv", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--disable-pip-version-check", "--only-binary", ":all:", wheel, *pins)
    print("   ", *re.findall(r"(?:numpy|scikit-learn|scipy|matplotlib)==\S+", run(python, "-m", "pip", "freeze")))
    run(python, "-I", "-m", "doctest", ROOT / "README.md", cwd=folder)
    more = import_seconds(python, "cnnlib", folder) - import_seconds(python, "numpy", folder)
    loaded = run(python, "-I", "-c", LOADED, cwd=folder).split()
    print(f"    import cnnlib takes {more:.2f} s longer than import numpy")
    slow = [f"import cnnlib takes {more:.2f} s longer than import numpy, more than {LIMIT} s"] if more > LIMIT else []
    return slow + [f"import cnnlib loads {name}" for name in loaded]


def build(folder: Path) -> Path:
    """The wheel of this source, in the folder."""
    shutil.rmtree(ROOT / "build", ignore_errors=True)  # setuptools would pack files that are gone since
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    return next(folder.glob("*.whl"))


def main() -> int:
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with tempfile.TemporaryDirectory() as name:
        wheel = build(Path(name))
        for version in PYTHONS:
            python = interpreter(version)
            for age, pins in (("oldest", oldest(version)), ("newest", [])):
                print(f"Python {version}, {age} libraries", flush=True)
                if python is None:
                    print(f"    skipped: no python{version} here")
                    counts["skipped"] += 1
                    continue
                try:
                    wrong = problems(python, wheel, pins, Path(tempfile.mkdtemp(dir=name)))
                except subprocess.CalledProcessError as error:
                    wrong = [f"{' '.join(error.cmd)}\n{error.output[-3000:]}"]
                for problem in wrong:
                    print(f"    FAILED: {problem}")
                counts["failed" if wrong else "passed"] += 1
    print(", ".join(f"{count} {word}" for word, count in counts.items()))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())

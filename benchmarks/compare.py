"""cnnlib beside PyTorch, three nested loops and scikit-learn, as ratios in one run.

    python benchmarks/compare.py            measure, and write benchmarks/results/
    python benchmarks/compare.py --check    measure, and fail if a ratio is 25 % worse than in benchmarks/results/

What is compared computes the same: both sides start from the same weights, and their losses or outputs are
compared first. Then they take turns (measure.py). PyTorch computes eagerly on the processor, with the fused form of
its optimizer. All in float32. A ratio below 1 means that cnnlib takes less.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import report
import torch
from breakdown import breakdown, sgemm_peak
from growth import MOST, growth
from measure import take_turns, threads
from threadpoolctl import threadpool_info
from work import agree, loops, perceptron, prediction, training

RESULTS = Path(__file__).parent / "results"
WORSE = 1.25
MOST_IMPORT = 0.5  # seconds

# Work, its most and its hoped-for ratio with two threads, the functions, whether what they return is comparable.
ROWS = {
    "training step, problem 7, batch 50": (0.55, 0.40, lambda: training("problem 7", 50)),
    "training step, problem 7, batch 128": (0.55, 0.40, lambda: training("problem 7", 128)),
    "training step, problem 7, batch 1": (0.50, 0.40, lambda: training("problem 7", 1)),
    "training step, LeNet, batch 50": (0.70, 0.52, lambda: training("LeNet", 50)),
    "training step, LeNet, batch 128": (1.0, 0.70, lambda: training("LeNet", 128)),
    "training step, LeNet, batch 1": (0.50, 0.30, lambda: training("LeNet", 1)),
    "prediction, LeNet, 2,000 images": (0.9, 0.5, lambda: prediction("LeNet", 2000, 500)),
    "forward pass, ResNet-18, 4 images": (1.4, 1.0, lambda: prediction("ResNet-18", 4, 4)),
    "forward pass, VGG-16, 1 image": (1.2, 0.8, lambda: prediction("VGG-16", 1, 1)),
}
LOOPS = {"problem 7": 200, "LeNet": 150}  # at least so many times as fast as three nested loops
THREADS = {2: "2 threads", 1: "1 thread"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the results that are kept, write nothing")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each side; at least 7")
    arguments = parser.parse_args()
    if arguments.rounds < 7:
        parser.error(f"--rounds must be at least 7; got {arguments.rounds}")
    kept = json.loads((RESULTS / "results.json").read_text()) if arguments.check else None
    found = measured(arguments.rounds)
    print(report.markdown(found))
    if kept:
        check(found, kept)
    else:
        write(found)


def measured(rounds):
    """Rounds -> everything that is measured, ready for JSON."""
    found = {"machine": machine(), "rows": {}, "loops": {}, "parts": {}}
    for name, (most, stretch, make) in ROWS.items():
        agree(make())
        row = {"at most": most, "stretch": stretch}
        for n in (2, 1):
            with threads(n):
                row[THREADS[n]] = sides(take_turns(make(), rounds))
        found["rows"][name] = row
        progress(name, row["2 threads"]["ratio"])
    for name in LOOPS:
        functions = loops(name)
        agree(functions)
        with threads(1):
            times = take_turns(functions, rounds)
        found["loops"][name] = times["three loops"].median / times["cnnlib"].median
        progress(f"three loops, {name}", found["loops"][name])
    if (ratios := compiled(rounds)) is not None:
        found["compiled"] = ratios
        progress("torch.compile, LeNet, batch 50", ratios["ratio"])
    with threads(1):
        found["perceptron"] = sides(take_turns(perceptron(), rounds))
        peak = sgemm_peak()
        for name, batch in (("problem 7", 1), ("problem 7", 50), ("LeNet", 1), ("LeNet", 50)):
            found["parts"][f"{name}, batch {batch}"] = breakdown(name, batch, peak)
        found["growth"] = growth()
    found["memory"] = {side: peak_memory(side) for side in ("cnnlib", "PyTorch")}
    found["import"] = import_seconds("cnnlib") - import_seconds("numpy")
    found["machine"]["sgemm, GFLOP/s, 1 thread"] = round(peak / 1e9, 1)
    return found


def compiled(rounds):
    """A training step of LeNet beside torch.compile -> the ratios; None where PyTorch finds no compiler."""
    with threads(2):
        functions = training("LeNet", 50, compiled=True)
        try:
            agree(functions)
        except torch._dynamo.exc.BackendCompilerFailed as error:
            print(f"torch.compile is left out: {error}", file=sys.stderr)
            return None
        return sides(take_turns(functions, rounds))


def sides(times):
    """Times of cnnlib and of one other side -> the ratios, and the spread of each."""
    ours, other = times.values()
    return {
        "ratio": ours.median / other.median,
        "best": ours.best / other.best,
        "spread": {name: time.spread for name, time in times.items()},
        "rounds": len(ours.rounds),
    }


def peak_memory(side):
    """A side -> the bytes that training LeNet takes beyond the data."""
    program = Path(__file__).with_name("memory.py")
    return int(subprocess.run([sys.executable, program, side], check=True, capture_output=True, text=True).stdout)


def import_seconds(module, rounds=5):
    """The name of a module -> the least seconds that a new process takes to import it."""
    code = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True) for _ in range(rounds)]
    return min(float(run.stdout) for run in runs)


def machine():
    """What was measured on what."""
    names = [line.split(":")[1].strip() for line in cpu_lines() if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "BLAS": ", ".join(f"{b['internal_api']} {b['version']} {b.get('architecture', '')}" for b in blas()),
        "load before": round(os.getloadavg()[0], 1),
        "PyTorch": torch.__version__,
    }


def blas():
    """The libraries that compute NumPy's matrix products."""
    return [library for library in threadpool_info() if library["user_api"] == "blas"]


def cpu_lines():
    info = Path("/proc/cpuinfo")
    return info.read_text().splitlines() if info.exists() else []


def progress(name, value):
    print(f"{name}: {value:.2f}", file=sys.stderr, flush=True)


def check(found, kept):
    """Compare with the ratios that are kept; fail where one is 25 % worse, or a cost grows out of proportion."""
    worse = [
        f"{name}: {row['2 threads']['ratio']:.2f}, was {kept['rows'][name]['2 threads']['ratio']:.2f}"
        for name, row in found["rows"].items()
        if row["2 threads"]["ratio"] > WORSE * kept["rows"][name]["2 threads"]["ratio"]
    ]
    worse += [
        f"{name} against three loops: {ratio:.0f} times, was {kept['loops'][name]:.0f}"
        for name, ratio in found["loops"].items()
        if ratio < kept["loops"][name] / WORSE
    ]
    shares = [run["memory"]["cnnlib"] / run["memory"]["PyTorch"] for run in (found, kept)]
    if shares[0] > WORSE * shares[1]:
        worse.append(f"peak memory beside PyTorch's: {shares[0]:.2f}, was {shares[1]:.2f}")
    if found["import"] > MOST_IMPORT:
        worse.append(f"importing cnnlib: {found['import']:.2f} s more than NumPy, at most {MOST_IMPORT}")
    worse += grown(found)
    if worse:
        raise SystemExit("worse than benchmarks/results/results.json:\n" + "\n".join(worse))


def grown(found):
    """The costs that grow faster than in proportion."""
    return [
        f"{cost} against {what}: exponent {exponent:.2f}, at most {MOST}"
        for what, costs in found["growth"].items()
        for cost, exponent in costs["exponents"].items()
        if exponent > MOST
    ]


def write(found):
    """Write JSON, Markdown and the plots, each in one piece; fail if a cost grows out of proportion."""
    if grown(found):
        raise SystemExit("\n".join(grown(found)))
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        folder = Path(folder)
        (folder / "results.json").write_text(json.dumps(found, indent=1) + "\n")
        (folder / "results.md").write_text(report.markdown(found) + "\n")
        report.plot_ratios(found, folder / "results.svg")
        report.plot_growth(found, folder / "growth.svg")
        for file in list(folder.iterdir()):
            file.replace(RESULTS / file.name)


if __name__ == "__main__":
    main()

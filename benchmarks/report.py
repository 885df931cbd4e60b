"""The measurements as a table of Markdown and as a plot."""

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt

from cnnlib import viz


def markdown(found):
    """Everything that was measured -> text."""
    blocks = [
        table_of_rows(found["rows"]),
        "\n".join(
            f"- Three nested loops take {ratio:.0f} times as long as cnnlib for a step of {name}, batch 50, 1 thread."
            for name, ratio in found["loops"].items()
        ),
        others(found),
        table_of_parts(found["parts"]),
        table_of_growth(found["growth"]),
        "Machine: " + ", ".join(f"{key} {value}" for key, value in found["machine"].items()) + ".",
    ]
    return "\n\n".join(blocks)


def table_of_rows(rows):
    """The ratios to PyTorch, with 2 threads and with 1."""
    lines = [
        "| work | at most | stretch | to PyTorch, 2 threads | met | best to best | 1 thread | best to best | spread |",
        "|---|---:|---:|---:|---|---:|---:|---:|---|",
    ]
    for name, row in rows.items():
        two, one = row["2 threads"], row["1 thread"]
        spread = ", ".join(f"{side} {value:.0%}" for side, value in two["spread"].items())
        met = "yes" if two["ratio"] <= row["at most"] else "no"
        ratios = f"{two['ratio']:.2f} | {met} | {two['best']:.2f} | {one['ratio']:.2f} | {one['best']:.2f}"
        lines.append(f"| {name} | {row['at most']:.2f} | {row['stretch']:.2f} | {ratios} | {spread} |")
    rounds = next(iter(rows.values()))["2 threads"]["rounds"]
    note = f"Medians of {rounds} rounds in turns; the spread is (90 % - 10 %) / median, with 2 threads."
    return "\n".join([*lines, "", note])


def others(found):
    """Memory, import, compiled PyTorch, scikit-learn's perceptron."""
    ours, theirs = found["memory"]["cnnlib"], found["memory"]["PyTorch"]
    lines = [
        f"- Peak memory of training LeNet beyond the data: {ours / theirs:.2f} of PyTorch's "
        f"({ours / 1e6:.0f} MB and {theirs / 1e6:.0f} MB).",
        f"- Importing cnnlib takes {found['import']:.2f} s more than importing NumPy.",
        f"- An epoch of problem 7 takes {found['perceptron']['ratio']:.1f} times as long as one of scikit-learn's "
        "MLPClassifier, which has the two dense layers alone, sees all the pixels and learns with Adam.",
    ]
    if "compiled" in found:
        ratio = found["compiled"]["ratio"]
        lines.append(f"- Beside torch.compile, a training step of LeNet, batch 50, takes {ratio:.2f} of the time.")
    return "\n".join(lines)


def table_of_parts(parts):
    """Where the time of a step goes."""
    columns = list(next(iter(parts.values())))
    lines = ["| step, 1 thread | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    for name, values in parts.items():
        lines.append(f"| {name} | " + " | ".join(f"{values[column]:.0%}" for column in columns) + " |")
    return "\n".join(lines)


def table_of_growth(growth):
    """How time and memory grow."""
    lines = ["| cost of a step against | exponent of time | exponent of memory |", "|---|---:|---:|"]
    for what, costs in growth.items():
        exponents = costs["exponents"]
        lines.append(f"| {what} | {exponents['time']:.2f} | {exponents['memory']:.2f} |")
    return "\n".join(lines)


def plot_ratios(found, path):
    """Everything that was measured -> an SVG: the ratios, with what is asked for."""
    viz.style()
    rows = list(found["rows"].items())[::-1]
    fig, ax = plt.subplots(figsize=(7, 0.45 * len(rows) + 1))
    places = range(len(rows))
    for shift, threads, color in ((0.2, "2 threads", viz.BLUE), (-0.2, "1 thread", viz.ORANGE)):
        widths = [row[threads]["ratio"] for _, row in rows]
        ax.barh([p + shift for p in places], widths, 0.38, color=color, label=threads)
    ax.plot([row["at most"] for _, row in rows], places, "k|", markersize=18, label="at most")
    ax.axvline(1, color="0.5", linewidth=0.8)
    ax.set_yticks(places, [name for name, _ in rows])
    ax.set_xlabel("time of cnnlib / time of PyTorch")
    ax.legend(frameon=False)
    fig.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(fig)


def plot_growth(found, path):
    """Everything that was measured -> an SVG: time and memory of a step against what grows, beside proportion."""
    viz.style()
    fig, axes = plt.subplots(1, 2, figsize=(7, 3), layout="constrained")
    for ax, cost in zip(axes, ("time", "memory"), strict=True):
        for (what, costs), color in zip(found["growth"].items(), (viz.BLUE, viz.ORANGE, "0.4"), strict=True):
            amounts, values = costs["amounts"], costs[cost]
            ax.loglog([n / amounts[0] for n in amounts], [v / values[0] for v in values], "o-", color=color, label=what)
        ax.loglog((1, 9), (1, 9), ":", color="0.5", label="in proportion")
        ax.set(xlabel="times as much", ylabel=f"{cost}, times the first")
    axes[0].legend(frameon=False)
    fig.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(fig)

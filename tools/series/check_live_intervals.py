"""Coverage of a live stream's intervals before and after its level changes.

    pip install numpy; python tools/series/check_live_intervals.py BINARIES

A series of weeks with a season of 12 rows is learnt from 600 rows; then 2,000 rows come one by one, whose level and noise
change at row 1,000. Shown is the part of true values within intervals of 80 and 90 % one step ahead, over 5 seeds.
"""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np


def rows(random, count):
    step = np.arange(count)
    noise = random.normal(0, 1, count)
    for row in range(1, count):
        noise[row] += 0.6 * noise[row - 1]
    values = 100 + 5 * np.sin(2 * np.pi * step / 12) + noise
    values[1600:] = 150 + 2 * (values[1600:] - 100)
    return values


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    for coverage in (0.8, 0.9):
        parts = {"before": [], "first 200 after": [], "rows 200 to 1000 after": []}
        for seed in range(5):
            values = rows(np.random.default_rng(seed), 2600)
            with tempfile.TemporaryDirectory() as folder:
                data, model = f"{folder}/rows.csv", f"{folder}/rows.h5"
                with open(data, "w") as out:
                    out.write("value\n" + "".join(f"{v:.6f}\n" for v in values[:600]))
                subprocess.run([binaries / "lstm-train", "--csv", data, "--target", "value", "--season", "12", "--horizon",
                                "1", "--save", model, "--quiet"], check=True)
                answers = subprocess.run([binaries / "lstm-predict", model, "--stream", "--coverage", str(coverage)],
                                         input="".join(f"{v:.6f}\n" for v in values[600:]), text=True, check=True,
                                         capture_output=True).stdout.split()
            ends = np.array([[float(f) for f in line.split(",")[:3]] for line in answers])[:-1]
            inside = (ends[:, 1] <= values[601:]) & (values[601:] <= ends[:, 2])
            parts["before"].append(inside[:999].mean())
            parts["first 200 after"].append(inside[999:1199].mean())
            parts["rows 200 to 1000 after"].append(inside[1199:].mean())
        print(f"{coverage:.0%}: " + "; ".join(f"{name} {np.mean(v):.1%} ({min(v):.1%} to {max(v):.1%})"
                                            for name, v in parts.items()))


if __name__ == "__main__":
    main()

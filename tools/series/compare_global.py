"""One model for 120 simulated monthly series of very different levels, beside a seasonal naive model of each.

    pip install numpy; python tools/series/compare_global.py BINARIES [SEED]

Levels go from 1 to 1,000,000; trend, season, noise and length differ. Shown is on how many series the back-test of one
model over the last fifth, 12 months ahead, has the lower error.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np


def series(random, rows):
    step = np.arange(rows)
    level = 10 ** random.uniform(0, 6)
    pattern = random.normal(0, 1, 12)
    pattern = random.uniform(0.03, 0.3) * (pattern - pattern.mean())
    trend = random.normal(0.002, 0.004) * step + np.cumsum(random.normal(0, random.uniform(0, 0.02), rows))
    noise = random.normal(0, random.uniform(0.01, 0.08), rows)
    return level * np.exp(trend + pattern[step % 12] + noise)


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    random = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    with tempfile.TemporaryDirectory() as folder:
        data, model = f"{folder}/many.csv", f"{folder}/many.h5"
        with open(data, "w") as out:
            out.write("name,month,sales\n")
            for number in range(120):
                for row, value in enumerate(series(random, int(random.integers(72, 145)))):
                    out.write(f"s{number},{2010 + row // 12}-{row % 12 + 1:02},{value:.6g}\n")
        begin = time.time()
        subprocess.run([binaries / "lstm-train", "--csv", data, "--target", "sales", "--date", "month", "--key", "name",
                        "--test-split", "0.2", "--save", model, "--quiet", *sys.argv[3:]], check=True)
        seconds = time.time() - begin
        run = subprocess.run([binaries / "lstm-predict", model, "--forecast", "12", "--backtest", "--format", "json"],
                             check=True, capture_output=True)
        result = json.loads(run.stdout)
    for name in next(iter(result["series"].values()))["baselines"]:
        wins = sum(own["rmse"] < own["baselines"][name]["rmse"] for own in result["series"].values())
        print(f"lower RMSE than {name} on {wins} of {len(result['series'])} series")
    print(f"MASE {result['mase']:.3f}; seasonal naive {result['baselines']['seasonal_naive']['mase']:.3f}; "
          f"{result['coverage']:.1%} within intervals of 90 %; {seconds:.1f} s of training")


if __name__ == "__main__":
    main()

"""Compares the dates of forecasts with pandas' `date_range`: 34 frequencies and notations, many starting points each.

    tools/build-release            (or swift build)
    venv/bin/pip install pandas
    venv/bin/python tools/pandas/check_dates.py [STARTS] [FOLDER OF COMMANDS]

For each case, lstm-train reads one CSV file with 1,000 series, each from a random day of 1900–2090, with many ends of
months and leap days among them; lstm-predict forecasts 40 steps of each. All dates must be those of pandas, and
lstm-train must have nothing to say about the rows.
"""

import csv
import pathlib
import subprocess
import sys
import tempfile

from date_cases import all_cases, generator, sequences

STARTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
COMMANDS = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ".build/release").resolve()
KNOWN, FOLLOWING = 30, 40


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def check(case, number, folder):
    pairs = list(sequences(case, STARTS, KNOWN, FOLLOWING, generator(number)))
    rows, model, output = (str(folder / name) for name in ["rows.csv", "model.h5", "output.csv"])
    with open(rows, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "when", "value"])
        for key, (known, _) in enumerate(pairs):
            writer.writerows([key, date, place % 5] for place, date in enumerate(known))
    notes = run(
        COMMANDS / "lstm-train", "--csv", rows, "--target", "value", "--date", "when", "--key", "name",
        "--units", "2", "--epochs", "1", "--batch-size", "1000", "--sequence-length", "2",
        "--horizon", "1", "--scaling", "standard",
        "--validation-split", "0", "--test-split", "0", "--save", model, "--quiet")
    notes += run(COMMANDS / "lstm-predict", model, "--forecast", str(FOLLOWING), "--output", output)
    found = {}
    with open(output, newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(int(row["key"]), []).append(row.get("date"))
    wrong = [key for key, (_, following) in enumerate(pairs) if found[key] != following]
    for key in wrong[:3]:
        print("  ", pairs[key][0][-3:], "->", found[key][:3], "not", pairs[key][1][:3])
    return wrong, notes.strip()


failures = 0
for number, case in enumerate(all_cases()):
    with tempfile.TemporaryDirectory() as folder:
        wrong, notes = check(case, number, pathlib.Path(folder))
    failures += len(wrong) + bool(notes)
    example = next(sequences(case, 1, 2, 1, generator(number)))[0][0]
    print(f"{case[0]:16} {example:28} {STARTS - len(wrong)} of {STARTS} as in pandas {notes}", flush=True)
print(f"{failures} failures")
sys.exit(failures > 0)

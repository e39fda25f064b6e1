"""Makes pairs of texts to learn on, the last of them for the test.

    python3 tools/pairs/make_pairs.py additions additions.csv additions-test.csv [--pairs 45000] [--test 5000]
    python3 tools/pairs/make_pairs.py dates dates.csv dates-test.csv [--pairs 10000] [--test 2000]

additions: `535+61` -> `596`, different ones of two numbers below 1000, as in Keras' example addition_rnn.
dates: a day in one of twelve notations (`3 May 1979`, `Thursday, May 3rd, 1979`, `05/03/79`, …) -> `1979-05-03`; numeric
dates have the month first, two digits of a year mean 1970 to 2069.
"""

import argparse
import csv
import datetime
import random

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("kind", choices=["additions", "dates"])
parser.add_argument("training")
parser.add_argument("test")
parser.add_argument("--pairs", type=int)
parser.add_argument("--test", dest="held", type=int)
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()
generator = random.Random(arguments.seed)


def addition():
    # As in Keras' example: short numbers are as frequent as long ones.
    one, other = (int("".join(generator.choice("0123456789") for _ in range(generator.randint(1, 3)))) for _ in range(2))
    return f"{one}+{other}", str(one + other)


def ordinal(day):
    return f"{day}{'th' if 10 < day < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def date():
    day = datetime.date(1970, 1, 1) + datetime.timedelta(generator.randrange(36_524))
    month, short, weekday = day.strftime("%B"), day.strftime("%b"), day.strftime("%A")
    notations = [
        f"{day.day} {month} {day.year}", f"{day.day} {short} {day.year}", f"{month} {day.day}, {day.year}",
        f"{short} {day.day} {day.year}", f"{weekday}, {month} {ordinal(day.day)}, {day.year}",
        f"the {ordinal(day.day)} of {month} {day.year}", f"{day.month}/{day.day}/{day.year}",
        day.strftime("%m/%d/%y"), day.strftime("%d.%m.%Y"), day.strftime("%Y%m%d"),
        f"{day.strftime('%a').lower()} {day.day} {short.lower()} {day.strftime('%y')}", f"{day.day}-{short.upper()}-{day.year}",
    ]
    return generator.choice(notations), day.isoformat()


make, usual = {"additions": (addition, (45_000, 5_000)), "dates": (date, (10_000, 2_000))}[arguments.kind]
count, held = arguments.pairs or usual[0], arguments.held or usual[1]
pairs = {}
while len(pairs) < count + held:
    source, target = make()
    pairs.setdefault(source, target)
rows = list(pairs.items())
# What is rare comes late.
generator.shuffle(rows)
for path, part in (arguments.training, rows[:count]), (arguments.test, rows[count:]):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["source", "target"])
        writer.writerows(part)

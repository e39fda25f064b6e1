"""Dates of rows, as pandas counts and writes them: what the checks and the tests of dates are made of."""

import random

import pandas as pd

WEEKDAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
QUARTERS = ["JAN", "FEB", "MAR"]


def written(pattern):
    return lambda dates: [date.strftime(pattern) for date in dates]


def periods(frequency):
    return lambda dates: [str(period) for period in dates.to_period(frequency)]


def quarters(dates):
    return [f"{date.year}-Q{(date.month + 2) // 3}" for date in dates]


def with_offset(offset):
    return lambda dates: [str(date) for date in dates.tz_localize(offset)]


def unix(dates):
    return [str(int(date.timestamp())) for date in dates]


def unpadded(dates):
    return [f"{date.month}/{date.day}/{date.year}" for date in dates]


# The name here, what pandas calls it (a list is drawn from), and how the dates are written.
CASES = [
    ("hours", "h", written("%Y-%m-%d %H:%M:%S")),
    ("hours", "h", with_offset("+01:00")),
    ("hours", "h", unix),
    ("6hours", "6h", written("%Y/%m/%d %H:%M")),
    ("15minutes", "15min", written("%Y-%m-%dT%H:%M:%SZ")),
    ("30minutes", "30min", written("%d.%m.%Y %H:%M")),
    ("10seconds", "10s", written("%Y-%m-%d %H:%M:%S")),
    ("500milliseconds", "500ms", lambda dates: [str(date) for date in dates]),
    ("days", "D", written("%Y-%m-%d")),
    ("days", "D", written("%d/%m/%Y")),
    ("days", "D", unpadded),
    ("days", "D", written("%Y%m%d")),
    ("days", "D", written("%d %B %Y")),
    ("business-days", "B", written("%Y-%m-%d")),
    ("business-days", "B", written("%d.%m.%Y")),
    ("weeks", [f"W-{day}" for day in WEEKDAYS], written("%Y-%m-%d")),
    ("weeks", "W-MON", written("%G-W%V")),
    ("2weeks", [f"2W-{day}" for day in WEEKDAYS], written("%Y-%m-%d")),
    ("months", "MS", written("%Y-%m")),
    ("months", "MS", written("%m/%d/%Y")),
    ("months", "MS", written("%b %Y")),
    ("months", "MS", written("%YM%m")),
    ("month-ends", "ME", written("%Y-%m-%d")),
    ("month-ends", "ME", written("%d.%m.%Y")),
    ("quarters", [f"QS-{month}" for month in QUARTERS], written("%Y-%m-%d")),
    ("quarters", "QS", quarters),
    ("quarters", "QS", periods("Q")),
    ("quarter-ends", [f"QE-{month}" for month in QUARTERS], written("%Y-%m-%d")),
    ("years", "YS", written("%Y-%m-%d")),
    ("year-ends", "YE", written("%Y-%m-%d %H:%M:%S")),
]
# The same day of every so many months, the last one of a shorter month: pandas' DateOffset from the first date.
MONTHS = [("months", 1), ("quarters", 3), ("years", 12), ("5months", 5)]


def start(draw):
    """A moment from 1900 to 2090; every third is at the end of a month or a leap day."""
    date = pd.Timestamp(1900, 1, 1) + pd.Timedelta(days=draw.randrange(69000))
    kind = draw.randrange(6)
    if kind == 0:
        date = date + pd.offsets.MonthEnd(0)
    if kind == 1:
        date = pd.Timestamp(4 * draw.randrange(476, 522), 2, 29) if draw.random() < 0.9 else date
    return date


def sequences(case, count, known, following, draw):
    """`count` pairs of lists: the dates that are known, and those that follow."""
    for _ in range(count):
        if len(case) == 2:
            months = case[1]
            first = start(draw).normalize()
            dates = [first + pd.DateOffset(months=months * i) for i in range(known + following)]
            texts = [date.strftime("%Y-%m-%d") for date in dates]
        else:
            _, frequency, write = case
            first = start(draw)
            if write is unix:
                first = pd.Timestamp(1975, 1, 1) + pd.Timedelta(days=draw.randrange(40000))
            if "h" in frequency or "min" in frequency or "s" in frequency:
                first = first + pd.Timedelta(minutes=draw.choice([0, 0, 30, 45, 1425]))
            alias = draw.choice(frequency) if isinstance(frequency, list) else frequency
            texts = write(pd.date_range(first, periods=known + following, freq=alias))
        yield texts[:known], texts[known:]


def all_cases():
    return CASES + MONTHS


def generator(seed):
    return random.Random(seed)

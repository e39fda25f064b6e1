"""Makes the dates that DateTests compares with, by pandas' `date_range`.

    venv/bin/python tools/pandas/make_date_reference.py > Tests/TasksTests/Reference/dates.txt

A line each: the frequency; 26 dates; the 6 dates that follow.
"""

from date_cases import all_cases, generator, sequences

draw = generator(1)
for case in all_cases():
    for known, following in sequences(case, 4, 26, 6, draw):
        name = case[0]
        # The 31st of every so many months is their last day.
        if len(case) == 2 and known[0].endswith("-31"):
            name = name[:-1] + "-ends"
        print(name, "|".join(known), "|".join(following), sep=";")

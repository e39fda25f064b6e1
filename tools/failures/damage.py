"""Damaged files of every format that is read: what is sealed is refused, of the rest nothing crashes or hangs."""

import collections
import itertools
import pathlib
import tempfile

from . import formats, mutations, trials

WHAT = "damaged files"
# Of each format, at least.
FILES = 20_000
# In one trial.
PIECE = 50


def single_bytes(form, places, pick):
    """A changed byte at each of these places."""
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        form.lay(folder)
        for place in places:
            data = bytearray(form.data)
            data[place] ^= pick.randint(1, 255)
            results.append(judged(form, folder, bytes(data), pick, f"byte {place} is {data[place]}"))
    return results


def mutated(form, seed, pick):
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        form.lay(folder)
        for _ in range(PIECE):
            data, what = form.mutate(pick)
            if data != form.data:
                results.append(judged(form, folder, data, pick, f"{what}, {seed}"))
    return results


def judged(form, folder, data, pick, what):
    (folder / form.name).write_bytes(data)
    command = pick.choice(form.commands)
    before = {path.name for path in folder.iterdir()}
    ended = trials.run(command, folder, b"A\nB\n" if "--stream" in command else b"")
    words = ended.words()
    if form.is_sealed and ended.code == 0:
        words.append("wrong")
    made = {path.name for path in folder.iterdir()} - before
    if ended.code not in (0, None) and made:
        words.append("wrong")
    for entry in made:
        (folder / entry).unlink()
    if any(word in trials.BAD for word in words):
        kept = pathlib.Path(tempfile.gettempdir()) / f"torture-{abs(hash(data)):x}-{form.name}"
        kept.write_bytes(data)
        what += f", kept as {kept}"
    return words, f"{' '.join(command)}: {what}: {ended}"


def all_trials(setting):
    known = formats.all_formats(setting)
    random = setting.random
    for form in known:
        if form.is_sealed:
            places = list(range(len(form.data)))
            random.shuffle(places)
            if not setting.is_long:
                places = places[:200]
            for start in range(0, len(places), PIECE):
                yield f"a byte of {form.title}", single_bytes, form, places[start:start + PIECE], mutations.copy(random)
    alike = collections.Counter(form.suffix for form in known)
    for number in itertools.count():
        rest = [form for form in known if number * PIECE * alike[form.suffix] < FILES]
        # All of them, and then as many as there is time for.
        for form in rest or known:
            yield f"damaged: {form.title}", mutated, form, number, mutations.copy(random)
        if not rest:
            setting.is_done = True

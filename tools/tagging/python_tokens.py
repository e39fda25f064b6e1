"""Makes a corpus for sequence tagging from Python's own library: each character and the kind of token it is in.

    python3 tools/tagging/python_tokens.py corpus [--length 120] [--training 4000] [--test 1000]

Writes corpus/training.jsonl, test.jsonl and the same as .conll (see formats.py). The labels are `tokenize`'s kinds:
name, keyword (soft keywords are names), string, comment, number, operator. White space, newlines and the backslash
that continues a line are O.

A sequence is as many whole lines as fit into `--length` characters, or with `--lines` one line. No token is cut:
a string over several lines stays whole, and is left out if it does not fit. Modules are split by a hash of the name of their
top-level module: a fifth is the test's. No text is there twice. The corpus depends on the Python that runs this,
which is printed.
"""

import argparse
import bisect
import keyword
import pathlib
import platform
import sysconfig
import token
import tokenize

from formats import choose, rank, tagged, write

KINDS = {"NAME": "name", "STRING": "string", "COMMENT": "comment", "NUMBER": "number", "OP": "operator",
         **{kind + part: "string" for kind in ("FSTRING", "TSTRING") for part in ("_START", "_MIDDLE", "_END")}}
# Tests, and tables of one row a character.
EXCLUDED = {"test", "tests", "idle_test", "site-packages", "__pycache__", "encodings", "pydoc_data"}


def spans(path, starts):
    """(begin, end, kind) of each token; `starts` are the lines' offsets in the text."""
    found = []
    with tokenize.open(path) as file:
        for item in tokenize.generate_tokens(file.readline):
            name = token.tok_name[item.type]
            kind = "keyword" if name == "NAME" and keyword.iskeyword(item.string) else KINDS.get(name)
            begin, end = (starts[line - 1] + column for line, column in (item.start, item.end))
            if not kind or begin == end:
                continue
            # The parts of an f-string, which Python 3.12 and later has as tokens.
            if found and name.endswith(("_MIDDLE", "_END")) and found[-1][1:] == (begin, "string"):
                begin = found.pop()[0]
            found.append((begin, end, kind))
    return found


def sequences(path, length, lines):
    with tokenize.open(path) as file:
        text = file.read()
    starts = [0, *(place + 1 for place, scalar in enumerate(text) if scalar == "\n"), len(text)]
    found = spans(path, starts)
    tags = tagged(len(text), found)
    # Where lines begin that no token goes on into.
    inside = set()
    for begin, end, _ in found:
        inside.update(starts[bisect.bisect_right(starts, begin):bisect.bisect_left(starts, end)])
    cuts = [start for start in starts if start not in inside]

    begin = end = 0
    for cut in cuts[1:] + [None]:
        # The last newline is not in the sequence.
        if cut is not None and cut - begin <= length + 1 and not (lines and end > begin):
            end = cut
            continue
        part = text[begin:end].rstrip()
        first = begin + len(part) - len(part.lstrip("\n"))
        last = begin + len(part)
        if first < last <= first + length:
            yield text[first:last], tags[first:last]
        if cut is not None:
            begin, end = (end, cut) if cut - end <= length + 1 else (cut, cut)


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("folder")
parser.add_argument("--length", type=int, default=120, help="characters of a sequence at most")
parser.add_argument("--lines", action="store_true", help="one line a sequence")
parser.add_argument("--training", type=int, default=4000, help="sequences; 0: all")
parser.add_argument("--test", type=int, default=1000)
arguments = parser.parse_args()

library = pathlib.Path(sysconfig.get_path("stdlib"))
modules = {}
for path in sorted(library.rglob("*.py")):
    parts = path.relative_to(library).with_suffix("").parts
    if not EXCLUDED.intersection(parts) and not parts[0].startswith(("_sysconfigdata", "config-")):
        modules.setdefault(parts[0], []).append(path)
found = {"training": [], "test": []}
for name, paths in modules.items():
    for path in paths:
        try:
            parts = list(sequences(path, arguments.length, arguments.lines))
        except (SyntaxError, UnicodeDecodeError, tokenize.TokenError):
            continue
        found["test" if rank(name) % 5 == 0 else "training"] += parts
print(f"Python {platform.python_version()}: {len(modules)} modules, the test's:",
      *[name for name in modules if rank(name) % 5 == 0])
seen = set()
for name, count in (("training", arguments.training), ("test", arguments.test)):
    write(arguments.folder, name, choose(found[name], count, seen))

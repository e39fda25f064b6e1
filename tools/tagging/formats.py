"""Tagged sequences as files: JSON lines and CoNLL.

A sequence is (tokens, tags). Tokens are a text, whose tokens are its Unicode scalars, or a list of words.

`.jsonl`, one sequence a line:  {"text": "if x", "tags": ["B-keyword", "I-keyword", "O", "B-name"]}
                          or:   {"tokens": ["Ne", "oldu", "?"], "tags": ["PRON", "VERB", "PUNCT"]}
`.conll`, one token a line:     token TAB tag, an empty line after each sequence

In a CoNLL token a space is \\s, a newline \\n, a tab \\t, a carriage return \\r, a backslash \\\\, and any other
scalar that does not print \\u{HEX}; so a token is never empty and has no white space. UTF-8, lines end in LF.
"""

import hashlib
import json
import pathlib
import re

ESCAPES = {" ": r"\s", "\n": r"\n", "\t": r"\t", "\r": r"\r", "\\": r"\\"}
SCALARS = {escape: scalar for scalar, escape in ESCAPES.items()}


def escaped(token):
    return "".join(ESCAPES.get(scalar) or (scalar if scalar.isprintable() else f"\\u{{{ord(scalar):x}}}")
                   for scalar in token)


def unescaped(token):
    return re.sub(r"\\u\{([0-9a-f]+)\}|\\[sntr\\]",
                  lambda match: chr(int(match[1], 16)) if match[1] else SCALARS[match[0]], token)


def tagged(length, spans):
    """BIO tags of spans (begin, end, label)."""
    tags = ["O"] * length
    for begin, end, label in spans:
        tags[begin:end] = [f"B-{label}"] + [f"I-{label}"] * (end - begin - 1)
    return tags


def rank(text):
    """A fixed number for a name or text: for choices that look random and never change."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def choose(sequences, count, seen):
    """`count` of the sequences (0: all) in an order of their own; none that `seen` has, which is added to."""
    found = []
    for tokens, tags in sorted(sequences, key=lambda sequence: rank("\0".join(sequence[0]))):
        if count and len(found) == count:
            break
        key = tuple(tokens)
        if key not in seen:
            seen.add(key)
            found.append((tokens, tags))
    return found


def write(folder, name, sequences):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.jsonl", "w", encoding="utf-8", newline="\n") as lines, \
            open(folder / f"{name}.conll", "w", encoding="utf-8", newline="\n") as columns:
        for tokens, tags in sequences:
            assert len(tokens) == len(tags) > 0
            key = "text" if isinstance(tokens, str) else "tokens"
            lines.write(json.dumps({key: tokens, "tags": tags}, ensure_ascii=False) + "\n")
            columns.writelines(f"{escaped(token)}\t{tag}\n" for token, tag in zip(tokens, tags))
            columns.write("\n")
    steps = sum(len(tags) for _, tags in sequences)
    longest = max(len(tags) for _, tags in sequences)
    kinds = len({tag for _, tags in sequences for tag in tags})
    print(f"{name}: {len(sequences)} sequences, {steps} steps, longest {longest}, {kinds} tags")


def read(path):
    """The sequences of a .jsonl or .conll file, each a list of tokens and one of tags."""
    with open(path, encoding="utf-8", newline="\n") as file:
        if str(path).endswith(".jsonl"):
            rows = [json.loads(line) for line in file]
            return [(list(row["text"] if "text" in row else row["tokens"]), row["tags"]) for row in rows]
        blocks = [block.split("\n") for block in file.read().rstrip("\n").split("\n\n")]
    pairs = [[line.split("\t") for line in block] for block in blocks]
    return [([unescaped(pair[0]) for pair in block], [pair[-1] for pair in block]) for block in pairs]

"""Precision, recall and F1 of spans in BIO tags, as conlleval and seqeval's default count them.

    python3 tools/tagging/spans.py tagged.conll      # the last two columns: true tag, predicted tag
    venv/bin/python tools/tagging/spans.py --check   # against seqeval on random tags

A span counts only with the same begin, end and label. B- begins a span; so does I- after O, at the start of a
sequence, or after another label. (seqeval's mode="strict" drops such spans; this does not.)
"""

import collections
import random
import sys


def spans(tags):
    """(begin, end, label) of each span."""
    found, begin, label = [], None, None
    for index, tag in enumerate([*tags, "O"]):
        prefix, _, kind = tag.partition("-")
        if begin is not None and (prefix != "I" or kind != label):
            found.append((begin, index, label))
            begin = None
        if begin is None and prefix in ("B", "I"):
            begin, label = index, kind
    return found


def quality(true, found, common):
    precision = common / found if found else 0.0
    recall = common / true if true else 0.0
    return dict(precision=precision, recall=recall, f1=2 * common / (true + found) if common else 0.0, support=true)


def score(true, predicted):
    """For each label, and for all as "micro": precision, recall, f1, support (true spans)."""
    counts = collections.defaultdict(lambda: [0, 0, 0])
    for right, answer in zip(true, predicted):
        right, answer = set(spans(right)), set(spans(answer))
        for column, part in enumerate((right, answer, right & answer)):
            for _, _, label in part:
                counts[label][column] += 1
    total = [sum(column) for column in zip(*counts.values())] or [0, 0, 0]
    return {**{label: quality(*counts[label]) for label in sorted(counts)}, "micro": quality(*total)}


def table(scores):
    return "\n".join(["| label | precision | recall | F1 | spans |", "|---|---|---|---|---|"] + [
        f"| {label} | {row['precision']:.4f} | {row['recall']:.4f} | {row['f1']:.4f} | {row['support']} |"
        for label, row in scores.items()])


def random_tags(generator, length, labels="abc"):
    """Any order of tags: also I- where no span is open."""
    return [tag if tag == "O" else f"{tag}-{generator.choice(labels)}"
            for tag in generator.choices("OBI", [3, 2, 4], k=length)]


def check():
    import warnings

    from seqeval.metrics import classification_report

    warnings.simplefilter("ignore")
    generator = random.Random(1)
    for count in [*[1] * 500, *[20] * 200]:
        true = [random_tags(generator, generator.randint(1, 30)) for _ in range(count)]
        predicted = [[tag if generator.random() < 0.7 else random_tags(generator, 1)[0] for tag in tags] for tags in true]
        ours = score(true, predicted)
        if not any(map(spans, true + predicted)):
            continue
        report = classification_report(true, predicted, output_dict=True, zero_division=0)
        theirs = {"micro" if label == "micro avg" else label: row for label, row in report.items()}
        for label, row in ours.items():
            for key, name in dict(precision="precision", recall="recall", f1="f1-score", support="support").items():
                assert abs(row[key] - theirs[label][name]) < 1e-12, (true, predicted, label, key)
    print("700 comparisons with seqeval: equal")


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        check()
    else:
        with open(sys.argv[1], encoding="utf-8", newline="\n") as file:
            blocks = [block.split("\n") for block in file.read().rstrip("\n").split("\n\n")]
        columns = [[line.split("\t")[-2:] for line in block] for block in blocks]
        true, predicted = ([[pair[side] for pair in block] for block in columns] for side in (0, 1))
        pairs = [pair for block in columns for pair in block]
        print(f"accuracy of steps: {sum(a == b for a, b in pairs) / len(pairs):.4f} of {len(pairs)}\n")
        print(table(score(true, predicted)))

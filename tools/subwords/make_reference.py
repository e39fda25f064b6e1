"""Learns subwords with Hugging Face's tokenizers, for the tests and as a comparison.

    pip install tokenizers
    python tools/subwords/make_reference.py reference FILE Tests/TasksTests/Reference/subwords.json
    python tools/subwords/make_reference.py count FILE SIZE [PART]

`reference` writes a text, made of FILE's beginning and of what is rare there, the 400 symbols that are learnt from it, and
how some texts are encoded. `count` shows how many symbols FILE has, which are learnt from its first PART (0.9).
"""

import json
import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

RARE = (
    "It's we've they'll I'd 'said' don't  two   three\n\n\nend \t\tof line\r\n x1234 45,67 -- ??!! ...\n"
    "Žádný život, ein Fuß, πάντα ῥεῖ, всё течёт, 日本語の文章 and “quotes” – dashes — 𝄞 😀😀 a\u00a0b\u3000c ½ Ⅷ ٣\n"
)


def learn(text, size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator([text], trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return tokenizer


if sys.argv[1] == "count":
    text = open(sys.argv[2], encoding="utf-8", newline="").read()
    size, part = int(sys.argv[3]), float(sys.argv[4]) if len(sys.argv) > 4 else 0.9
    data = text.encode()
    begin = data[:len(data) - int(len(data) * (1 - part))].decode(errors="ignore")
    tokenizer = learn(begin, size)
    print(len(tokenizer.encode(text).ids), "symbols of", tokenizer.get_vocab_size(), "kinds")
else:
    text = open(sys.argv[2], encoding="utf-8", newline="").read()[:5000] + RARE * 3
    tokenizer = learn(text, 400)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    merges = [merge.split(" ") if isinstance(merge, str) else merge for merge in merges]
    samples = [text[:700], RARE, "unseen words, überall 漢字 \U0001F600\n", " ", "", "'", "a'", "  \n"]
    symbols = sorted(tokenizer.get_vocab().items(), key=lambda pair: pair[1])
    json.dump({
        "text": text, "symbols": [name for name, _ in symbols], "merges": merges,
        "samples": [{"text": sample, "numbers": tokenizer.encode(sample).ids} for sample in samples],
    }, open(sys.argv[3], "w"), ensure_ascii=True)

#!/usr/bin/env python3
"""Makes tests/data/pair_golden.json: what Python transformers says of pairs of texts, for two small checkpoints.

    python scripts/pair_golden.py > tests/data/pair_golden.json

Made with Python 3.11.7, torch 2.4.1, transformers 4.46.3 and tokenizers 0.20.3, in seconds, without a network. The
weights are no file: each is computed from its tensor's name and its place, by a sum that the test in
src/neural/pair_classifier.rs repeats.
"""

import json
import os
import sys
import tempfile

# A torch built for graphics cards starts without their libraries only if symbols are looked up late.
sys.setdlopenflags(os.RTLD_LAZY | os.RTLD_GLOBAL)

import numpy as np
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertTokenizerFast,
    RobertaConfig,
    RobertaForSequenceClassification,
    RobertaTokenizerFast,
)

M64 = (1 << 64) - 1


def fnv1a(name):
    """FNV-1a of the name, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 & M64
    return value


def weight(name, shape):
    """Numbers in -0.3..0.3 by SplitMix64 of the name and the place; the weights of norms lie around 1."""
    n = int(np.prod(shape))
    with np.errstate(over="ignore"):
        x = np.uint64(fnv1a(name)) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    values = (x >> np.uint64(40)).astype(np.float64) / 2.0**24 * 0.6 - 0.3
    if name.endswith("LayerNorm.weight"):
        values = values + 1.0
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


WORDS = "the of and to in tide ship sea lamp bread flour dough you may not use service account terms we will".split()
LETTERS = [chr(c) for c in range(ord("a"), ord("z") + 1)]
BERT_PIECES = (
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    + list("0123456789.,;:!?'\"()-[]")
    + LETTERS
    + [letter.upper() for letter in LETTERS]
    + ["é", "ü", "ñ", "ß", "漢", "字"]
    + ["##" + piece for piece in LETTERS + [letter.upper() for letter in LETTERS] + list("0123456789") + ["é", "ü", "ñ", "ß"]]
    + WORDS
    + ["##ing", "##ed", "##er"]
)


def byte_letters():
    """The letters that GPT-2 writes bytes with, in the order of the bytes."""
    plain = list(range(ord("!"), ord("~") + 1)) + list(range(0xA1, 0xAC + 1)) + list(range(0xAE, 0xFF + 1))
    others = [byte for byte in range(256) if byte not in plain]
    letter = {byte: chr(byte) for byte in plain} | {byte: chr(256 + n) for n, byte in enumerate(others)}
    return [letter[byte] for byte in range(256)]


MERGES = ["Ġ t", "h e", "Ġt he", "i n", "Ġ a", "e r", "o u", "Ġ s", "i s", "e a", "Ġs ea", "r e", "in g", "Ġ o", "Ġo f", "t i", "d e", "ti de", "Ã ©"]
ROBERTA_PIECES = ["<s>", "<pad>", "</s>", "<unk>"] + byte_letters() + [merge.replace(" ", "") for merge in MERGES] + ["<mask>"]

PAIRS = [
    ["The tide turns.", "Ships leave the sea."],
    ["The tide turns.", "You may not use the service!"],
    ["Bread, flour; and dough (rising)...", "\"Lamps\", he said: 12,500 of them?"],
    ["Café Zoë, naïve coöperation — ñandú", "STRASSE straße Ünder ÉTÉ"],
    ["", "Nothing stands before this."],
    ["Nothing stands after this.", ""],
    ["漢字 in the text", "emoji 🌊 and tabs\tand\nlines\u00a0and spaces  twice"],
    ["short", "a very long side: " + "the tide and the ship and the bread, " * 12],
    ["We will use your account. " * 15, "end"],
    ["The lamp of the tower, and of the sea. " * 11, "You may not use flour in the service of terms. " * 9],
    ["before [SEP] after", "<s> marks </s> are text [CLS]"],
    ["supercalifragilisticexpialidocious" * 4, "we'll they're it's don't I'm"],
]


def run(name, config, files, model_class, tokenizer, limits):
    torch.set_num_threads(1)
    model = model_class(config).eval()
    with torch.no_grad():
        for key, tensor in model.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(weight(key, tensor.shape))
    cases = []
    for max_pieces in limits:
        for first, second in PAIRS:
            # As lists: a lone empty second text would be taken for none. Marks that stand in a text are text.
            tokens = tokenizer(
                [first], [second], truncation="longest_first", max_length=max_pieces, split_special_tokens=True, return_tensors="pt"
            )
            with torch.no_grad():
                chances = model(**tokens).logits.softmax(-1)[0].tolist()
            cases.append({
                "max_pieces": max_pieces,
                "first": first,
                "second": second,
                "ids": tokens["input_ids"][0].tolist(),
                "chances": [round(chance, 7) for chance in chances],
            })
    shapes = {key: list(tensor.shape) for key, tensor in model.state_dict().items() if tensor.is_floating_point()}
    return {"name": name, "config": json.loads(config.to_json_string(use_diff=False)), "files": files, "shapes": shapes, "cases": cases}


def kept(config):
    """Only what a hub's config.json says of a model; the rest is about generating text."""
    names = (
        "model_type hidden_act hidden_size intermediate_size num_attention_heads num_hidden_layers max_position_embeddings "
        "vocab_size type_vocab_size layer_norm_eps pad_token_id hidden_dropout_prob attention_probs_dropout_prob "
        "classifier_dropout position_embedding_type id2label"
    ).split()
    return {name: config[name] for name in names if name in config}


def bert(lower_case):
    config = BertConfig(
        vocab_size=len(BERT_PIECES), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, max_position_embeddings=80
    )
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "vocab.txt")
        vocabulary = "\n".join(BERT_PIECES) + "\n"
        open(path, "w", encoding="utf-8").write(vocabulary)
        tokenizer = BertTokenizerFast(vocab_file=path, do_lower_case=lower_case)
        files = {"vocab.txt": vocabulary, "tokenizer_config.json": json.dumps({"do_lower_case": lower_case})}
        return run("bert, uncased" if lower_case else "bert, cased", config, files, BertForSequenceClassification, tokenizer, [24, 80])


def roberta():
    config = RobertaConfig(
        vocab_size=len(ROBERTA_PIECES), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
        max_position_embeddings=82, type_vocab_size=1, layer_norm_eps=1e-5,
    )
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = json.dumps({piece: number for number, piece in enumerate(ROBERTA_PIECES)}, ensure_ascii=False)
        merges = "#version: 0.2\n" + "\n".join(MERGES) + "\n"
        paths = [os.path.join(folder, name) for name in ("vocab.json", "merges.txt")]
        for path, text in zip(paths, (vocabulary, merges)):
            open(path, "w", encoding="utf-8").write(text)
        tokenizer = RobertaTokenizerFast(vocab_file=paths[0], merges_file=paths[1])
        files = {"vocab.json": vocabulary, "merges.txt": merges}
        return run("roberta", config, files, RobertaForSequenceClassification, tokenizer, [24, 80])


def main():
    models = [bert(True), bert(False), roberta()]
    for model in models:
        model["config"] = kept(model["config"])
    versions = {"python": sys.version.split()[0], "torch": torch.__version__.split("+")[0], "transformers": __import__("transformers").__version__}
    head = {"made_with": "python scripts/pair_golden.py", "versions": versions}
    # A line a case: readable, and a change shows as what it is.
    lines = []
    for model in models:
        cases = ",\n".join("      " + json.dumps(case, ensure_ascii=True) for case in model.pop("cases"))
        body = json.dumps(model, ensure_ascii=True)[:-1]
        lines.append(f"    {body}, \"cases\": [\n{cases}\n    ]}}")
    print(json.dumps(head)[:-1] + ", \"models\": [\n" + ",\n".join(lines) + "\n]}")


main()

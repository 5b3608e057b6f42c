#!/usr/bin/env python3
"""score.py PREDICTED.jsonl GOLD.jsonl REPORT.json: counts strict matches in its own way and compares with the
report of `tawsim evaluate --json`. Also checks that each span lies on characters and each surface is the text's slice."""
import collections
import json
import sys


def load(path):
    documents = {}
    for line in open(path, encoding="utf-8"):
        document = json.loads(line)
        text = document["text"]
        cut = {
            "byte": lambda start, end: text.encode()[start:end].decode(),
            "code point": lambda start, end: text[start:end],
        }[document.get("offset_unit", "code point")]
        before = {
            "byte": lambda start: len(text.encode()[:start].decode()),
            "code point": lambda start: start,
        }[document.get("offset_unit", "code point")]
        spans = set()
        for entity in document["entities"]:
            surface = cut(entity["start"], entity["end"])
            assert surface == entity.get("surface", surface), (path, entity, surface)
            spans.add((before(entity["start"]), len(surface), entity["label"]))
        documents[document["id"]] = (text, spans)
    return documents


predicted, gold = load(sys.argv[1]), load(sys.argv[2])
report = json.load(open(sys.argv[3], encoding="utf-8"))
counts = collections.defaultdict(lambda: [0, 0, 0])
for key, (text, spans) in gold.items():
    assert predicted[key][0] == text, key
    for found, column in ((spans & predicted[key][1], 0), (spans, 1), (predicted[key][1], 2)):
        for _, _, label in found:
            counts[label][column] += 1
for row in report["labels"]:
    strict, (right, n_gold, n_predicted) = row["strict"], counts[row["label"]]
    assert (strict["gold_matched"], strict["gold"], strict["predicted"]) == (right, n_gold, n_predicted), row
right, n_gold, n_predicted = (sum(column) for column in zip(*counts.values()))
f1 = 2 * right / (n_gold + n_predicted)
assert abs(f1 - report["micro"]["strict"]["f1"]) < 1e-12, f1
three = [sum(counts[label][column] for label in ("FACTION", "PLACE", "NUMBER")) for column in range(3)]
print(f"{len(gold)} documents agree; strict micro F1 {f1:.4f}, over FACTION, PLACE, NUMBER {2 * three[0] / (three[1] + three[2]):.4f}")

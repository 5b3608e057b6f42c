#!/usr/bin/env python3
"""The peer: CRFsuite through python-crfsuite. Prints `name value` lines.

    crfsuite.py train FILE MODEL C2 [MAX_ITERATIONS]
    crfsuite.py tag FILE MODEL LABELS_OUT
"""
import re
import resource
import sys
import time

import pycrfsuite


def read(path):
    """(items, labels) of each sequence; an item maps attributes to values where one is given."""
    items, labels = [], []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if fields == [""]:
                if items:
                    yield items, labels
                items, labels = [], []
            else:
                labels.append(fields[0])
                items.append([re.sub(r"\\(.)", r"\1", field) for field in fields[1:]])
    if items:
        yield items, labels


def train(path, model, c2, max_iterations=None):
    trainer = pycrfsuite.Trainer(verbose=False)
    log = []
    trainer.message = log.append
    trainer.select("lbfgs")
    trainer.set("c2", float(c2))
    if max_iterations:
        trainer.set("max_iterations", int(max_iterations))
    for items, labels in read(path):
        trainer.append(pycrfsuite.ItemSequence(items), labels)
    wall, cpu = time.perf_counter(), time.process_time()
    trainer.train(model)
    report("cpu_s", time.process_time() - cpu)
    report("wall_s", time.perf_counter() - wall)
    report("peak_mib", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    text = "".join(log)
    report("loss", re.findall(r"Loss: ([0-9.]+)", text)[-1])
    report("iterations", len(re.findall(r"Iteration #", text)))
    report("features", re.findall(r"Number of features: (\d+)", text)[-1])


def tag(path, model, labels_out):
    tagger = pycrfsuite.Tagger()
    tagger.open(model)
    sequences = [pycrfsuite.ItemSequence(items) for items, _ in read(path)]
    found, set_s, tag_s = [], 0.0, 0.0
    for sequence in sequences:
        start = time.process_time()
        tagger.set(sequence)
        middle = time.process_time()
        found.append(tagger.tag())
        tag_s += time.process_time() - middle
        set_s += middle - start
    with open(labels_out, "w", encoding="utf-8") as out:
        for labels in found:
            print(*labels, "", sep="\n", file=out)
    report("set_s", set_s)
    report("tag_s", tag_s)
    report("positions", sum(map(len, found)))


def report(name, value):
    print(name, value)


if __name__ == "__main__":
    {"train": train, "tag": tag}[sys.argv[1]](*sys.argv[2:])

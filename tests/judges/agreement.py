"""Holds our scores and agreement on random corpora against other programs, to 1e-9.

A line of the input is a corpus: `tags` by annotator and document (null: not seen), and our figures. A judge that is
not installed is said to be not run.
"""

import json
import math
import sys

CASES = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert len(CASES) >= 200


def same(ours, theirs, what):
    """Ours is null where there is no such number."""
    if ours is None:
        ok = theirs is None or math.isnan(theirs)
    else:
        ok = theirs is not None and abs(ours - theirs) < 1e-9
    if not ok:
        sys.exit(f"{what}: ours {ours}, theirs {theirs}")
    return ours is not None


def both(case, first, second):
    """The tags of two annotators in the documents that both have seen."""
    pairs = zip(case["tags"][first], case["tags"][second])
    pairs = [(a, b) for a, b in pairs if a is not None and b is not None]
    return [a for a, _ in pairs], [b for _, b in pairs]


def value(tag):
    return tag.split("-")[-1]


def seqeval():
    from seqeval.metrics.v1 import precision_recall_fscore_support as scores
    from seqeval.scheme import IOB2

    n = 0
    for case in CASES:
        for pair in case["pairs"]:
            a, b = both(case, pair["first"], pair["second"])
            has = any(tag != "O" for row in a + b for tag in row)
            theirs = scores(a, b, average="micro", scheme=IOB2)[2] if has else None
            n += same(pair["f1"], theirs, "span F1")
        a, b = both(case, 0, 1)
        if not any(tag != "O" for row in a + b for tag in row):
            continue
        for ours, theirs in zip(case["micro"], scores(a, b, average="micro", scheme=IOB2)):
            n += same(ours, float(theirs), "micro")
        names = sorted({value(tag) for row in a + b for tag in row} - {"O"})
        by_label = scores(a, b, average=None, scheme=IOB2)
        for idx, name in enumerate(names):
            for ours, theirs in zip(case["labels"][name], by_label):
                n += same(ours, float(theirs[idx]), f"label {name}")
    return f"{n} values of span F1, and of precision, recall and F1 in all and by label"


def scikit_learn():
    from sklearn.metrics import cohen_kappa_score

    n = 0
    for case in CASES:
        for pair in case["pairs"]:
            a, b = both(case, pair["first"], pair["second"])
            a, b = ([value(tag) for row in side for tag in row] for side in (a, b))
            theirs = float(cohen_kappa_score(a, b)) if a else None
            n += same(pair["kappa"], theirs, "Cohen's kappa")
    return f"{n} values of Cohen's kappa"


def krippendorff():
    from krippendorff import alpha

    n = 0
    for case in CASES:
        n_units = [max((len(d) for d in column if d is not None), default=0) for column in zip(*case["tags"])]
        names = ["O"] + sorted(case["labels"])

        def row(documents):
            for tags, n in zip(documents, n_units):
                yield from [math.nan] * n if tags is None else [names.index(value(tag)) for tag in tags]

        data = [list(row(documents)) for documents in case["tags"]]
        try:
            theirs = float(alpha(reliability_data=data, level_of_measurement="nominal"))
        except ValueError:  # Fewer than two values.
            theirs = None
        n += same(case["alpha"], theirs, "Krippendorff's alpha")
    return f"{n} values of Krippendorff's alpha"


for judge in (seqeval, scikit_learn, krippendorff):
    name = judge.__name__.replace("_", "-")
    try:
        print(f"{name}: {len(CASES)} corpora, {judge()} equal ours to 1e-9")
    except ImportError as error:
        print(f"{name}: not run, {error}")

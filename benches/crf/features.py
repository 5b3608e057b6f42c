#!/usr/bin/env python3
"""Writes a labelled corpus as CRFsuite feature lines: label, then attributes, separated by tabs.

    features.py CORPUS OUT          every sentence
    features.py CORPUS OUT --split  nine tenths to OUT, the last tenth to OUT.dev

CORPUS is `token TAG` lines with blank lines between sentences, or JSON lines with `text` and
`entities` (code-point offsets), which become IOB2. About 90 attributes a token: forms and folded
forms in a window of two tokens each side, their bigrams and trigrams, affixes of one to four
letters, character n-grams, shapes.
"""
import json
import re
import sys

FOLD = str.maketrans("أإآىة", "ااايه")
MARKS = re.compile("[\u0640\u064b-\u0652\u0670]")
TOKEN = re.compile(r"\w+|[^\w\s]")
SENTENCE_END = re.compile(r"[.!؟?]\s|\n")
PROCLITICS = ("وال", "بال", "فال", "كال", "ال", "لل", "و", "ب", "ل", "ف", "ك")


def fold(form):
    return MARKS.sub("", form).translate(FOLD)


def shape(form):
    kinds = []
    for char in form:
        kind = "9" if char.isdigit() else "a" if "a" <= char.lower() <= "z" else \
            "ع" if char.isalpha() else char
        if not kinds or kinds[-1] != kind:
            kinds.append(kind)
    return "".join(kinds)


def stem(form):
    for prefix in PROCLITICS:
        if form.startswith(prefix) and len(form) - len(prefix) >= 2:
            return form[len(prefix):]
    return form


def word_attributes(form):
    """Attributes of one token by itself, as (name, value), and those also used for neighbours."""
    folded = fold(form)
    near = [("w", form), ("n", folded), ("s", shape(form)), ("t", stem(folded))]
    for size in (1, 2, 3, 4):
        if len(folded) > size:
            near += [(f"p{size}", folded[:size]), (f"x{size}", folded[-size:])]
    own = [("l", str(min(len(form), 12))), ("d", str(any(map(str.isdigit, form))))]
    return near, own + [("g", gram) for gram in grams(folded, (2, 3, 4, 5))]


def grams(folded, sizes):
    padded = f"^{folded}$"
    return sorted({padded[at:at + size] for size in sizes for at in range(len(padded) - size + 1)})


def escape(attribute):
    return attribute.replace("\\", "\\\\").replace(":", "\\:")


def attributes(words, at):
    found = ["bias"]
    for offset in range(-2, 3):
        place = at + offset
        if not 0 <= place < len(words):
            found.append(f"edge[{offset}]")
            continue
        near, own = words[place]
        found += [f"{name}[{offset}]={value}" for name, value in near]
        if offset == 0:
            found += [f"{name}={value}" for name, value in own]
        elif abs(offset) == 1:
            found += [f"g[{offset}]={gram}" for gram in grams(near[1][1], (3,))]
    folded = [words[place][0][1][1] if 0 <= place < len(words) else "_" for place in range(at - 2, at + 3)]
    found += [f"b{k}={folded[k]}|{folded[k + 1]}" for k in range(4)]
    found += [f"r{k}={'|'.join(folded[k:k + 3])}" for k in range(3)]
    return found


def read_columns(path):
    sentence = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            parts = line.split()
            if parts:
                sentence.append((parts[0], parts[-1]))
            elif sentence:
                yield sentence
                sentence = []
    if sentence:
        yield sentence


def read_documents(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            yield from sentences(document["text"], document["entities"])


def sentences(text, entities):
    spans = sorted((e["start"], e["end"], e["label"]) for e in entities)
    sentence, last, previous = [], 0, None
    for match in TOKEN.finditer(text):
        if SENTENCE_END.search(text, last, match.start()) and sentence:
            yield sentence
            sentence = []
        last = max(match.end() - 1, 0)
        span = next((span for span in spans if span[0] < match.end() and match.start() < span[1]), None)
        tag = "O" if span is None else ("I-" if span == previous else "B-") + span[2]
        previous = span
        sentence.append((match.group(), tag))
    if sentence:
        yield sentence


def write(path, corpus):
    with open(path, "w", encoding="utf-8") as out:
        for sentence in corpus:
            words = [word_attributes(form) for form, _ in sentence]
            for at, (_, tag) in enumerate(sentence):
                print(tag, *map(escape, attributes(words, at)), sep="\t", file=out)
            print(file=out)


def main(corpus, out, *options):
    read = read_documents if corpus.endswith(".jsonl") else read_columns
    found = list(read(corpus))
    cut = len(found) * 9 // 10 if "--split" in options else len(found)
    write(out, found[:cut])
    if cut < len(found):
        write(out + ".dev", found[cut:])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

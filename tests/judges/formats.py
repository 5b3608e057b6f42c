"""Lets other programs read what we wrote: each must find the text and every entity, place and surface.

The argument is a folder with `any` (any spans), `nested` (none crossing) and `flat` (on whole words, none overlapping),
each with the truth and a folder a format. A judge that is not installed, or does not exist, is said to be not run.
"""

import glob
import json
import os
import re
import sys
import tempfile

ROOT = sys.argv[1]
NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"


def truth(kind):
    path = os.path.join(ROOT, kind, "truth.jsonl")
    return [json.loads(line) for line in open(path, encoding="utf-8")]


def files(folder, extension):
    """Files by the ids of their documents."""
    paths = glob.glob(os.path.join(folder, "*." + extension))
    return {os.path.basename(path).split(".")[0]: path for path in sorted(paths)}


# A judge of documents gives, by id, the text and the entities: start and end in code points, label, surface.


def of_cas(cas):
    found = [(a.begin, a.end, a.value, a.get_covered_text()) for a in cas.select(NAMED_ENTITY)]
    return cas.sofa_string, found


def cassis_xmi(folder):
    from cassis import load_cas_from_xmi, load_typesystem

    with open(os.path.join(folder, "TypeSystem.xml"), "rb") as file:
        types = load_typesystem(file)
    for name, path in files(folder, "xmi").items():
        with open(path, "rb") as file:
            yield name, *of_cas(load_cas_from_xmi(file, typesystem=types))


def cassis_json(folder):
    from cassis import load_cas_from_json

    paths = {name: path for name, path in files(folder, "json").items() if name != "refused"}
    for name, path in paths.items():
        with open(path, "rb") as file:
            yield name, *of_cas(load_cas_from_json(file))


def gatenlp(folder, extension, format):
    from gatenlp import Document

    for name, path in files(folder, extension).items():
        document = Document.load(path, fmt=format)
        found = [(a.start, a.end, a.type, document[a]) for a in document.annset("")]
        yield name, document.text, found


def gatenlp_xml(folder):
    return gatenlp(folder, "xml", "gatexml")


def gatenlp_json(folder):
    return gatenlp(folder, "bdocjs", "bdocjs")


def exact_text(path):
    """A text as it stands there: line ends are not translated."""
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def of_fragments(text, label, fragments, said):
    """An entity of brat; what its line says stands there must stand there."""
    if " ".join(text[start:end] for start, end in fragments) != said:
        raise ValueError(f"{said!r} does not stand at {fragments} of {text!r}")
    start, end = fragments[0][0], fragments[-1][1]
    return start, end, label, text[start:end]


def pybrat_folder(folder):
    from pybrat.parser import BratParser

    # It takes two labels of one span for an error, which brat does not.
    for example in BratParser(error="ignore").parse(folder):
        text, found = exact_text(os.path.join(folder, example.id + ".txt")), []
        for entity in example.entities:
            fragments = [(span.start, span.end) for span in entity.spans]
            found.append(of_fragments(text, entity.type, fragments, entity.mention))
        yield example.id, text, found


def strict_brat(folder):
    """By the rules of brat's documentation and of its server, whose file is no package: lines end at everything that
    Python's splitlines takes for a line end, ids stand once, a type is one plain word, fragments do not overlap."""
    types = {line for line in exact_text(os.path.join(folder, "annotation.conf")).split("\n") if line[:1].isalpha()}
    for name, path in files(folder, "ann").items():
        text, found, ids = exact_text(os.path.join(folder, name + ".txt")), [], set()
        for line in exact_text(path).splitlines():
            id, data = line.split("\t", 1)
            if not re.fullmatch(r"(T|A|N|#)\d+", id) or id in ids:
                raise ValueError(f"{path}: the id of {line!r}")
            ids.add(id)
            if not id.startswith("T"):
                continue
            head, said = data.split("\t")
            type, offsets = head.split(" ", 1)
            fragments = [tuple(int(end) for end in part.split(" ")) for part in offsets.split(";")]
            ends = [end for fragment in fragments for end in fragment]
            if not re.fullmatch("[A-Za-z0-9_-]+", type) or type not in types or ends != sorted(ends):
                raise ValueError(f"{path}: {line!r}")
            found.append(of_fragments(text, type, fragments, said))
        yield name, text, found


def of_utf16(text, start, end):
    """The code points of offsets that count UTF-16 code units."""
    units = text.encode("utf-16-le")
    return len(units[: 2 * start].decode("utf-16-le")), len(units[: 2 * end].decode("utf-16-le"))


def doccano_parser(folder):
    from backend.data_import.pipeline.parsers import JSONLParser

    parser = JSONLParser(encoding="utf_8")
    for row in parser.parse(glob.glob(os.path.join(folder, "all.*"))[0]):
        text, found = row["text"], []
        for start, end, label in row["label"]:
            # Its pages take JavaScript's units.
            start, end = of_utf16(text, start, end)
            found.append((start, end, label, text[start:end]))
        yield row["id"], text, found
    if parser.errors:
        raise ValueError(parser.errors)


LABEL_STUDIO = """<View><Labels name="label" toName="text"><Label value="LOC"/><Label value="ORG"/><Label value="NUM"/>
</Labels><Text name="text" value="$text" granularity="symbol"/></View>"""


def label_studio_converter(folder):
    from label_studio_sdk.converter import Converter
    from label_studio_sdk.label_interface import LabelInterface

    path = glob.glob(os.path.join(folder, "all.*"))[0]
    with open(path, encoding="utf-8") as file:
        tasks = json.load(file)
    interface = LabelInterface(LABEL_STUDIO)
    for number, task in enumerate(tasks):
        # What the server adds when it takes a task.
        task["id"] = number
        for annotation in task["annotations"]:
            # The same check as that of annotations, which does not say what is wrong.
            if errors := interface.validate_prediction(annotation, return_errors=True):
                raise ValueError(errors)
            annotation.update(id=number, completed_by={"id": 1, "email": "a@example.org"})
    with tempfile.TemporaryDirectory() as work:
        given = os.path.join(work, "tasks.json")
        with open(given, "w", encoding="utf-8") as file:
            json.dump([task for task in tasks if task["annotations"]], file)
        Converter(LABEL_STUDIO, work).convert_to_json_min(given, work, is_dir=False)
        with open(os.path.join(work, "result.json"), encoding="utf-8") as file:
            rows = json.load(file)
    for row in rows:
        found = []
        for value in row["label"]:
            surface = row["text"][value["start"] : value["end"]]
            if value["text"] != surface:
                raise ValueError(f"{row['doc_id']}: {value} is {surface!r}")
            found.append((value["start"], value["end"], value["labels"][0], surface))
        yield row["doc_id"], row["text"], found
    for task in tasks:
        if not task["annotations"]:
            yield task["data"]["doc_id"], task["data"]["text"], []


def spacy_docbin(folder):
    """The way that the documentation of the format shows: to a DocBin, and back."""
    import spacy
    from spacy.tokens import Doc, DocBin

    nlp, docs, names = spacy.blank("ar"), DocBin(store_user_data=True), []
    for line in open(glob.glob(os.path.join(folder, "all.*"))[0], encoding="utf-8", newline="\n"):
        row = json.loads(line)
        words, spaces = [token["text"] for token in row["tokens"]], [token["ws"] for token in row["tokens"]]
        doc = Doc(nlp.vocab, words=words, spaces=spaces)
        if doc.text != row["text"] or any(doc[t["id"]].idx != t["start"] for t in row["tokens"]):
            raise ValueError(f"{row['meta']}: the tokens give {doc.text!r}")
        spans = [doc.char_span(span["start"], span["end"], span["label"]) for span in row["spans"]]
        for span, given in zip(spans, row["spans"]):
            if span is None or (span.start, span.end - 1) != (given["token_start"], given["token_end"]):
                raise ValueError(f"{row['meta']}: {given} is {span!r}")
        doc.set_ents(spans)
        docs.add(doc)
        names.append(row["meta"]["doc_id"])
    read = DocBin(store_user_data=True).from_bytes(docs.to_bytes()).get_docs(nlp.vocab)
    for name, doc in zip(names, read, strict=True):
        yield name, doc.text, [(e.start_char, e.end_char, e.label_, e.text) for e in doc.ents]


def of_element(element, start, found):
    """The text of an element; its entities go to `found`."""
    text = element.text or ""
    for inner in element:
        at = start + len(text)
        surface = of_element(inner, at, found)
        found.append((at, at + len(surface), inner.tag, surface))
        text += surface + (inner.tail or "")
    return text


def of_trees(folder, parse):
    for name, path in files(folder, "xml").items():
        root, found = parse(path).getroot(), []
        text = of_element(root, 0, found)
        if text != "".join(root.itertext()):
            raise ValueError(f"{path}: its texts do not join")
        yield root.get("id"), text, found


def element_tree(folder):
    from xml.etree import ElementTree

    return of_trees(folder, ElementTree.parse)


def lxml_tree(folder):
    from lxml import etree

    return of_trees(folder, etree.parse)


# CoNLL-U, by document: rows of form, MISC, and whether the row is a word, a whole token, or both. The text is what
# forms and spaces join to; an entity lies where the offsets of its words say.


def unescaped(text):
    codes = {"s": " ", "t": "\t", "r": "\r", "n": "\n", "p": "|", "\\": "\\"}
    out, chars = "", iter(text)
    for char in chars:
        out += codes[next(chars)] if char == "\\" else char
    return out


def of_rows(rows):
    text, tags, places = "", [], []
    for form, misc, is_word, is_token in rows:
        if is_token:
            text += unescaped(misc.get("SpacesBefore", ""))
            text += unescaped(misc["SpacesInToken"]) if "SpacesInToken" in misc else form
            after = "" if misc.get("SpaceAfter") == "No" else " "
            text += unescaped(misc["SpacesAfter"]) if "SpacesAfter" in misc else after
        if is_word:
            tags.append(misc["NE"])
            places.append([int(end) for end in misc["Off"].split("-")])
    entities = [(places[a][0], places[b][1], label) for label, a, b in entities_of(tags)]
    return text, [(start, end, label, text[start:end]) for start, end, label in entities]


def conllu_rows(folder):
    from conllu import parse_incr

    documents = {}
    with open(glob.glob(os.path.join(folder, "all.*"))[0], encoding="utf-8", newline="\n") as file:
        for sentence in parse_incr(file):
            if "newdoc id" in sentence.metadata:
                rows = documents.setdefault(sentence.metadata["newdoc id"], [])
            inside = 0
            for token in sentence:
                if isinstance(token["id"], tuple):
                    inside = token["id"][2]
                    rows.append((token["form"], token["misc"] or {}, False, True))
                else:
                    rows.append((token["form"], token["misc"] or {}, True, token["id"] > inside))
    # A text without words has no rows; its text stands in a comment of ours.
    for name, rows in documents.items():
        if rows:
            yield name, *of_rows(rows)


def udapi_rows(folder):
    import logging

    from udapi.core.document import Document

    # That words have no heads is said of each row.
    logging.getLogger().setLevel(logging.ERROR)

    documents = {}
    for tree in Document(glob.glob(os.path.join(folder, "all.*"))[0]).trees:
        if tree.newdoc:
            rows = documents.setdefault(tree.newdoc, [])
        for node in tree.descendants:
            whole = node.multiword_token
            if whole and whole.words[0] is node:
                rows.append((whole.form, whole.misc, False, True))
            rows.append((node.form, node.misc, True, not whole))
    for name, rows in documents.items():
        if rows:
            yield name, *of_rows(rows)


def by_document(judge, folder, kind):
    expected = {row["id"]: row for row in truth(kind)}
    with open(os.path.join(folder, "refused.json"), encoding="utf-8") as file:
        refused = set(json.load(file))
    seen, n_entities = set(), 0
    for name, text, found in judge(folder):
        row = expected[name]
        seen.add(name)
        want = sorted(tuple(entity) for entity in row["entities"])
        found = sorted(tuple(entity) for entity in found)
        if text != row["text"] or found != want:
            sys.exit(f"{folder}/{name}: {judge.__name__} finds {text!r} {found}, not {row['text']!r} {want}")
        n_entities += len(found)
    # A text without words has no rows in formats of rows.
    wordless = {name for name, row in expected.items() if not any(row["sentences"])}
    if missing := set(expected) - seen - refused - wordless:
        sys.exit(f"{folder}: {judge.__name__} finds no {sorted(missing)[:5]}")
    if len(refused) * 20 > len(expected):
        sys.exit(f"{folder}: {len(refused)} documents were not written")
    return len(seen), n_entities, len(refused)


# A judge of columns gives sentences of words and the entities in them: label, first word, last word.


def columns(folder):
    path = glob.glob(os.path.join(folder, "all.*"))[0]
    rows = []
    for line in open(path, encoding="utf-8", newline="\n").read().split("\n"):
        cells = line.split("\t" if "\t" in line else " ")
        if line == "":
            if rows:
                yield rows
            rows = []
        elif cells[0] != "-DOCSTART-":
            rows.append((cells[0], cells[-1]))


def seqeval_columns(folder):
    from seqeval.scheme import IOB2, Entities

    sentences = list(columns(folder))
    tags = [[tag for _, tag in rows] for rows in sentences]
    found = Entities(tags, scheme=IOB2).entities
    for rows, entities in zip(sentences, found):
        yield [word for word, _ in rows], [(e.tag, e.start, e.end - 1) for e in entities]


def spacy_columns(folder):
    from spacy.training.converters import conll_ner_to_docs

    path = glob.glob(os.path.join(folder, "all.*"))[0]
    text = open(path, encoding="utf-8", newline="\n").read()
    for document in conll_ner_to_docs(text, no_print=True):
        for sentence in document.sents:
            start = sentence.start
            words = [token.text for token in sentence]
            yield words, [(e.label_, e.start - start, e.end - start - 1) for e in sentence.ents]


def entities_of(tags):
    """IOB2, read by hand for the truth."""
    found = []
    for idx, tag in enumerate(tags):
        if tag.startswith("B-"):
            found.append([tag[2:], idx, idx])
        elif tag.startswith("I-"):
            found[-1][2] = idx
    return [tuple(entity) for entity in found]


def by_sentence(judge, folder, kind):
    sentences = [rows for row in truth(kind) for rows in row["sentences"] if rows]
    want = [([word for word, _ in rows], entities_of([tag for _, tag in rows])) for rows in sentences]
    found = [(words, sorted(entities, key=lambda e: e[1])) for words, entities in judge(folder)]
    for ours, theirs in zip(want, found):
        if ours != theirs:
            sys.exit(f"{folder}: {judge.__name__} finds {theirs}, not {ours}")
    if len(want) != len(found):
        sys.exit(f"{folder}: {judge.__name__} finds {len(found)} sentences, not {len(want)}")
    return len(truth(kind)), sum(len(entities) for _, entities in found), 0


# Format, judge's name, kind of documents, comparison, judge.
JUDGES = [
    ("xmi", "dkpro-cassis", "any", by_document, cassis_xmi),
    ("json-cas", "dkpro-cassis", "any", by_document, cassis_json),
    ("gate-xml", "gatenlp", "any", by_document, gatenlp_xml),
    ("bdocjs", "gatenlp", "any", by_document, gatenlp_json),
    ("brat", "pybrat", "any", by_document, pybrat_folder),
    ("brat", "a reader by brat's rules", "any", by_document, strict_brat),
    ("doccano", "doccano", "any", by_document, doccano_parser),
    ("label-studio", "label-studio-sdk", "any", by_document, label_studio_converter),
    ("prodigy", "spacy", "flat", by_document, spacy_docbin),
    ("inline-xml", "ElementTree", "nested", by_document, element_tree),
    ("inline-xml", "lxml", "nested", by_document, lxml_tree),
    ("conllu", "conllu", "flat", by_document, conllu_rows),
    ("conllu", "udapi", "flat", by_document, udapi_rows),
    ("conll2002", "seqeval", "flat", by_sentence, seqeval_columns),
    ("conll2003", "seqeval", "flat", by_sentence, seqeval_columns),
    ("conll2003", "spacy", "flat", by_sentence, spacy_columns),
]

# There is a judge, but PyPI does not have it.
NOT_THERE = [("webanno-tsv", "INCEpTION"), ("brat", "brat's server")]

for name, judge_name, kind, compare, judge in JUDGES:
    folder = os.path.join(ROOT, kind, name)
    if not os.path.isdir(folder):
        print(f"{name}: {judge_name} not run, the format is not written")
        continue
    try:
        n, n_entities, n_refused = compare(judge, folder, kind)
        refused = f", {n_refused} were refused" if n_refused else ""
        print(f"{name}: {judge_name} finds all {n_entities} entities of {n} documents{refused}")
    except ImportError as error:
        print(f"{name}: {judge_name} not run, {error}")
for name, judge_name in NOT_THERE:
    print(f"{name}: {judge_name} not run, not on PyPI")

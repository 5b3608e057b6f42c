"""Python tokenizers over the lines of a file, in CPU time: camel-tools and spaCy.

Called by the program beside it. A tool that is not installed is told as not run.
"""

import sys
import time


def row(name, work, lines):
    n_bytes = sum(len(line.encode()) + 1 for line in lines)
    seconds, n_items = [], 0
    for _ in range(5):
        start = time.process_time()
        n_items = sum(work(line) for line in lines)
        seconds.append(time.process_time() - start)
    speed = n_bytes / 1e6 / sorted(seconds)[2]
    print(f"{name:<44} {speed:>8.1f} MB/s          {n_items} items", flush=True)


def main(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    # Slow tools get a tenth.
    lines = lines[: max(1, len(lines) // 10)]
    try:
        from camel_tools.tokenizers.word import simple_word_tokenize

        row("camel_tools: simple_word_tokenize", lambda line: len(simple_word_tokenize(line)), lines)
    except ImportError:
        print("camel_tools: not run, it is not installed")
    try:
        import spacy

        tokenizer = spacy.blank("ar").tokenizer
        row("spaCy: blank ar", lambda line: len(tokenizer(line)), lines)
    except ImportError:
        print("spaCy: not run, it is not installed")


main(sys.argv[1])

"""Compares clicks and selections of the studio with FriBidi (order) and HarfBuzz (shapes).

    bidi.py CASES.json FONTS

CASES.json holds, for each line, the byte under each x and the rectangles of byte ranges. Here the
same comes from other engines with the same fonts: FriBidi's embedding levels, HarfBuzz' advances, rule L2 of
UAX #9. Exit status 1 if a click or a rectangle differs that EXPLAINED does not name.
"""

import ctypes
import ctypes.util
import json
import os
import sys
import unicodedata

# How far a letter's border may be off, in pixels of a 22 pixel font.
TOLERANCE = 0.75
# Lines whose differences are known, with the reason.
EXPLAINED = {}


def missing(what):
    print(f"bidi: NOT RUN, {what}", file=sys.stderr)
    sys.exit(0)


try:
    import uharfbuzz as hb
except ImportError:
    missing("uharfbuzz cannot be imported (pip install uharfbuzz)")
NAME = ctypes.util.find_library("fribidi") or "libfribidi.so.0"
try:
    fribidi = ctypes.CDLL(NAME)
except OSError:
    missing("there is no FriBidi (apt-get install libfribidi0)")

PAR_RTL = 0x00000111  # FRIBIDI_PAR_RTL
CONTROLS = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def levels_of(text):
    """Embedding level of each char in a right-to-left paragraph."""
    n = len(text)
    chars = (ctypes.c_uint32 * n)(*map(ord, text))
    types, brackets = (ctypes.c_uint32 * n)(), (ctypes.c_uint32 * n)()
    fribidi.fribidi_get_bidi_types(chars, n, types)
    fribidi.fribidi_get_bracket_types(chars, n, types, brackets)
    levels, base = (ctypes.c_int8 * n)(), ctypes.c_uint32(PAR_RTL)
    ok = fribidi.fribidi_get_par_embedding_levels_ex(types, brackets, n, ctypes.byref(base), levels)
    assert ok, "FriBidi failed"
    # X9: a control belongs to what stands before it; it is drawn with no width.
    found = list(levels)
    for i, char in enumerate(text):
        if char in CONTROLS and i:
            found[i] = found[i - 1]
    return found


class Font:
    def __init__(self, path, size):
        face = hb.Face(hb.Blob.from_file_path(path))
        self.font = hb.Font(face)
        self.scale = size / face.upem
        self.has = set(face.unicodes)


def graphemes(text):
    """Start of the letter with its marks that each char belongs to."""
    starts, start = [], 0
    for i, char in enumerate(text):
        extends = unicodedata.category(char) in ("Mn", "Me") or char in "\u200c\u200d"
        start = start if extends and i else i
        starts.append(start)
    return starts


def fonts_of(text, starts, fonts):
    """The first font that has every char of the letter."""
    chosen = []
    for i in range(len(text)):
        letter = {c for c, s in zip(text, starts) if s == starts[i]}
        need = {ord(c) for c in letter if c not in CONTROLS and c not in "\u200c\u200d"}
        able = [f for f in fonts if need <= f.has]
        chosen.append(able[0] if able else fonts[0])
    # Controls take no font of their own: they do not part what they stand in.
    for i, char in enumerate(text):
        if char in CONTROLS and i:
            chosen[i] = chosen[i - 1]
    return chosen


def is_arabic(char):
    return unicodedata.name(char, "").startswith("ARABIC") and char.isalnum()


def scripts_of(text):
    """Arab (letters, Arabic-Indic digits) or Latn; what both scripts use goes with what stands before
    it (UAX #24), at the start of a line with what comes first. A line without any of both is Latn: the
    Naskh font kerns ASCII digits and points differently in the two, and the studio's shaper takes that."""
    found, now = [], None
    for char in text:
        if is_arabic(char):
            now = "Arab"
        elif char.isalpha() and char.isascii():
            now = "Latn"
        found.append(now)
    first = next((s for s in found if s), "Latn")
    return [s or first for s in found]


def advances(text, levels, fonts, starts):
    """Advance of each char's cluster at the char that begins it, 0 elsewhere."""
    out, i = [0.0] * len(text), 0
    scripts = scripts_of(text)
    while i < len(text):
        j = i
        while j < len(text) and (levels[j], fonts[j], scripts[j]) == (levels[i], fonts[i], scripts[i]):
            j += 1
        buffer = hb.Buffer()
        buffer.add_codepoints([ord(c) for c in text], i, j - i)
        buffer.direction = "rtl" if levels[i] % 2 else "ltr"
        buffer.script = scripts[i]
        buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
        hb.shape(fonts[i].font, buffer)
        share(out, buffer, (i, j), (fonts[i].scale, starts))
        i = j
    return out


def share(out, buffer, run, how):
    """A ligature's advance is shared by its letters, and so is that of a letter pair that the font
    draws as one with the whole advance on the first."""
    (i, j), (scale, starts) = run, how
    clusters = {}
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions):
        at = starts[info.cluster]
        clusters[at] = clusters.get(at, 0.0) + position.x_advance * scale
    begins = sorted(clusters)
    for k, begin in enumerate(begins):
        end = begins[k + 1] if k + 1 < len(begins) else j
        letters = sorted({starts[c] for c in range(begin, end)})
        for letter in letters:
            out[letter] += clusters[begin] / len(letters)


def boxes_of(text, size, folder):
    """(start byte, end byte, left, right) of each letter, from left to right."""
    names = ["NotoNaskhArabic-Regular.ttf", "NotoSans-Regular.ttf"]
    fonts = [Font(os.path.join(folder, name), size) for name in names]
    levels, starts = levels_of(text), graphemes(text)
    wide = advances(text, levels, fonts_of(text, starts, fonts), starts)
    order = list(range(len(text)))
    for level in range(max(levels), 0, -1):
        i = 0
        while i < len(order):
            j = i
            while j < len(order) and levels[order[j]] >= level:
                j += 1
            order[i:j] = reversed(order[i:j])
            i = max(j, i + 1)
    ends = [len(text[: i].encode()) for i in range(len(text) + 1)]
    letters, x = [], 0.0
    for i in order:
        if starts[i] != i:
            continue
        last = max(k for k in range(len(text)) if starts[k] == i)
        rtl = levels[i] % 2 == 1
        letters.append([ends[i], ends[last + 1], x, x + wide[i], rtl and text[i].isalpha()])
        x += wide[i]
    return even_out(letters)


def even_out(letters):
    """Right-to-left letters without an advance share that of the letter drawn after them."""
    i = 0
    while i < len(letters):
        n = 0
        while i + n < len(letters) and letters[i + n][4] and letters[i + n][3] - letters[i + n][2] < 0.01:
            n += 1
        if n and i + n < len(letters) and letters[i + n][4]:
            left, right = letters[i + n][2:4]
            part = (right - left) / (n + 1)
            for k in range(n + 1):
                letters[i + k][2:4] = [left + k * part, left + (k + 1) * part]
        i += n + 1
    return [tuple(letter[:4]) for letter in letters]


def wrong_clicks(case, boxes):
    for x, got in case["clicks"]:
        if any(abs(x - edge) <= TOLERANCE for box in boxes for edge in box[2:]):
            continue
        want = next((box[0] for box in boxes if box[2] <= x < box[3]), None)
        if want != got:
            yield f"at x {x}: byte {got}, not {want}"


def joined(intervals):
    out = []
    for left, right in sorted(intervals):
        if right - left <= 0.01:
            continue
        if out and left - out[-1][1] <= TOLERANCE:
            out[-1][1] = right
        else:
            out.append([left, right])
    return out


def wrong_selections(case, boxes):
    for selection in case["selections"]:
        start, end = selection["start"], selection["end"]
        want = joined((b[2], b[3]) for b in boxes if start <= b[0] < end)
        got = joined(selection["rects"])
        near = len(want) == len(got) and all(
            abs(a - b) <= TOLERANCE for pair in zip(want, got) for a, b in zip(*pair)
        )
        if not near:
            yield f"bytes {start}..{end}: {got}, not {want}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    assert len(cases) >= 100, len(cases)
    n_clicks = n_selections = n_wrong = 0
    for case in cases:
        boxes = boxes_of(case["text"], case["size"], sys.argv[2])
        wrong = list(wrong_clicks(case, boxes)) + list(wrong_selections(case, boxes))
        n_clicks += len(case["clicks"])
        n_selections += len(case["selections"])
        if wrong and case["text"] not in EXPLAINED:
            n_wrong += 1
            print(f"{ascii(case['text'])} ({case['text']}): {len(wrong)} differences, first {wrong[0]}")
    print(
        f"bidi: {len(cases)} lines, {n_clicks} clicks, {n_selections} selections against FriBidi and "
        f"HarfBuzz {hb.version_string()}: {n_wrong} lines differ, {len(EXPLAINED)} are explained"
    )
    sys.exit(1 if n_wrong else 0)


main()

#!/usr/bin/env python3
"""Spells numbers with ICU and num2words and asks the tokenizer for their values.

Use: python3 tests/judges/number_values.py   (needs PyICU and num2words)
Both spell with faults of grammar, so this is a judge of lenient reading, not of good Arabic.
"""
import random
import subprocess

import icu
from num2words import num2words

COMMAND = ["cargo", "run", "-q", "--release", "-p", "tawsim-tokenizer", "--example", "numbers"]


def numbers():
    rng = random.Random(7)
    small = list(range(1, 3001))
    return small + [rng.randint(1, 10 ** rng.randint(4, 9)) for _ in range(7000)]


def icu_speller(rule):
    spellout = icu.RuleBasedNumberFormat(icu.URBNFRuleSetTag.SPELLOUT, icu.Locale("ar"))
    spellout.setDefaultRuleSet(rule)
    return spellout.format


def judge(name, spell, values):
    text = "\n".join(spell(value) for value in values) + "\n"
    found = subprocess.run(COMMAND, input=text, capture_output=True, text=True, check=True).stdout.split("\n")
    wrong = [(v, t, f) for v, t, f in zip(values, text.split("\n"), found) if f != str(v)]
    print(f"{name}: {100 * (1 - len(wrong) / len(values)):.2f} % of {len(values)}")
    for value, spelled, got in wrong[:5]:
        print(f"  {value} read as {got}: {spelled}")


if __name__ == "__main__":
    values = numbers()
    judge("ICU masculine", icu_speller("%spellout-cardinal-masculine"), values)
    judge("ICU feminine", icu_speller("%spellout-cardinal-feminine"), values)
    judge("num2words", lambda value: num2words(value, lang="ar"), values)

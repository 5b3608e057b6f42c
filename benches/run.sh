#!/usr/bin/env bash
# All measurements of speed, one after the other: tokenizer, tagger, gazetteer, training, store, studio. RESULTS.md keeps
# figures. Of its own: `--bench store_crash`, which kills writers for some twenty minutes, and long_run.sh.
#
#   bash benches/run.sh NEWS.txt NEWS.jsonl [PYTHON]
#
# NEWS.txt: some 20 MB of raw Arabic text; NEWS.jsonl: some 5 MB of articles. PYTHON: an interpreter with camel-tools, spaCy and
# python-crfsuite, for the peers that are not Rust. Takes about half an hour; run it on a machine that does nothing else.
set -uo pipefail
cd "$(dirname "$0")/.."
text=$(realpath "${1:?say a file of raw text}")
articles=$(realpath "${2:?say JSON Lines of articles}")
python=${3:-}
step() { printf '\n== %s\n' "$*"; }

step "machine"
date --iso-8601; nproc; grep -m1 'model name' /proc/cpuinfo; rustc --version
step "tokenizer and peers"
cargo run --release -q -p tawsim-benches --features peers --bin tokenizer -- "$text" ${python:+--python "$python"}
step "raw text to entities with links and values"
cargo bench -q -p tawsim-benches --bench end_to_end -- "$articles"
step "tagging"
cargo bench -q -p tawsim-benches --bench tagging
step "matching names and linking"
cargo bench -q -p tawsim-benches --bench gazetteer
step "training and decoding of chains"
cargo bench -q -p tawsim-benches --bench crf -- ${python:+--python "$python"} conflict=corpus/conflict-ar/train.jsonl
step "store, 50,000 documents"
cargo bench -q -p tawsim-benches --bench store_scale
step "instructions of the hot loops"
bash benches/counts/run
step "studio"
xvfb-run -a -s "-screen 0 1280x800x24" cargo run --release -q -p tawsim-studio -- --measure

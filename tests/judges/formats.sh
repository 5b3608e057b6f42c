#!/usr/bin/env bash
# Writes random documents in every format and lets other programs find the entities in them.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/judges/judge.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# gatenlp does not name requests, beautifulsoup4 and msgpack itself, but needs them to read files.
judges dkpro-cassis==0.12.0 gatenlp==1.0.8 requests beautifulsoup4 seqeval==1.2.2 spacy==3.8.18 \
  conllu==6.0.0 udapi==0.5.2
cargo run --quiet -p tawsim-corpus --example judge_cases -- formats "$folder"
"$python" -W ignore tests/judges/formats.py "$folder"

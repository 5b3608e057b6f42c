#!/usr/bin/env bash
# Writes random documents in every format and lets other programs find the entities in them.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/judges/judge.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# gatenlp does not name requests, beautifulsoup4 and msgpack itself, but needs them to read files.
judges dkpro-cassis==0.12.0 gatenlp==1.0.8 requests beautifulsoup4 seqeval==1.2.2 spacy==3.8.18 \
  conllu==6.0.0 udapi==0.5.2 pybrat==0.1.7 chardet pyexcel pandas lxml label-studio-sdk==2.1.2
# Of doccano only the parsers are used, which need little of what its server does.
install --no-deps doccano==1.8.4 || echo "doccano: cannot be installed" >&2
cargo run --quiet -p tawsim-tests --example judge_cases -- formats "$folder"
"$python" -W ignore tests/judges/formats.py "$folder"

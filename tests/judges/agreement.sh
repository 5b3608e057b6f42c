#!/usr/bin/env bash
# Holds scores and agreement on 200 random corpora against seqeval, scikit-learn and krippendorff.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/judges/judge.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
judges seqeval==1.2.2 scikit-learn==1.9.1 krippendorff==0.9.0
cargo run --quiet -p tawsim-tests --example judge_cases -- agreement "$folder/cases.jsonl"
"$python" -W ignore tests/judges/agreement.py "$folder/cases.jsonl"

#!/usr/bin/env bash
# Holds `tawsim tag` and `tawsim evaluate` against an independent judge, tests/judges/score.py, on the corpus's dev
# articles and, where they are at hand, on the shared gold articles.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cargo build --quiet -p tawsim-cli
tawsim="$(cargo metadata --format-version 1 --no-deps | python3 -c 'import json,sys; print(json.load(sys.stdin)["target_directory"])')/debug/tawsim"

judge() { # name, gold files
  local name=$1; shift
  cat "$@" > "$folder/$name.gold.jsonl"
  "$tawsim" tag --quiet "$folder/$name.gold.jsonl" --output "$folder/$name.jsonl"
  "$tawsim" evaluate --json "$folder/$name.gold.jsonl" > "$folder/$name.json"
  python3 tests/judges/score.py "$folder/$name.jsonl" "$folder/$name.gold.jsonl" "$folder/$name.json"
}

judge dev corpus/conflict-ar/dev.jsonl
if [ -d ../shared/gold ]; then judge gold ../shared/gold/*.jsonl; else echo "gold: not run, ../shared is not here"; fi

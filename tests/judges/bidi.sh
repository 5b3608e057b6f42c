#!/usr/bin/env bash
# Clicks and selections in mixed lines, as the studio and as FriBidi with HarfBuzz see them.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/judges/judge.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
judges uharfbuzz==0.57.0
TAWSIM_BIDI_CASES="$folder/cases.json" cargo test --quiet -p tawsim-studio --lib -- \
  --ignored text::judge::write_cases >"$folder/log" || { cat "$folder/log" >&2; exit 1; }
"$python" tests/judges/bidi.py "$folder/cases.json" crates/studio/assets/fonts

#!/usr/bin/env bash
# A long run of `tawsim tag`: memory over time, Ctrl-C in the middle, --resume, the same bytes as without a stop.
#
#   cargo build --release -p tawsim-cli
#   bash benches/long_run.sh NEWS.jsonl [MEGABYTES]
#
# NEWS.jsonl is repeated until there are so many megabytes of it (2000 if nothing is said). Needs five times that on disk.
set -euo pipefail
cd "$(dirname "$0")/.."
news=$(realpath "${1:?say which JSON Lines to repeat}")
megabytes=${2:-2000}
tawsim=${TAWSIM:-target/release/tawsim}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

size=$(stat -c %s "$news")
n_times=$((megabytes * 1000000 / size + 1))
for ((i = 0; i < n_times; i++)); do
  # Each copy has ids of its own.
  sed "s/^{\"id\":\"/{\"id\":\"$i-/" "$news"
done >"$folder/in.jsonl"
echo "input: $(stat -c %s "$folder/in.jsonl") bytes, $n_times times $news"

# Resident memory in KiB, once a second, while process $1 runs.
sample() { while grep -s VmRSS "/proc/$1/status" | awk '{ print $2 }'; do sleep 1; done; }

"$tawsim" tag "$folder/in.jsonl" --output "$folder/whole.jsonl" &
pid=$!
sample $pid >"$folder/memory"
wait $pid
# The first ten seconds fill the tables of word forms.
tail -n +11 "$folder/memory" | sort -n |
  awk '{ v[NR] = $1 } END { printf "memory after 10 s: %d to %d MiB, median %d\n", v[1] / 1024, v[NR] / 1024, v[int(NR / 2) + 1] / 1024 }'
size=$(stat -c %s "$folder/whole.jsonl")
# Waits until $1 thirds of the output are written.
until_thirds() { until [ "$(stat -c %s "$folder/resumed.jsonl" 2>/dev/null || echo 0)" -ge $((size / 3 * $1)) ]; do sleep 0.05; done; }

"$tawsim" tag "$folder/in.jsonl" --output "$folder/resumed.jsonl" &
pid=$!
until_thirds 1
kill -INT $pid
code=0
wait $pid || code=$?
echo "Ctrl-C at $(stat -c %s "$folder/resumed.jsonl") bytes: exit code $code"
"$tawsim" tag "$folder/in.jsonl" --output "$folder/resumed.jsonl" --resume &
pid=$!
until_thirds 2
kill -KILL $pid
wait $pid || true
echo "killed at $(stat -c %s "$folder/resumed.jsonl") bytes"
"$tawsim" tag "$folder/in.jsonl" --output "$folder/resumed.jsonl" --resume
cmp "$folder/whole.jsonl" "$folder/resumed.jsonl"
echo "the same $(stat -c %s "$folder/whole.jsonl") bytes as without a stop"

#!/usr/bin/env bash
# A long run of `tawsim tag`: memory over time, Ctrl-C in the middle, --resume, the same bytes as without a stop.
#
#   cargo build --release -p tawsim-cli
#   bash benches/long_run.sh NEWS.jsonl [GIGABYTES]
#
# NEWS.jsonl is repeated until there are so many gigabytes of it (2 if nothing is said). Needs five times that on disk.
set -euo pipefail
cd "$(dirname "$0")/.."
news=$(realpath "${1:?say which JSON Lines to repeat}")
gigabytes=${2:-2}
tawsim=${TAWSIM:-target/release/tawsim}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

size=$(stat -c %s "$news")
n_times=$((gigabytes * 1000000000 / size + 1))
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
seconds=$(wc -l <"$folder/memory")

"$tawsim" tag "$folder/in.jsonl" --output "$folder/resumed.jsonl" &
pid=$!
sleep $((seconds / 3))
kill -INT $pid
code=0
wait $pid || code=$?
echo "Ctrl-C after $((seconds / 3)) s: exit code $code"
"$tawsim" tag "$folder/in.jsonl" --output "$folder/resumed.jsonl" --resume &
pid=$!
sleep $((seconds / 3))
kill -KILL $pid
wait $pid || true
echo "killed after $((seconds / 3)) s more: $(stat -c %s "$folder/resumed.jsonl") bytes written"
"$tawsim" tag "$folder/in.jsonl" --output "$folder/resumed.jsonl" --resume
cmp "$folder/whole.jsonl" "$folder/resumed.jsonl"
echo "the same $(stat -c %s "$folder/whole.jsonl") bytes as without a stop"

#!/usr/bin/env bash
# Counts instructions per record for each log format, with one worker: benches/instructions.sh [FOLDER]. Needs valgrind. Rewrites
# benches/instructions.tsv but keeps its column `baseline`, and adds missing baselines. Takes about ten minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-$(mktemp -d)} table=benches/instructions.tsv
mkdir -p "$folder"
cargo build --profile dist --locked --examples --bins --quiet
program=$PWD/target/dist/clawsift make=$PWD/target/dist/examples/make_log

count() { # count FORMAT LOG: prints instructions and records
  local collected records
  collected=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$program" --quiet --jobs 1 --format "$1" --output "$folder/report" "$2" 2>&1 | sed -n 's/.*Collected : //p')
  "$program" --quiet --format json --output "$folder/report" "$2" || [ $? -le 2 ]
  records=$(tr -d ' \n' <"$folder/report" | sed -n 's/.*"totals":{[^}]*"records":\([0-9]*\).*/\1/p')
  echo "$collected $records"
}

shape() { # shape NAME FORM SHARE [FORMAT]: slope between a small and a larger log, which excludes startup
  local small large
  for megabytes in 4 16; do
    "$make" "$folder/$megabytes.log" "$megabytes" "$3" "$2" 2>/dev/null
    touch -d '2 days ago' "$folder/$megabytes.log"
  done
  small=$(count "${4:-json}" "$folder/4.log") large=$(count "${4:-json}" "$folder/16.log")
  echo "$1 $small $large" | awk '{ printf "%s\t%d\n", $1, ($4 - $2) / ($5 - $3) }'
}

{
  shape file file 0.01
  shape file-30-percent-failing file 0.30
  shape file-2026.7 file-2026.7 0.01
  shape plain plain 0.01
  shape plain-2026.7 plain-2026.7 0.01
  shape console console 0.01
  shape journald journald 0.01
  shape docker docker 0.01
  shape ndjson file 0.01 ndjson
} | tee "$folder/now.tsv" >&2
head -c 20480 fixtures/logs/mixed/file.log >"$folder/small.log"
touch -d '2 days ago' "$folder/small.log"
count json "$folder/small.log" | awk '{ printf "start-and-20-KB\t%d\n", $1 }' | tee -a "$folder/now.tsv" >&2

[ -f "$table" ] || printf 'shape\tbaseline\tnow\tratio\n' >"$table"
awk -F'\t' -v OFS='\t' '
  NR == FNR { if (FNR > 1) baseline[$1] = $2; next }
  FNR == 1 { print "shape", "baseline", "now", "ratio" }
  { base = ($1 in baseline) ? baseline[$1] : $2; print $1, base, $2, sprintf("%.3f", $2 / base) }
' "$table" "$folder/now.tsv" >"$folder/table.tsv"
mv "$folder/table.tsv" "$table"
cat "$table"

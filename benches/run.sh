#!/usr/bin/env bash
# Measures clawsift and public tools on the same files: benches/run.sh [FOLDER] [MEGABYTES]. Needs hyperfine, ripgrep, gzip, zstd
# and a C compiler; the comparison with Hyperscan also needs its headers.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-$(mktemp -d)} megabytes=${2:-1000} runs=${RUNS:-7}
mkdir -p "$folder"
cargo build --profile dist --locked --examples --bins --quiet
program=$PWD/target/dist/clawsift make=$PWD/target/dist/examples/make_log
"$PWD/target/dist/examples/literals" >"$folder/literals.txt"
"$PWD/target/dist/examples/make_rules" "$folder/rules" 2000

log() { # log NAME SHARE FORM: makes a log once, with an old time stamp
  [ -f "$folder/$1" ] || "$make" "$folder/$1" "$megabytes" "$2" "$3"
  touch -d '2 days ago' "$folder/$1"
}
log healthy.log 0.01 file
log outage.log 0.30 file
log plain.log 0.01 plain
log console.log 0.01 console
log journald.log 0.01 journald
log docker.log 0.01 docker
log plain-2026.7.log 0.01 plain-2026.7
log file-2026.7.log 0.01 file-2026.7
# Real logs compress about 10:1; these compress less, because their lines are drawn at random.
[ -f "$folder/healthy.log.gz" ] || gzip -k "$folder/healthy.log"
[ -f "$folder/healthy.log.zst" ] || zstd -q "$folder/healthy.log"
touch -d '2 days ago' "$folder"/healthy.log.*
head -c 20480 fixtures/logs/mixed/file.log >"$folder/small.log"
if echo '#include <hs/hs.h>' | cc -E -xc - >/dev/null 2>&1; then
  cc -O2 -o "$folder/count_hits" benches/count_hits.c -lhs
fi

scan() { echo "$program --quiet --format json --output $folder/report.json $*"; }

row() { # row NAME PEER OURS: prints the medians of both and their ratio
  hyperfine --shell=bash --warmup 2 --runs "$runs" --export-csv "$folder/times.csv" "$2" "$3" >/dev/null 2>&1
  awk -F, -v name="$1" 'NR == 2 { peer = $4 } NR == 3 { printf "| %s | %.3f | %.3f | %.2f |\n", name, peer, $4, $4 / peer }' \
    "$folder/times.csv"
}

counts() { # counts LOG: prints the totals, which must not depend on how the file is read
  eval "$(scan "$1")"
  tr -d ' \n' <"$folder/report.json" | grep -o '"totals":{[^}]*}'
}

echo "| work | peer s | clawsift s | clawsift / peer |"
echo "|---|---|---|---|"
row "JSON lines, 1 % failing, against \`wc -l\`" "wc -l $folder/healthy.log" "$(scan "$folder/healthy.log")"
row "the same, against \`rg -c -F -f\`" "rg -c -F -f $folder/literals.txt $folder/healthy.log" "$(scan "$folder/healthy.log")"
[ -x "$folder/count_hits" ] &&
  row "the same, against Hyperscan" "$folder/count_hits $folder/literals.txt $folder/healthy.log" "$(scan "$folder/healthy.log")"
row "plain text, 1 % failing, against \`rg -c -F -f\`" "rg -c -F -f $folder/literals.txt $folder/plain.log" "$(scan "$folder/plain.log")"
row "plain text of 2026.7, against \`rg -c -F -f\`" "rg -c -F -f $folder/literals.txt $folder/plain-2026.7.log" "$(scan "$folder/plain-2026.7.log")"
row "console, 1 % failing, against \`rg -c -F -f\`" "rg -c -F -f $folder/literals.txt $folder/console.log" "$(scan "$folder/console.log")"
words="-ci -e error -e fail -e timeout"
row "the same, against \`rg $words\`" "rg $words $folder/console.log" "$(scan "$folder/console.log")"
row "JSON lines, against \`rg $words\`" "rg $words $folder/healthy.log" "$(scan "$folder/healthy.log")"
row "journald around the console, against the console" "$(scan "$folder/console.log")" "$(scan "$folder/journald.log")"
row "Docker around the console, against the console" "$(scan "$folder/console.log")" "$(scan "$folder/docker.log")"
row "JSON lines of 2026.7, against those of 2026.9" "$(scan "$folder/healthy.log")" "$(scan "$folder/file-2026.7.log")"
row "JSON lines, 30 % failing, against 1 %" "$(scan "$folder/healthy.log")" "$(scan "$folder/outage.log")"
row ".gz, against \`zcat\`" "zcat $folder/healthy.log.gz >/dev/null" "$(scan "$folder/healthy.log.gz")"
row ".zst, against \`zstdcat\`" "zstdcat $folder/healthy.log.zst >/dev/null" "$(scan "$folder/healthy.log.zst")"
row "standard input, against \`wc -l\`" "cat $folder/healthy.log | wc -l" "cat $folder/healthy.log | $(scan -)"
row "2,000 rules more, against the embedded ones" "$(scan "$folder/healthy.log")" "$(scan "--rules $folder/rules $folder/healthy.log")"
row "JSON lines as \`ndjson\`, against the report" "$(scan "$folder/healthy.log")" "$program --quiet --format ndjson --output $folder/matches.ndjson $folder/healthy.log"
row "two workers, against one" "$(scan "--jobs 1 $folder/healthy.log")" "$(scan "--jobs 2 $folder/healthy.log")"
hyperfine --shell=none --warmup 2 --runs "$runs" --export-csv "$folder/times.csv" "$(scan "$folder/small.log")" >/dev/null 2>&1
awk -F, 'NR == 2 { printf "\n20 KB, cold start to report: %.1f ms of processor time\n", 1000 * ($5 + $6) }' "$folder/times.csv"

echo
for name in healthy outage plain console journald docker plain-2026.7 file-2026.7; do
  echo "$name.log: $(wc -l <"$folder/$name.log") lines; $(counts "$folder/$name.log")"
done
echo "healthy.log from standard input: $(counts "- <$folder/healthy.log")"

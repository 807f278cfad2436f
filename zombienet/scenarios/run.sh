#!/usr/bin/env bash
# Runs the scenarios and writes what each took, which failed, and what they measured.
#   zombienet/scenarios/run.sh            run all
#   zombienet/scenarios/run.sh PATTERN    run those whose names match a regular expression
#
# The result goes to scenarios/result.json in cargo's target directory. A run of some scenarios says so in it.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
cd "$(dirname "$0")/../.."
only=${1:-}
folder="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}/scenarios"
mkdir -p "$folder"

files=(zombienet/scenarios/*.test.js)
options=(--test --test-concurrency=1)
if [ -n "$only" ]; then
  # Only the files that have such a scenario: node runs the hooks of the others too, and each starts a network.
  mapfile -t files < <(node -e '
    const [pattern, ...files] = process.argv.slice(1);
    const names = (file) => [...require("fs").readFileSync(file, "utf8").matchAll(/^ *it\(\x27([^\x27]*)\x27/gm)].map((it) => it[1]);
    for (const file of files) if (names(file).some((name) => new RegExp(pattern).test(name))) console.log(file);
  ' "$only" "${files[@]}")
  [ "${#files[@]}" -gt 0 ] || { echo "scenarios: none has a name that matches '$only'" >&2; exit 1; }
  options+=("--test-name-pattern=$only")
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
start=$SECONDS
status=0
node "${options[@]}" --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$log" \
  "${files[@]}" || status=$?
node -e '
  const [commit, only, seconds, tap] = process.argv.slice(1);
  const scenarios = {};
  const failed = [];
  const figures = [];
  let name;
  for (const line of require("fs").readFileSync(tap, "utf8").split("\n")) {
    const test = line.match(/^ {4}(not )?ok \d+ - (.*)$/);
    if (test) {
      name = test[2].includes(" # SKIP") ? undefined : test[2];
      if (name && test[1]) failed.push(name);
    }
    const figure = line.match(/^ {4,}# (?!Subtest)(.*)$/);
    if (figure) figures.push(figure[1]);
    const took = line.match(/^ {6}duration_ms: ([\d.]+)/);
    if (took && name) { scenarios[name] = Math.round(Number(took[1]) / 1000); name = undefined; }
  }
  console.log(JSON.stringify({ commit, only: only || undefined, seconds: Number(seconds), scenarios, failed, figures }, null, 2));
' "$(git describe --always --dirty 2>/dev/null || echo unknown)" "$only" "$((SECONDS - start))" "$log" >"$folder/result.json"
[ "$status" = 0 ] && verdict="all hold" || verdict="not all hold"
echo "scenarios: $verdict; what they took is in $folder/result.json"
exit "$status"

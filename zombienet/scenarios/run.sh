#!/usr/bin/env bash
# Runs the scenarios and, if all hold, writes zombienet/scenarios/result.json: which tree they ran on, and what each took.
#   zombienet/scenarios/run.sh           run and write
#   zombienet/scenarios/run.sh --check   fail if runtime, node, pallets or zombienet changed since
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly RESULT=zombienet/scenarios/result.json
# What the result depends on, as git sees it in the working tree; the result itself and documents are left out.
tree() {
  git ls-files -s -- runtime node pallets primitives inference engine zombienet clients/js Cargo.lock \
    ':!*.md' ':!engine/bench' ":!$RESULT" | git hash-object --stdin
}
if [ "${1:-}" = --check ]; then
  [ -r "$RESULT" ] || { echo "scenarios: $RESULT is missing; run 'make test-zombienet' and commit it" >&2; exit 1; }
  [ "$(sed -n 's/.*"tree": "\(.*\)".*/\1/p' "$RESULT")" = "$(tree)" ] ||
    { echo "scenarios: $RESULT is older than what it tested; run 'make test-zombienet' and commit it" >&2; exit 1; }
  exit 0
fi
[ -z "$(git status --porcelain -- runtime node pallets primitives inference engine zombienet clients/js Cargo.lock ":!$RESULT")" ] ||
  { echo "scenarios: commit first, so that the result names what was tested" >&2; exit 1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
start=$SECONDS
node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$log" \
  zombienet/scenarios/*.test.js
node -e '
  const [tree, seconds, tap] = process.argv.slice(1);
  const scenarios = {};
  const figures = [];
  let name;
  for (const line of require("fs").readFileSync(tap, "utf8").split("\n")) {
    const test = line.match(/^ {4}ok \d+ - (.*)$/);
    if (test) name = test[1];
    const figure = line.match(/^ {4,}# (?!Subtest)(.*)$/);
    if (figure) figures.push(figure[1]);
    const took = line.match(/^ {6}duration_ms: ([\d.]+)/);
    if (took && name) { scenarios[name] = Math.round(Number(took[1]) / 1000); name = undefined; }
  }
  console.log(JSON.stringify({ tree, seconds: Number(seconds), scenarios, figures }, null, 2));
' "$(tree)" "$((SECONDS - start))" "$log" >"$RESULT"
echo "scenarios: all hold; $RESULT written"

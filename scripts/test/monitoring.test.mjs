// What monitoring/ names exists: metrics in the node, files on the disk. Where promtool is installed, it has the last word.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { parse } from '../lib/yaml.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const MONITORING = join(ROOT, 'monitoring');
/** Metrics that Prometheus and the SDK register. */
const OTHERS = ['up', 'substrate_block_height', 'substrate_sub_libp2p_peers_count'];

const read = (file) => readFileSync(join(ROOT, file), 'utf8');
const yaml = (file) => parse(read(file));

function files(folder, ending) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path, ending) : path.endsWith(ending) ? [path] : [];
  });
}

/** Names and help of the metrics that the node registers. Those that tests name don't count. */
function registered() {
  const found = new Map();
  for (const file of files(join(ROOT, 'node/src'), '.rs')) {
    const [code] = readFileSync(file, 'utf8').split('#[cfg(test)]');
    for (const [, name, help] of code.matchAll(/"(millrace_[a-z_]+)",\s*"([^"]*)"/g)) found.set(name, help);
  }
  return found;
}

/** The metrics that an expression reads: what is a name and is neither a function, nor a label or its value. */
function metrics(expression) {
  const bare = expression
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|on|ignoring|without|group_left|group_right)\s*\([^)]*\)/g, '');
  return [...bare.matchAll(/[a-z_:][a-z0-9_:]*/g)]
    .filter(([name]) => !/^(and|or|unless|bool)$/.test(name))
    .filter(({ 0: name, index }) => !/^\s*\(/.test(bare.slice(index + name.length)))
    .map(([name]) => name);
}

const rules = yaml('monitoring/rules.yml').groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('monitoring/grafana/dashboards/millrace.json'));
const panels = dashboard.panels.filter((panel) => panel.type !== 'row');

describe('monitoring', () => {
  it('finds the metrics of an expression', () => {
    assert.deepEqual(metrics('sum by (how) (rate(a_total{b="c"}[5m])) > 0.1 * d and on (e) f == 0'), ['a_total', 'd', 'f']);
    assert.deepEqual(metrics('x{how=~"a|b"} / ignoring (work) (y + ignoring (work) z)'), ['x', 'y', 'z']);
  });

  it('names metrics that the node registers', () => {
    const known = new Set([...registered().keys(), ...OTHERS]);
    assert.ok(known.size > 30, 'the node registers metrics');
    const expressions = [
      ...rules.map((rule) => rule.expr),
      ...panels.flatMap((panel) => panel.targets.map((target) => target.expr)),
    ];
    for (const expression of expressions) {
      const named = metrics(expression);
      assert.ok(named.length > 0, `${expression} reads no metric`);
      assert.deepEqual(
        named.filter((name) => !known.has(name)),
        [],
        `${expression} names metrics that nobody registers`,
      );
    }
  });

  it('has help for every metric', () => {
    for (const [name, help] of registered()) assert.match(help, /^[A-Z0-9].{8,}/, name);
  });

  it("explains every metric: the chain's in its own document, the mill's in that of miners", () => {
    const [chain, mill] = ['monitoring/README.md', 'docs/miners.md'].map(read);
    const names = [...registered().keys()];
    for (const name of names) {
      const text = name.startsWith('millrace_chain_') ? chain : mill;
      assert.ok(text.includes(`\`${name}`), `${name} is explained nowhere`);
    }
    // A name that ends in a bar stands for all that begin so.
    for (const [name] of `${chain}${mill}`.matchAll(/\bmillrace_[a-z_]+(?![a-zA-Z])/g)) {
      assert.ok(name.endsWith('_') ? names.some((each) => each.startsWith(name)) : names.includes(name), `no node has ${name}`);
    }
  });

  it('explains each label of a metric', () => {
    const runtime = files(join(ROOT, 'runtime/src'), '.rs')
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const labels = (constant) => {
      const [, list] = new RegExp(`const ${constant}: [^=]*=\\s*\\[([^\\]]*)\\]`).exec(runtime);
      return [...list.matchAll(/"([a-z_]+)"/g)].map(([, label]) => label);
    };
    for (const [metric, document, constant] of [
      ['millrace_leases_ended_total{how}', 'docs/miners.md', 'LEASE_ENDS'],
      ['millrace_chain_leases_ended_total{how}', 'monitoring/README.md', 'LEASE_ENDS'],
      ['millrace_chain_tasks_refunded_total{why}', 'monitoring/README.md', 'REFUNDS'],
    ]) {
      const row =
        read(document)
          .split('\n')
          .find((line) => line.includes(`\`${metric}\``)) ?? '';
      assert.ok(labels(constant).length > 2, constant);
      for (const label of labels(constant)) assert.match(row, new RegExp(`\\b${label}\\b`), `${metric}: ${label}`);
    }
  });

  it('says in every alert what it means and what to do', () => {
    assert.ok(rules.length > 0);
    assert.equal(new Set(rules.map((rule) => rule.alert)).size, rules.length, 'an alert is there twice');
    for (const { alert, labels, annotations } of rules) {
      assert.ok(['warning', 'critical'].includes(labels.severity), alert);
      assert.ok(annotations.summary && annotations.action, alert);
    }
  });

  it('has a dashboard whose panels have a source, a question and room', () => {
    assert.equal(new Set(dashboard.panels.map((panel) => panel.id)).size, dashboard.panels.length);
    const { uid } = yaml('monitoring/grafana/provisioning/datasources/prometheus.yml').datasources[0];
    for (const { title, description, datasource, gridPos } of panels) {
      assert.equal(datasource.uid, uid, title);
      assert.ok(description, title);
      assert.ok(gridPos.x + gridPos.w <= 24, title);
    }
  });

  it('composes what exists', () => {
    const { services, volumes } = yaml('monitoring/compose.yaml');
    for (const [name, service] of Object.entries(services)) {
      for (const [from] of (service.volumes ?? []).map((volume) => volume.split(':'))) {
        if (from.startsWith('.')) assert.ok(existsSync(join(MONITORING, from)), `${name}: ${from}`);
        else assert.ok(Object.hasOwn(volumes, from), `${name}: ${from}`);
      }
      for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/, `${name} is open to everyone`);
    }
    const { context, dockerfile } = services.node.build;
    assert.ok(existsSync(join(MONITORING, context, dockerfile)));
    const config = yaml('monitoring/prometheus.yml');
    assert.deepEqual(config.scrape_configs[0].static_configs[0].targets, ['node:9615']);
    for (const file of config.rule_files) assert.ok(existsSync(join(MONITORING, file)), file);
    const [provider] = yaml('monitoring/grafana/provisioning/dashboards/millrace.yml').providers;
    assert.ok(services.grafana.volumes.some((volume) => volume.split(':')[1] === provider.options.path));
  });

  it('loads in Prometheus itself', (test) => {
    if (spawnSync('promtool', ['--version']).error) return test.skip('promtool is not installed');
    execFileSync('promtool', ['check', 'config', join(MONITORING, 'prometheus.yml')]);
    execFileSync('promtool', ['test', 'rules', join(MONITORING, 'rules.test.yml')]);
  });
});

describe('yaml', () => {
  it('reads maps, lists, flow and quotes', () => {
    const text = "# c\na:\n  - b: 1\n    c: 'it''s'\n  - \"d # e\"\nf: { g: h, i: true }\nj: [k, 'l, m']\nn:\no: 5m\n";
    assert.deepEqual(parse(text), {
      a: [{ b: 1, c: "it's" }, 'd # e'],
      f: { g: 'h', i: true },
      j: ['k', 'l, m'],
      n: null,
      o: '5m',
    });
  });

  it('refuses what it would misread', () => {
    for (const text of ['a: b: c', '\ta: 1', 'a: 1\na: 2', 'a: |', 'a: [b', 'a: 1\n  b: 2', 'nothing']) {
      assert.throws(() => parse(text), /line \d/, text);
    }
  });
});

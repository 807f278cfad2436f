// Models that take a verifier far more memory or time than their size suggests, written byte by byte as
// docs/inference-spec.md says. All of them compute the same: a sample is one byte x, its output a few times x.

const word = (value) => Buffer.from(Uint32Array.of(value).buffer);
const compact = (value) => (value < 64 ? Buffer.from([value << 2]) : Buffer.from(Uint16Array.of((value << 2) | 1).buffer));
const words = (values) => Buffer.concat([compact(values.length), ...values.map(word)]);
/** Elements per sample of all nodes together, for each byte of the encoding. */
const MAX_EXPANSION = 256;

/** A graph whose nodes carry one channel, until `finish` joins them. */
class Graph {
  nodes = [Buffer.concat([Buffer.from([0]), words([1, 1, 1])])];
  elements = 1;

  add(kind, elements, ...fields) {
    this.nodes.push(Buffer.concat([Buffer.from([kind]), ...fields]));
    this.elements += elements;
    return this.nodes.length - 1;
  }

  encode() {
    return Buffer.concat([Buffer.from([1]), compact(this.nodes.length), ...this.nodes]);
  }

  /** A table that changes nothing. Each makes the encoding longer, which the bound on expansion asks for. */
  table(read) {
    return this.add(3, 1, word(read), compact(256), Buffer.from(Array.from({ length: 256 }, (_, i) => (i + 128) & 255)));
  }

  /** From one element to rows × columns of it: every patch holds nothing else within the border. */
  grow(kind, read, rows, columns) {
    const window = [rows, columns, 1, 1, rows - 1, columns - 1, rows - 1, columns - 1];
    return this.add(kind, rows * columns, word(read), ...window.map(word));
  }

  /** And back to one. */
  shrink(kind, read, rows, columns) {
    return this.add(kind, 1, word(read), ...[1, 1, rows, columns, 0, 0, 0, 0].map(word));
  }

  concat(reads, axis, elements) {
    return this.add(12, elements, words(reads), Buffer.from([axis]));
  }

  /** One linear operator over what is left, as every model needs. */
  finish(reads) {
    const joined = reads.length > 1 ? this.concat(reads, 0, reads.length) : reads[0];
    const flat = this.add(5, reads.length, word(joined));
    this.add(1, 1, word(flat), word(1), compact(reads.length), Buffer.from(reads.map(() => 1)));
    const encoding = this.encode();
    if (this.elements > MAX_EXPANSION * encoding.length) throw new Error('the model expands too much to be registered');
    return encoding;
  }
}

const [MAX_POOL, AVERAGE_POOL] = [9, 10];

/** Keeps `count` images of side × side in memory at once. */
function wide(side, count, tables = 1) {
  const graph = new Graph();
  let read = 0;
  for (let i = 0; i < tables; i += 1) read = graph.table(read);
  const grown = Array.from({ length: count }, () => graph.grow(MAX_POOL, read, side, side));
  return graph.finish(grown.map((image) => graph.shrink(MAX_POOL, image, side, side)));
}

/** Averages over windows of which one element lies inside, one after the other. */
function averages(side, count) {
  const graph = new Graph();
  let read = graph.table(graph.table(0));
  for (let i = 0; i < count; i += 1) read = graph.shrink(AVERAGE_POOL, graph.grow(AVERAGE_POOL, read, side, side), side, side);
  return graph.finish([read]);
}

/** Concatenations that copy single bytes. */
function columns(rows, count) {
  const operands = 64;
  const graph = new Graph();
  let read = 0;
  for (let i = 0; i < count; i += 1) {
    const column = graph.grow(MAX_POOL, read, rows, 1);
    read = graph.shrink(MAX_POOL, graph.concat(Array(operands).fill(column), 2, rows * operands), rows, operands);
  }
  return graph.finish([read]);
}

function batch(name, encoding, samples, factor) {
  const input = Uint8Array.from({ length: samples }, (_, i) => i % 8);
  return { name, encoding, input, output: [...input].map((x) => x * factor) };
}

/**
 * Three submissions whose tensors together, of a thousand samples, are more than a block's import may allocate; each alone is
 * not. So many samples take more time than a verification may; of fewer they are verified.
 */
export const memory = (samples = 1000) => [
  batch(`${samples} samples with three tensors of 33 KB`, wide(182, 3), samples, 3),
  batch(`${samples} samples with six tensors of 17 KB`, wide(129, 6), samples, 6),
  batch(`${samples} samples with thirteen tensors of 8 KB`, wide(91, 13), samples, 13),
];
/** Submissions that took three to five times what was once counted for them. */
export const time = (samples = 1000) => [
  batch(`seven averages over padding, ${samples} samples`, averages(180, 7), samples, 1),
  batch(`eight concatenations of single columns, ${samples} samples`, columns(500, 8), samples, 1),
];

// Amounts, work and time as people read them.

const number = (digits: number) => new Intl.NumberFormat('en', { maximumSignificantDigits: digits });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** From which value on a unit is taken, its name, and its size if that's another. */
type Step = readonly [least: number, unit: string, size?: number];

const scaled = (value: number, steps: readonly Step[], digits: number): string => {
  const [least, unit, size = least] = steps.find(([from]) => Math.abs(value) >= from) ?? steps[steps.length - 1]!;
  return `${number(digits).format(value / size)}\u00a0${unit}`;
};

const MILL_STEPS = [
  [1e15, 'kMILL'],
  [1e12, 'MILL'],
  [1e9, 'mMILL'],
  [1e4, 'µMILL', 1e6],
  [1, 'planck'],
] as const;

/** Planck, in the unit that fits. */
export const amount = (planck: bigint, digits = 4): string =>
  planck === 0n ? '0\u00a0MILL' : scaled(Number(planck), MILL_STEPS, digits);

/** Every planck of an amount. */
export const exact = (planck: bigint): string => `${whole.format(planck)} planck`;

const MAC_STEPS = [
  [1e18, 'EMAC'],
  [1e15, 'PMAC'],
  [1e12, 'TMAC'],
  [1e9, 'GMAC'],
  [1e6, 'MMAC'],
  [1e3, 'kMAC'],
  [1, 'MAC'],
] as const;

/** Multiply-adds. */
export const work = (mac: bigint, digits = 3): string => (mac === 0n ? '0\u00a0MAC' : scaled(Number(mac), MAC_STEPS, digits));

/** Planck per mega-MAC as µMILL. */
export const ask = (planck: bigint): string => number(4).format(Number(planck) / 1e6);

/** A real number that a model gives. */
export const real = (value: number): string => number(4).format(value);

export const count = (value: number | bigint): string => whole.format(value);

export const percent = (part: number, digits = 1): string =>
  `${new Intl.NumberFormat('en', { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(part * 100)}\u00a0%`;

const BYTE_STEPS = [
  [1 << 20, 'MiB'],
  [1 << 10, 'KiB'],
  [1, 'bytes'],
] as const;

export const bytes = (size: number | bigint): string => (size === 0 ? '0\u00a0bytes' : scaled(Number(size), BYTE_STEPS, 3));

/** The ends of a hash or an address. */
export const short = (name: string, ends = 5): string =>
  `${name.slice(0, ends + (name.startsWith('0x') ? 2 : 0))}…${name.slice(-ends)}`;

const SPANS = [
  [31_557_600, 'year'],
  [2_629_800, 'month'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** A length of time in its largest unit. */
export function span(seconds: number): string {
  const [size, unit] = SPANS.find(([least]) => seconds >= least) ?? SPANS[SPANS.length - 1]!;
  const many = seconds / size;
  const shown = many < 10 ? Math.round(many * 10) / 10 : Math.round(many);
  return `${number(3).format(shown)} ${unit}${shown === 1 ? '' : 's'}`;
}

/** Bytes of hexadecimal digits. */
export const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from({ length: (hex.length - 2) / 2 }, (_, i) => Number.parseInt(hex.slice(2 + i * 2, 4 + i * 2), 16));

/** Little-endian 32-bit integers of an output. */
export const integers = (output: Uint8Array): number[] => {
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  return Array.from({ length: Math.floor(output.length / 4) }, (_, i) => view.getInt32(i * 4, true));
};

// Amounts of the token: planck as a bigint, and MILL for people.

import { MillraceError } from './errors.js';

/** Planck of one MILL. */
export const UNIT = 10n ** 12n;

/** Planck as a decimal number of MILL. */
export function formatMill(planck: bigint): string {
  const digits = (planck < 0n ? -planck : planck).toString().padStart(13, '0');
  const fraction = digits.slice(-12).replace(/0+$/, '');
  return `${planck < 0n ? '-' : ''}${digits.slice(0, -12)}${fraction ? `.${fraction}` : ''} MILL`;
}

/** A decimal number of MILL, such as '0.25', as planck. */
export function parseMill(text: string): bigint {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d{1,12}))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) {
    throw new MillraceError('BadArguments', `'${text}' is no amount of MILL`, 'Give one such as 0.25, with 12 decimals at most.');
  }
  return BigInt(whole + fraction.padEnd(12, '0'));
}

// Lists come in pages of at most a hundred items.

import type { Wait } from './deadline.js';

export interface Page<T, Cursor> {
  items: T[];
  /** Where the next page begins; null after the last. */
  next: Cursor | null;
}

export interface PageOptions<Cursor> extends Wait {
  cursor?: Cursor | null | undefined;
  /** From 1 to 100. */
  count?: number | undefined;
}

export interface CollectOptions<Cursor> {
  /** Where to begin, if not at the list's beginning. */
  from?: Cursor | null | undefined;
  /** After so many items no further page is read. */
  most?: number | undefined;
}

/** Reads page after page of a list, to its end or until there are `most` items: `next` says whether there are more. */
export async function collect<T, Cursor>(
  read: (cursor: Cursor | null) => Promise<Page<T, Cursor>>,
  { from = null, most = Number.POSITIVE_INFINITY }: CollectOptions<Cursor> = {},
): Promise<Page<T, Cursor>> {
  const items: T[] = [];
  let cursor = from;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && items.length < most);
  return { items, next: cursor };
}

/** A page as the node's methods take it. */
export const pageOf = <Cursor>({ cursor = null, count }: PageOptions<Cursor>): unknown[] =>
  count === undefined ? [cursor] : [cursor, count];

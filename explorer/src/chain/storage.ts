// Reads the chain's storage by name, at the best block unless another is asked for.

import type { Millrace } from 'millrace';

/** A block's event: its pallet, its name and its fields. */
export interface ChainEvent {
  pallet: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the metadata has the fields' types, and who reads one says which it is
  fields: Record<string, any>;
}

interface Item {
  getValue: (...args: unknown[]) => Promise<unknown>;
  getValues: (keys: unknown[][], options: { at: string }) => Promise<unknown[]>;
  getEntries: (...args: unknown[]) => Promise<{ keyArgs: unknown[]; value: unknown }[]>;
}

type RawEvent = { event: { type: string; value: { type: string; value?: ChainEvent['fields'] } } };

export class Storage {
  constructor(private readonly millrace: Millrace) {}

  #item(pallet: string, name: string): Item {
    return (this.millrace.api.query as unknown as Record<string, Record<string, Item>>)[pallet]![name]!;
  }

  value<T>(pallet: string, name: string, at = 'best'): Promise<T> {
    return this.#item(pallet, name).getValue({ at }) as Promise<T>;
  }

  /** Values of a map at these keys; undefined where there is none. */
  values<T>(pallet: string, name: string, keys: unknown[]): Promise<(T | undefined)[]> {
    if (keys.length === 0) return Promise.resolve([]);
    return this.#item(pallet, name).getValues(
      keys.map((key) => [key]),
      { at: 'best' },
    ) as Promise<(T | undefined)[]>;
  }

  /** All entries of a map, or those under the first of its keys. */
  async entries<T>(pallet: string, name: string, ...prefix: unknown[]): Promise<{ key: unknown[]; value: T }[]> {
    const found = await this.#item(pallet, name).getEntries(...prefix, { at: 'best' });
    return found.map(({ keyArgs, value }) => ({ key: keyArgs, value: value as T }));
  }

  async events(at: string): Promise<ChainEvent[]> {
    const events = await this.value<RawEvent[]>('System', 'Events', at);
    return events.map(({ event }) => ({ pallet: event.type, name: event.value.type, fields: event.value.value ?? {} }));
  }

  request<T>(method: string, ...params: unknown[]): Promise<T> {
    return this.millrace.client._request<T>(method, params);
  }
}

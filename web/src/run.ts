// A run of rows at consecutive places; where one is not known yet there is a hole. They stand in the order of their places, but for
// neighbours that began the other way round: with several workers the server comes to know of flows some milliseconds out of turn.
import type {Row} from './types';

const kNear_us = 10_000_000; // what is imported began long before its neighbours, and stays where it came

function inOrder(rows: readonly (Row | undefined)[]): (Row | undefined)[] {
  const sorted = rows.slice();
  for (let at = 1; at < sorted.length; at += 1) {
    const row = sorted[at];
    if (!row) continue;
    let to = at;
    for (let before = sorted[to - 1]; before; before = sorted[to - 1]) {
      const later_us = before.begun - row.begun;
      if (later_us <= 0 || later_us >= kNear_us) break;
      sorted[to] = before;
      to -= 1;
    }
    if (to !== at) sorted[to] = row;
  }
  return sorted;
}

export class Run {
  private shown: (Row | undefined)[] | undefined;
  private places: Map<string, number> | undefined; // in `shown`, by id
  private readonly indexes = new Map<string, number>(); // in `rows`, by id, from `zero` on
  private zero = 0;

  constructor(
    public start = 0,
    private rows: (Row | undefined)[] = [],
  ) {
    rows.forEach((row, at) => row && this.indexes.set(row.id, at));
  }

  get size() {
    return this.rows.length;
  }
  at(place: number): Row | undefined {
    this.shown ??= inOrder(this.rows);
    return this.shown[place - this.start];
  }
  placeOf(id: string): number | undefined {
    if (!this.indexes.has(id)) return undefined;
    this.shown ??= inOrder(this.rows);
    this.places ??= new Map(this.shown.flatMap((row, at) => (row ? [[row.id, at] as const] : [])));
    const at = this.places.get(id);
    return at === undefined ? undefined : at + this.start;
  }
  row(id: string): Row | undefined {
    const at = this.indexes.get(id);
    return at === undefined ? undefined : this.rows[at - this.zero];
  }
  known(): Row[] {
    this.shown ??= inOrder(this.rows);
    return this.shown.filter((row) => row !== undefined);
  }
  // A row that is known, or at a place behind `start`.
  set(place: number, row: Row) {
    const at = place - this.start;
    while (this.rows.length < at) this.rows.push(undefined);
    this.rows[at] = row;
    this.indexes.set(row.id, at + this.zero);
    this.shown = this.places = undefined;
  }
  // False when it is not here.
  replace(row: Row): boolean {
    const at = this.indexes.get(row.id);
    if (at === undefined) return false;
    const begun = this.rows[at - this.zero]!.begun;
    this.rows[at - this.zero] = row;
    if (begun !== row.begun || !this.places) this.shown = this.places = undefined;
    else if (this.shown) this.shown[this.places.get(row.id)!] = row;
    return true;
  }
  dropBelow(place: number) {
    const gone = Math.min(this.rows.length, place - this.start);
    if (gone <= 0) return;
    for (const row of this.rows.slice(0, gone)) if (row) this.indexes.delete(row.id);
    this.rows = this.rows.slice(gone);
    this.start = place;
    this.zero += gone;
    this.shown = this.places = undefined;
  }
}

// What the server says, as docs/user/api.md describes it. Times are microseconds.

export type Mark = {pinned?: boolean; colour?: string; note?: string; tags?: string[]};

export type Row = {
  id: string;
  n?: number; // its place in the server's list
  state: 'open' | 'done';
  method: string;
  scheme?: string;
  host: string;
  port?: number;
  target?: string;
  path?: string;
  status?: number;
  type?: string;
  bytes_in?: number;
  bytes_out?: number;
  begun: number;
  took?: number;
  client?: string;
  server?: string;
  reused?: boolean;
  version?: string;
  end?: string;
  error?: string;
  flags?: string[];
  mark?: Mark;
  replay_of?: string;
  imported?: boolean;
  unparsed?: boolean;
};

export type Change = {what: string; before: string; after: string; why: string; clause: string};
export type Head = {at: number; text: string; changes?: Change[]; unparsed?: boolean};
export type Content = {size: number; kept: number; unseen: number; type: string; coding: string};
export type Note = {at: number; took: number; what: string; detail: string};
export type Hop = 'request_received' | 'request_sent' | 'response_received' | 'response_sent';
export const kParts = ['blocked', 'dns', 'connect', 'tls', 'send', 'wait', 'receive'] as const;
export type Part = (typeof kParts)[number];
export type Timing = Record<Part, number>;
export type Tls = {sni?: string; alpn?: string[]; version?: string[]; cipher?: string};
export type Path = {rtt: number; rtt_min?: number; rtt_var: number; retransmits: number; delivery_rate?: number};

export type Flow = {
  row: Row;
  heads: Partial<Record<Hop, Head>>;
  interim: {received?: Head; sent?: Head}[];
  trailers: {request: string; response: string};
  content: {request: Content; response: Content};
  notes: Note[];
  timing?: Timing;
  served?: number;
  parent?: {id: string; stream?: number};
  tls?: {offered?: Tls; client?: Tls; upstream?: Tls};
  path?: {client?: Path; upstream?: Path};
  beginning_gone: boolean;
};

export type Line = {
  received?: string;
  sent?: string;
  kind: 'same' | 'changed' | 'removed' | 'added';
  what?: string;
  why?: string;
  clause?: string;
  name?: string;
  meaning?: string;
  duty?: string;
};
export type Explanation = {request: {lines: Line[]}; response: {lines: Line[]}; story: string[]};

export type Message = {
  n: number;
  at: number;
  direction: 'client' | 'server';
  opcode: string;
  code?: number;
  size: number;
  text?: string;
  base64?: string;
  compressed?: boolean;
  fault?: string;
  cut?: boolean;
};

export type Stats = {
  flows: number;
  open: number;
  rate: number;
  bytes: number;
  errors: Record<string, number>;
  status: Record<string, number>;
  p50?: number;
  p95?: number;
  p99?: number;
  hosts: [string, number][];
};

// `first` and `next`: numbers of all rows. `unsure`: of so many the rows alone do not say whether they match.
export type Rows = {rows: Row[]; more: boolean; seq: number; total: number; first: number; next: number; unsure: number};
export type Frame = {seq: number; first: number; add?: Row[]; upd?: Row[]; stats?: Stats};
export type Offer = {text: string; meaning: string};
export type Session = {version: string; proxy: string[]; started: number; replay: boolean};
export type Problem = {code: string; message: string; offset?: number; length?: number; word?: string};

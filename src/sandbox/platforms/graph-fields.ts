import { badParameter } from './graph-refusal.ts';
import type { SimRequest, SimResponse, SimWorld } from './simulator.ts';

const USUAL_PAGE = { size: 25, max: 100 };

/** `fields=id,caption,children{id}` as names; the part in braces must be known for its name too. */
export function requestedFields(
  query: URLSearchParams,
  known: readonly string[],
  byDefault: readonly string[],
): string[] {
  const asked = query.get('fields');
  if (asked === null || asked === '') return [...byDefault];
  const names = asked.split(/,(?![^{]*\})/).map((name) => name.trim());
  for (const name of names) {
    if (!known.includes(name)) badParameter(`Tried accessing nonexisting field (${name})`);
  }
  return names;
}

export function pick(
  values: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => values[bare(name)] !== undefined).map((name) => [bare(name), values[bare(name)]]),
  );
}

/** Refuses every query parameter that the endpoint does not have. */
export function onlyQuery(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (name !== 'access_token' && !known.includes(name))
      badParameter(`Param ${name} is not a known parameter`);
  }
}

function bare(name: string): string {
  return name.replace(/\{.*$/, '');
}

/** The parameters of a POST, from the query and a form or JSON body, without the token. */
export function bodyParameters(request: SimRequest): Map<string, string> {
  const type = request.headers['content-type'] ?? '';
  const json = /^application\/json\b/i.test(type) ? request.body.json() : undefined;
  const isObject = typeof json === 'object' && json !== null;
  const values = isObject
    ? Object.entries(json).map(
        ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
      )
    : request.body.form();
  const parameters = new Map<string, string>();
  for (const [name, value] of [...request.query, ...values]) {
    // Meta's own library repeats the id of the node.
    if (name === 'access_token' || (name === 'id' && request.path.includes(`/${value}/`))) continue;
    if (parameters.has(name)) badParameter(`Param ${name} is given twice`);
    parameters.set(name, value);
  }
  return parameters;
}

/** Whether a moment lies between the query's since and until. */
export function timesIn(query: URLSearchParams): (at: number) => boolean {
  const since = whole(query.get('since') ?? '0', 'since') * 1000;
  const until = whole(query.get('until') ?? '9999999999', 'until') * 1000;
  return (at) => at >= since && at <= until;
}

/** One page of a list by cursors, with the address of the next one. */
export function pageOf<T extends { readonly id: string }>(
  { base }: SimWorld,
  { path, query }: Pick<SimRequest, 'path' | 'query'>,
  all: readonly T[],
  show: (one: T) => unknown,
  { size, max } = USUAL_PAGE,
): SimResponse {
  const limit = whole(query.get('limit') ?? String(size), 'limit');
  if (limit < 1 || limit > max) badParameter(`Param limit must be between 1 and ${max}`);
  const after = query.get('after');
  const start = after === null ? 0 : all.findIndex((one) => cursor(one) === after) + 1;
  if (after !== null && start === 0) badParameter('Invalid cursor');
  const page = all.slice(start, start + limit);
  const [first, last] = [page[0], page.at(-1)];
  if (first === undefined || last === undefined) return { status: 200, json: { data: [] } };
  const rest = new URLSearchParams(query);
  rest.set('after', cursor(last));
  const next = start + limit < all.length ? { next: `${base}${path}?${rest}` } : {};
  const paging = { cursors: { before: cursor(first), after: cursor(last) }, ...next };
  return { status: 200, json: { data: page.map(show), paging } };
}

/** GET /{id}/insights?metric=…; figures do not grow here. One metric that is not known fails the whole call. */
export function insightsOf(
  id: string,
  query: URLSearchParams,
  known: readonly string[],
  figure: (index: number) => number,
): SimResponse {
  const names = (query.get('metric') ?? '').split(',');
  if (!names.every((name) => known.includes(name)))
    badParameter(`metric[0] must be one of the following values: ${known.join(', ')}`);
  const data = names.map((name, index) => ({
    name,
    period: 'lifetime',
    values: [{ value: figure(index) }],
    title: name,
    id: `${id}/insights/${name}/lifetime`,
  }));
  return { status: 200, json: { data } };
}

/** Whole seconds and '+0000', as Meta writes times. */
export function graphTime(iso: string): string {
  return iso.replace(/(\.\d+)?Z$/, '+0000');
}

function cursor({ id }: { readonly id: string }): string {
  return Buffer.from(id).toString('base64url');
}

function whole(text: string, name: string): number {
  if (!/^\d+$/.test(text)) badParameter(`Param ${name} must be a number`);
  return Number(text);
}

import { badParameter } from './refusals.ts';

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

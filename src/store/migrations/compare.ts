import type { Catalog } from './catalog.ts';

/** Each difference between what a database has and what the migrations make, as a sentence. */
export function compareCatalogs(expected: Catalog, found: Catalog): readonly string[] {
  const things = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
  return things.flatMap((thing) => {
    const wanted = expected[thing];
    const is = found[thing];
    if (is === wanted) return [];
    const name = /^(rights|schema)/.test(thing) ? thing : `the ${thing}`;
    if (is === undefined) return [`Missing: ${name} (${wanted}).`];
    if (wanted === undefined) return [`Not from our migrations: ${name} (${is}).`];
    return [`Different: ${name} is “${is}” and should be “${wanted}”.`];
  });
}

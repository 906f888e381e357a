// Area/City or Area/Region/City. Only the form: 'IST' and 'EST' are known to Intl but name several zones or a
// fixed offset, 'UTC+5:30' and 'local' are Luxon's own inventions.
const ZONE_FORM = /^(?:utc|[a-z_]+(?:\/[a-z0-9_+-]+){1,2})$/i;

// Words of tz names that are not simply capitalised.
const IRREGULAR_WORDS = [
  ...['of', 'au', 'es', 'UTC', 'UCT', 'GMT', 'GMT0', 'US', 'ACT', 'LHI', 'NSW', 'IN'],
  ...['McMurdo', 'DumontDUrville', 'DeNoronha', 'EasterIsland', 'BajaNorte', 'BajaSur', 'ComodRivadavia'],
];
const CASING = new Map(IRREGULAR_WORDS.map((word) => [word.toLowerCase(), word]));

/**
 * The IANA name in its usual casing when the text, trimmed, is Area/City in any case or 'UTC' and Intl takes it;
 * else null. Aliases stay as they were named: Asia/Kolkata does not become Asia/Calcutta.
 */
export function acceptZone(text: string): string | null {
  const name = text.trim();
  if (!ZONE_FORM.test(name)) return null;
  const resolved = resolveWithIntl(name);
  if (resolved === null) return null;
  return resolved.toLowerCase() === name.toLowerCase() ? resolved : usualCasing(name);
}

// Asking Intl costs 0.14 ms; a page of 1,000 rows shares a handful of names.
const resolvedNames = new Map<string, string | null>();

/** Intl.supportedValuesOf is no judge: it lacks every alias, Asia/Kolkata among them (ICU 78, Node 20). */
function resolveWithIntl(name: string): string | null {
  const known = resolvedNames.get(name);
  if (known !== undefined) return known;
  const resolved = askIntl(name);
  resolvedNames.set(name, resolved);
  return resolved;
}

function askIntl(name: string): string | null {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

function usualCasing(name: string): string {
  return name
    .toLowerCase()
    .replace(/[a-z0-9]+/g, (word) => CASING.get(word) ?? word.charAt(0).toUpperCase() + word.slice(1));
}

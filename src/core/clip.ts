/**
 * The first `max` characters of a text, on one line, for quoting it inside a message; '…' when there was more.
 * Never ends in half a surrogate pair: PostgreSQL refuses such JSON. Control characters become spaces, because
 * messages reach terminals.
 */
export function clip(text: string, max: number): string {
  const start = [...text.slice(0, max * 2)].slice(0, max).join('');
  return (start.length < text.length ? `${start}…` : start).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

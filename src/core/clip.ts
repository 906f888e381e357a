/**
 * The first `max` characters of a text, for showing inside a message, with '…' when there was more. Never ends in half
 * a surrogate pair: PostgreSQL refuses such JSON.
 */
export function clip(text: string, max: number): string {
  const start = [...text.slice(0, max * 2)].slice(0, max).join('');
  return start.length < text.length ? `${start}…` : start;
}

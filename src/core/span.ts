/** Milliseconds as people say them: '3 d 4 h', '26 h', '12 min', '40 s'. At most two units. */
export function span(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  const parts: string[] = [];
  let rest = Math.max(0, ms);
  for (const [name, length] of units) {
    const count = Math.floor(rest / length);
    if (count > 0 || (name === 's' && parts.length === 0)) parts.push(`${count} ${name}`);
    rest -= count * length;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

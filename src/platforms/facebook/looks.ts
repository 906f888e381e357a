/** 1, 2, 4 … 60 seconds: most photos and short clips are ready at the first look, long videos take minutes. */
const LONGEST_MS = 60_000;

export function nextLook(now: Date, looks: number): Date {
  return new Date(now.getTime() + Math.min(1000 * 2 ** looks, LONGEST_MS));
}

/** Daily buckets that begin anew at midnight Pacific: https://developers.google.com/youtube/data/determine_quota_cost */
export interface Quota {
  /** Takes from a bucket; false when it is used up. Refused requests cost too. */
  take(bucket: string, amount: number, limit: number): boolean;
}

const PACIFIC_DAY = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles', dateStyle: 'short' });

export function makeQuota(now: () => Date): Quota {
  let day = '';
  const used = new Map<string, number>();
  return {
    take(bucket, amount, limit) {
      const today = PACIFIC_DAY.format(now());
      if (today !== day) used.clear();
      day = today;
      const sum = (used.get(bucket) ?? 0) + amount;
      if (sum > limit) return false;
      used.set(bucket, sum);
      return true;
    },
  };
}

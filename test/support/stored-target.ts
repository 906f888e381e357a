import type { StoredTarget } from '../../src/core/job.ts';

/** A target as the store answers it, with what matters to a test filled in. */
export function storedTarget(part: Partial<StoredTarget> = {}): StoredTarget {
  return {
    platform: 'facebook',
    accountId: '1',
    accountName: null,
    connectionId: null,
    origin: 'post',
    text: null,
    state: 'pending',
    fingerprint: null,
    revision: null,
    currentRevision: 'r',
    checkpoint: null,
    attempts: 0,
    heldSince: null,
    nextLookAt: null,
    due: true,
    platformPostId: null,
    idKind: null,
    platformPostUrl: null,
    publishedAt: null,
    warning: null,
    missing: null,
    error: null,
    effects: [],
    copyOf: null,
    hold: null,
    breakers: [],
    ...part,
  };
}

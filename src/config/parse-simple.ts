import { Secret } from '../core/secret.ts';
import { acceptZone } from '../core/zone.ts';
import type { Parse } from './variable.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** '90' (seconds), '500ms', '90s', '5m', '24h', '2d' → milliseconds; both bounds are inclusive milliseconds. */
export function duration(minMs: number, maxMs: number): Parse<number> {
  return (text) => {
    const match = /^(\d{1,9})\s*(ms|s|m|h|d)?$/i.exec(text);
    if (match === null) {
      return {
        problem: `is “${text}”, which is no duration`,
        hint: 'Write seconds (90) or 500ms, 90s, 5m, 24h, 2d.',
      };
    }
    const value = Number(match[1]) * (UNIT_MS[match[2]?.toLowerCase() ?? 's'] ?? 0);
    if (value >= minMs && value <= maxMs) return { value };
    return { problem: `is ${text}`, hint: `Write at least ${inWords(minMs)} and at most ${inWords(maxMs)}.` };
  };
}

function inWords(ms: number): string {
  const unit =
    ['d', 'h', 'm', 's'].find((candidate) => ms > 0 && ms % (UNIT_MS[candidate] ?? 1) === 0) ?? 'ms';
  return `${ms / (UNIT_MS[unit] ?? 1)}${unit}`;
}

export function integer(min: number, max: number): Parse<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return { value };
    return { problem: `is “${text}”`, hint: `Write a whole number from ${min} to ${max}.` };
  };
}

export function oneOf<const T extends string>(choices: readonly T[]): Parse<T> {
  return (text) => {
    const value = choices.find((choice) => choice === text.toLowerCase());
    return value === undefined
      ? { problem: `is “${text}”`, hint: `Write one of ${choices.join(', ')}.` }
      : { value };
  };
}

export const flag: Parse<boolean> = (text) => {
  const choice = oneOf(['0', '1', 'false', 'true'])(text);
  if ('problem' in choice) return { ...choice, hint: 'Write 1 for yes or 0 for no.' };
  return { value: choice.value === '1' || choice.value === 'true' };
};

export const text: Parse<string> = (value) =>
  value === '' ? { problem: 'holds only blanks', hint: 'Fill it in or leave it empty.' } : { value };

export const secretText: Parse<Secret> = (value) => {
  const parsed = text(value);
  return 'value' in parsed ? { value: new Secret(parsed.value) } : parsed;
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What is no uuid must never be read as "no limit", so there is no lenient form. */
export const userId: Parse<string> = (value) =>
  UUID.test(value)
    ? { value: value.toLowerCase() }
    : {
        problem: 'is set but is no user id, and is not taken as “all users”',
        hint: 'Copy the two lines that `content-publisher find-test-user <e-mail>` prints, or leave it empty.',
      };

export const email: Parse<string> = (value) =>
  /^[^\s@]+@[^\s@]+$/.test(value)
    ? { value }
    : { problem: 'is no e-mail address', hint: 'Write one address, or leave it empty.' };

export const zone: Parse<string> = (value) => {
  const accepted = acceptZone(value);
  return accepted === null
    ? {
        problem: `is “${value}”, which is no time zone we accept`,
        hint: 'Write an IANA name such as Europe/Berlin or Asia/Kolkata, or UTC.',
      }
    : { value: accepted };
};

const HOST = /^(?:[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/** 'media.local, 10.0.0.5:9000' → lower-case hosts, with their port where one is named. */
export const hostList: Parse<readonly string[]> = (value) => {
  const hosts = value
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((host) => host !== '');
  const bad = hosts.find((host) => !HOST.test(host));
  return bad === undefined
    ? { value: hosts }
    : {
        problem: `contains “${bad}”, which is no host name`,
        hint: 'Write hosts such as media.local or 10.0.0.5:9000, separated by commas.',
      };
};

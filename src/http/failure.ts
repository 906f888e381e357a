import { HttpFailure } from '../core/http.ts';

export type FailureReason = HttpFailure['reason'];

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
]);

/** Why no connection came about. Only for errors from before the first byte was written. */
export function connectReason(error: unknown, protocol: string): FailureReason {
  const { code, syscall } = details(error);
  if (code === 'PRIVATE_ADDRESS') return 'private_address';
  if (syscall === 'getaddrinfo' || code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'dns';
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return 'connect_timeout';
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') return 'aborted';
  if (code === CLOSED_BEFORE_SENDING) return 'reset';
  if (UNREACHABLE.has(code)) return 'refused';
  return protocol === 'https:' ? 'tls' : 'refused';
}

export const CLOSED_BEFORE_SENDING = 'CLOSED_BEFORE_SENDING';

export function httpFailure(
  sent: boolean,
  reason: FailureReason,
  host: string,
  limit: number,
  error?: unknown,
): HttpFailure {
  return new HttpFailure(sent, reason, sentence(reason, host, limit, details(error).code), plainCause(error));
}

function sentence(reason: FailureReason, host: string, limit: number, code: string): string {
  switch (reason) {
    case 'dns':
      return `The name ${host} could not be looked up (${code}).`;
    case 'private_address':
      return `The name ${host} leads to an address that is not public; nothing was sent there.`;
    case 'refused':
      return `${host} could not be reached (${code}).`;
    case 'connect_timeout':
      return `No connection to ${host} came about within ${limit / 1000} s.`;
    case 'tls':
      return `No secure connection to ${host} came about (${code}).`;
    case 'arm_expired':
      return `The permission to send to ${host} ended before the first byte left; nothing was sent.`;
    case 'timeout':
      return `${host} did not answer in full within ${limit / 1000} s.`;
    case 'reset':
      return `The connection to ${host} broke before the answer was complete (${code}).`;
    case 'aborted':
      return `The request to ${host} was stopped before the answer was complete.`;
    case 'too_large':
      return `${host} answered with more than ${limit} bytes.`;
  }
}

function details(error: unknown): { code: string; syscall: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  const syscall = error instanceof Error && 'syscall' in error ? String(error.syscall) : '';
  return { code, syscall };
}

/** undici's parser errors carry the bytes of the answer, where tokens can be: only message and code are kept. */
function plainCause(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const cause = new Error(error.message);
  return 'code' in error ? Object.assign(cause, { code: error.code }) : cause;
}

import { Refusal } from './refusal.ts';
import type { SimResponse } from './simulator.ts';

/** How Meta's simulated platforms refuse. */
export interface GraphError {
  readonly code: number;
  readonly subcode?: number;
  readonly message: string;
  readonly title?: string;
  readonly userMessage?: string;
  readonly data?: unknown;
  readonly type?: string;
  readonly transient?: boolean;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

let traces = 0;

/** The error shape of https://developers.facebook.com/docs/graph-api/guides/error-handling */
export function graphRefusal(error: GraphError): SimResponse {
  traces += 1;
  const trace = `Sim${traces}`;
  return {
    status: error.status ?? 400,
    headers: { 'x-fb-trace-id': trace, ...error.headers },
    json: {
      error: {
        message: error.message,
        type: error.type ?? 'OAuthException',
        code: error.code,
        ...(error.subcode === undefined ? {} : { error_subcode: error.subcode }),
        ...(error.data === undefined ? {} : { error_data: error.data }),
        is_transient: error.transient ?? false,
        ...(error.title === undefined ? {} : { error_user_title: error.title }),
        ...(error.userMessage === undefined ? {} : { error_user_msg: error.userMessage }),
        fbtrace_id: trace,
      },
    },
  };
}

export function refuse(error: GraphError): never {
  throw new Refusal(graphRefusal(error));
}

/** How all three refuse a token. */
export const TOKEN_ERRORS = {
  noToken: { code: 104, message: 'An access token is required to request this resource.' },
  badToken: { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' },
  tokenExpired: {
    code: 190,
    subcode: 463,
    message: 'Error validating access token: Session has expired on Saturday, 21-Nov-26 00:00:00 PST.',
  },
} as const satisfies Record<string, GraphError>;

/** (#100) as Graph words it. */
export function badParameter(what: string): never {
  return refuse({ code: 100, message: `(#100) ${what}` });
}

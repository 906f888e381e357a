import { Refusal } from './refusal.ts';
import type { SimResponse } from './simulator.ts';

/** How Meta's simulated platforms refuse. */
export interface GraphError {
  readonly code: number;
  readonly subcode?: number;
  readonly message: string;
  readonly title?: string;
  readonly userMessage?: string;
  readonly type?: string;
  readonly transient?: boolean;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The error shape of https://developers.facebook.com/docs/graph-api/guides/error-handling */
export function graphRefusal(error: GraphError): SimResponse {
  return {
    status: error.status ?? 400,
    ...(error.headers === undefined ? {} : { headers: error.headers }),
    json: {
      error: {
        message: error.message,
        type: error.type ?? 'OAuthException',
        code: error.code,
        ...(error.subcode === undefined ? {} : { error_subcode: error.subcode }),
        is_transient: error.transient ?? false,
        ...(error.title === undefined ? {} : { error_user_title: error.title }),
        ...(error.userMessage === undefined ? {} : { error_user_msg: error.userMessage }),
        fbtrace_id: 'AsimulatedTraceId0123456',
      },
    },
  };
}

export function refuse(error: GraphError): never {
  throw new Refusal(graphRefusal(error));
}

/** (#100) as Graph words it. */
export function badParameter(what: string): never {
  return refuse({ code: 100, message: `(#100) ${what}` });
}

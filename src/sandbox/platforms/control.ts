import { z } from 'zod';
import { type FaultBox, parseFaults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import { renderPage } from './page.ts';
import type { Pictures } from './pictures.ts';
import type { Fault, SimRequest, SimResponse } from './simulator.ts';

export interface ControlParts {
  readonly ledger: Ledger;
  readonly faults: FaultBox;
  readonly pictures: Pictures;
  platforms(): string[];
  /** @throws UnknownPlatform */
  setFaults(faults: readonly Fault[]): void;
}

export class UnknownPlatform extends Error {
  override readonly name = 'UnknownPlatform';

  constructor(platform: string) {
    super(`The sandbox does not simulate ${platform}.`);
  }
}

export type Control = (prefix: string, request: SimRequest) => SimResponse & { readonly bytes?: Buffer };

/** What the sandbox itself answers: the page of a person, the ledger and the fault knobs. */
export function createControl(parts: ControlParts): Control {
  return (prefix, request) => {
    const picture = /^\/media\/(\w+)$/.exec(request.path)?.[1];
    switch (`${request.method} /${prefix}${picture === undefined ? request.path : '/media'}`) {
      case 'GET /':
        return html(renderPage(parts.ledger.all(), parts.pictures.has));
      case 'GET /_sandbox/posts':
        return { status: 200, json: parts.ledger.all() };
      case 'GET /_sandbox/faults':
        return { status: 200, json: parts.faults.list() };
      case 'POST /_sandbox/faults':
        return setFaults(parts, request);
      case 'GET /_sandbox/media': {
        const found = parts.pictures.read(picture ?? '');
        if (found === null) return notFound(parts);
        return { status: 200, headers: { 'content-type': found.type }, bytes: found.bytes };
      }
      default:
        return notFound(parts);
    }
  };
}

function html(text: string): SimResponse {
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, text };
}

function notFound(parts: ControlParts): SimResponse {
  const known = parts.platforms().map((platform) => `/${platform}`);
  return {
    status: 404,
    json: { error: `Nothing is here. Simulated platforms: ${known.join(', ')}; see also /_sandbox/posts.` },
  };
}

function setFaults(parts: ControlParts, request: SimRequest): SimResponse {
  try {
    parts.setFaults(parseFaults(request.body.json()));
    return { status: 200, json: parts.faults.list() };
  } catch (error) {
    if (error instanceof z.ZodError) {
      return { status: 400, json: { error: `These are no faults: ${z.prettifyError(error)}` } };
    }
    if (error instanceof UnknownPlatform) return { status: 400, json: { error: error.message } };
    throw error;
  }
}

import type { SimResponse } from '../simulator.ts';

/** X's error bodies, as its documentation and the wild show them. */

const PROBLEMS = 'https://api.x.com/2/problems';

function problem(
  status: number,
  type: string,
  title: string,
  detail: string,
  more: object = {},
): SimResponse {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    json: { ...more, title, detail, type: type === '' ? 'about:blank' : `${PROBLEMS}/${type}`, status },
  };
}

/** `parameter`: what of the request is at fault. */
export function invalidRequest(detail: string, parameter?: string): SimResponse {
  const errors = [{ message: detail, parameters: parameter === undefined ? {} : { [parameter]: [] } }];
  const summary = 'One or more parameters to your request was invalid.';
  return problem(400, 'invalid-request', 'Invalid Request', summary, { errors });
}

export function badRequest(detail: string): SimResponse {
  return problem(400, 'invalid-request', 'Invalid Request', detail);
}

export function unauthorized(): SimResponse {
  return problem(401, '', 'Unauthorized', 'Unauthorized');
}

export function forbidden(detail: string): SimResponse {
  return problem(403, '', 'Forbidden', detail);
}

export function duplicateContent(): SimResponse {
  return forbidden('You are not allowed to create a Tweet with duplicate content.');
}

export function notAuthorized(detail: string): SimResponse {
  return problem(403, 'not-authorized-for-resource', 'Authorization Error', detail, {
    resource_type: 'post',
  });
}

export function creditsDepleted(): SimResponse {
  const detail = 'Your enrolled account does not have any credits to fulfill this request.';
  return problem(402, 'credits', 'CreditsDepleted', detail);
}

export function notFound(): SimResponse {
  return problem(404, 'resource-not-found', 'Not Found Error', 'Could not find what was asked for.', {
    resource_type: 'post',
  });
}

/** @param reset unix seconds */
export function tooManyRequests(reset: number): SimResponse {
  const answer = problem(429, '', 'Too Many Requests', 'Too Many Requests');
  return {
    ...answer,
    headers: {
      ...answer.headers,
      'x-rate-limit-limit': '100',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': String(reset),
    },
  };
}

export function serviceUnavailable(): SimResponse {
  return problem(503, '', 'Service Unavailable', 'Service Unavailable');
}

/** What a list of ids says of those that are not there. */
export function missingPost(id: string): object {
  return {
    value: id,
    detail: `Could not find tweet with ids: [${id}].`,
    title: 'Not Found Error',
    resource_type: 'tweet',
    parameter: 'ids',
    resource_id: id,
    type: `${PROBLEMS}/resource-not-found`,
  };
}

import type { SimResponse } from '../simulator.ts';

/** LinkedIn's error bodies as they are seen in the wild. */

export function badRequest(code: string, message: string): SimResponse {
  return { status: 400, json: { status: 400, code, message } };
}

export function missingField(field: string): SimResponse {
  return badRequest('MISSING_FIELD', `Field ${field} is required but it is not present`);
}

/** Rest.li's own validation: unknown fields never get as far as the resource. */
export function unrecognizedField(path: string): SimResponse {
  const message = `ERROR :: ${path} :: unrecognized field found but not allowed\n`;
  return { status: 422, json: { status: 422, message } };
}

export function accessDenied(resource: string): SimResponse {
  const message = `Not enough permissions to access: ${resource}`;
  return { status: 403, json: { status: 403, serviceErrorCode: 100, code: 'ACCESS_DENIED', message } };
}

export function notFound(what: string): SimResponse {
  return { status: 404, json: { status: 404, code: 'NOT_FOUND', message: `Could not find entity ${what}` } };
}

export function unauthorized(serviceErrorCode: number, code: string, message: string): SimResponse {
  return { status: 401, json: { status: 401, serviceErrorCode, code, message } };
}

export function expiredToken(): SimResponse {
  return unauthorized(65602, 'EXPIRED_ACCESS_TOKEN', 'The token used in the request has expired');
}

export function duplicatePost(urn: string): SimResponse {
  return {
    status: 422,
    json: {
      errorDetailType: 'com.linkedin.common.error.BadRequest',
      message: `com.linkedin.content.common.exception.BadRequestResponseException: Content is a duplicate of ${urn}`,
      errorDetails: {
        inputErrors: [{ description: 'Duplicate post is detected', input: {}, code: 'DUPLICATE_POST' }],
      },
      status: 422,
    },
  };
}

export function nonexistentVersion(version: string): SimResponse {
  const message = `Requested version ${version}01 is not active`;
  return { status: 426, json: { status: 426, code: 'NONEXISTENT_VERSION', message } };
}

export function throttled(): SimResponse {
  const message = 'Resource level throttle MEMBER DAY limit for calls to this resource is reached.';
  return { status: 429, json: { status: 429, serviceErrorCode: 101, code: 'TOO_MANY_REQUESTS', message } };
}

export function internalServerError(): SimResponse {
  const message = 'Internal Server Error';
  return { status: 500, json: { status: 500, code: 'INTERNAL_SERVER_ERROR', message } };
}

export function unsupportedMediaType(message: string): SimResponse {
  return { status: 415, json: { status: 415, message } };
}

export function payloadTooLarge(message: string): SimResponse {
  return { status: 413, json: { status: 413, message } };
}

import type { SimResponse } from '../simulator.ts';

/** Google's error body, https://developers.google.com/youtube/v3/docs/errors */
export function apiError(
  status: number,
  reason: string,
  message: string,
  more: { readonly domain?: string; readonly rpc?: string; readonly location?: string } = {},
): SimResponse {
  const { domain = 'global', rpc, location } = more;
  const where =
    location === undefined
      ? {}
      : { location, locationType: location === 'Authorization' ? 'header' : 'parameter' };
  return {
    status,
    json: {
      error: {
        code: status,
        message,
        errors: [{ message, domain, reason, ...where }],
        ...(rpc === undefined ? {} : { status: rpc }),
      },
    },
  };
}

/** The upload server in front of the API speaks plain text. */
export function uploadServerError(status: number, text: string): SimResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, text };
}

export function badRequest(message: string): SimResponse {
  return apiError(400, 'badRequest', message, { rpc: 'INVALID_ARGUMENT' });
}

export function invalidCredentials(): SimResponse {
  return apiError(
    401,
    'authError',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    { rpc: 'UNAUTHENTICATED', location: 'Authorization' },
  );
}

export function loginRequired(): SimResponse {
  return apiError(401, 'required', 'Login Required.', { rpc: 'UNAUTHENTICATED', location: 'Authorization' });
}

export function signupRequired(): SimResponse {
  return apiError(401, 'youtubeSignupRequired', 'Unauthorized', {
    domain: 'youtube.header',
    location: 'Authorization',
  });
}

export function insufficientScope(): SimResponse {
  return apiError(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.', {
    rpc: 'PERMISSION_DENIED',
  });
}

export function quotaExceeded(): SimResponse {
  return apiError(
    403,
    'quotaExceeded',
    'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.',
    { domain: 'youtube.quota' },
  );
}

export function uploadLimitExceeded(): SimResponse {
  return apiError(400, 'uploadLimitExceeded', 'The user has exceeded the number of videos they may upload.', {
    domain: 'youtube.video',
  });
}

export function uploadRateLimitExceeded(): SimResponse {
  return apiError(429, 'uploadRateLimitExceeded', 'The channel has uploaded too many videos recently.', {
    domain: 'youtube.video',
    rpc: 'RESOURCE_EXHAUSTED',
  });
}

export function invalidMetadata(reason: string, what: string): SimResponse {
  return apiError(400, reason, `The request metadata specifies ${what}.`, {
    domain: 'youtube.video',
    location: 'body.snippet',
  });
}

export function backendError(): SimResponse {
  return apiError(503, 'backendError', 'Backend Error', { rpc: 'UNAVAILABLE' });
}

export function notFoundPage(): SimResponse {
  return {
    status: 404,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
    text: '<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p><b>404.</b> <ins>That’s an error.</ins></html>',
  };
}

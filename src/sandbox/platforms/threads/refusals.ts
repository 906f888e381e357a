import { type GraphError, TOKEN_ERRORS } from '../graph-refusal.ts';

/** What Threads has been seen to say; it documents no list of its errors. */
export const ERRORS = {
  linkLimit: {
    code: 100,
    type: 'THApiException',
    message: 'Param text contains too many links: THREADS_API__LINK_LIMIT_EXCEEDED',
  },
  textTooLong: {
    code: 100,
    type: 'THApiException',
    message: 'Param text must be at most 500 characters long.',
  },
  // github.com/gitroomhq/postiz-app/issues/1364
  notFetchable: {
    code: 1,
    subcode: 2207052,
    message: 'Media download has failed.',
    title: 'Media download has failed',
    userMessage: 'The media could not be fetched from this URI.',
  },
  imageUnusable: { code: 100, type: 'THApiException', message: 'The image cannot be used.' },
  // github.com/gitroomhq/postiz-app/pull/2047, github.com/fbsamples/threads_api/issues/70
  containerMissing: {
    code: 24,
    subcode: 4279009,
    message: 'The requested resource does not exist',
    title: 'Media Not Found',
    userMessage: 'The media cannot be found.',
  },
  objectMissing: {
    code: 100,
    subcode: 33,
    type: 'GraphMethodException',
    message:
      'Unsupported request. Object does not exist, cannot be loaded due to missing permissions, or does not support this operation.',
  },
  dailyCap: {
    code: 9,
    subcode: 2207042,
    message: 'Application request limit reached',
    userMessage: 'You reached the maximum number of posts that is allowed within 24 hours.',
  },
  permission: {
    code: 10,
    status: 403,
    message: '(#10) Application does not have permission for this action',
  },
  ...TOKEN_ERRORS,
  tokenTooYoung: { code: 100, message: 'The access token must be at least 24 hours old to be refreshed.' },
  callLimit: { code: 613, message: '(#613) Calls to this api have exceeded the rate limit.' },
  serverError: {
    code: 2,
    status: 500,
    transient: true,
    message: 'An unexpected error has occurred. Please retry your request later.',
  },
} as const satisfies Record<string, GraphError>;

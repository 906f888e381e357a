import { type GraphError, refuse, TOKEN_ERRORS } from '../graph-refusal.ts';
import { Refusal } from '../refusal.ts';

/** The upload host has an error shape of its own. */
export function refuseUpload(status: number, type: string, message: string, retriable = false): never {
  throw new Refusal({ status, json: { debug_info: { retriable, type, message } } });
}

const USAGE = {
  type: 'pages',
  call_count: 100,
  total_cputime: 31,
  total_time: 34,
  estimated_time_to_regain_access: 1,
};

export const ERRORS = {
  ...TOKEN_ERRORS,
  mayNotPublish: {
    code: 200,
    message:
      '(#200) If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin with sufficient administrative permission',
  },
  mayNotComment: {
    code: 200,
    message: '(#200) Requires pages_manage_engagement permission to manage the object',
  },
  mayNotRead: {
    code: 10,
    message:
      "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature.",
  },
  photo: {
    code: 100,
    subcode: 1366046,
    message: 'Invalid parameter',
    title: "Can't Read Files",
    userMessage:
      "Your photos couldn't be uploaded. Photos should be smaller than 10 MB and saved as JPG, PNG, GIF or TIFF files.",
  },
  photosUsed: {
    code: 100,
    subcode: 1366051,
    message: 'Invalid parameter',
    title: 'Already Posted',
    userMessage: 'These photos were already posted.',
  },
  duplicate: {
    code: 506,
    subcode: 1455006,
    message: '(#506) Duplicate status message',
    title: 'Duplicate Status Update',
    userMessage:
      'This status update is identical to the last one you posted. Try posting something different, or delete your previous update.',
  },
  sessionOver: {
    code: 6001,
    subcode: 1363041,
    message: 'Invalid upload session. Please try uploading it again.',
  },
  wrongVideo: {
    code: 6000,
    message: 'There was a problem uploading your video file. Please try again with another file.',
  },
  rateLimit: {
    code: 80001,
    message: '(#80001) There have been too many calls to this Page account. Wait a bit and try again.',
    headers: { 'x-business-use-case-usage': JSON.stringify({ '1': [USAGE] }) },
  },
  unknown: { code: 1, message: 'An unknown error has occurred.', status: 500 },
} as const satisfies Record<string, GraphError>;

export function missingObject(id: string): never {
  return refuse({
    code: 100,
    subcode: 33,
    type: 'GraphMethodException',
    message: `Unsupported get request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`,
  });
}

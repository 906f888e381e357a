import { type GraphError, TOKEN_ERRORS } from '../graph-refusal.ts';

// Messages of https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
export const ERRORS = {
  mediaType: {
    code: 100,
    subcode: 2207023,
    message: 'Unknown media type',
    userMessage: 'The media type {media-type} is unknown.',
  },
  carouselCount: {
    code: 100,
    subcode: 2207028,
    message: 'Invalid number of carousel children',
    userMessage:
      'Your post won’t work as a carousel. Carousels need at least 2 photos/videos and no more than 10 photos/videos.',
  },
  mentions: {
    code: 100,
    subcode: 2207040,
    message: 'Too many tags',
    userMessage: 'Cannot use more than 20 tags per created media.',
  },
  notFetchable: {
    code: 9004,
    subcode: 2207052,
    message: 'Only photo or video can be accepted as media type.',
    title: 'Media download has failed. The media URI doesn’t meet our requirements.',
    userMessage: 'The media could not be fetched from this URI.',
  },
  imageTooLarge: {
    code: 36000,
    subcode: 2207004,
    message: 'The image size is too large.',
    title: 'Image size too large',
    userMessage: 'The image is too large to download. It should be less than 8 MiB.',
  },
  imageFormat: {
    code: 36001,
    subcode: 2207005,
    message: 'The image format is not supported.',
    userMessage: 'The image format is not supported. Supported format is JPEG.',
  },
  imageRatio: {
    code: 36003,
    subcode: 2207009,
    message: 'The submitted image with aspect ratio cannot be published.',
    userMessage:
      'The submitted image’s aspect ratio is not supported. Please submit an image with a valid aspect ratio.',
  },
  captionTooLong: {
    code: 36004,
    subcode: 2207010,
    message: 'The caption was too long.',
    userMessage: 'The caption was too long. It should be at most 2200 characters.',
  },
  videoFormat: {
    code: 352,
    subcode: 2207026,
    message: 'The video format is not supported.',
    userMessage: 'The video format is not supported. Please check spec for supported streams format.',
  },
  notReady: {
    code: 9007,
    subcode: 2207027,
    message: 'Media ID is not available',
    title: 'Cannot publish',
    userMessage: 'The media is not ready to be published. Please wait a moment.',
  },
  containerMissing: {
    code: 24,
    subcode: 2207008,
    message: 'The requested resource does not exist',
    userMessage: 'The media builder with that creation id does not exist or has expired.',
  },
  dailyCap: {
    code: 9,
    subcode: 2207042,
    message: 'Application request limit reached',
    userMessage:
      'You reached the maximum number of posts that is allowed to be published by Content Publishing API.',
  },
  objectMissing: {
    code: 100,
    subcode: 33,
    type: 'GraphMethodException',
    message:
      'Unsupported request. Object does not exist, cannot be loaded due to missing permissions, or does not support this operation.',
  },
  permission: {
    code: 10,
    status: 403,
    message: '(#10) Application does not have permission for this action',
  },
  ...TOKEN_ERRORS,
  callLimit: {
    code: 80002,
    subcode: 2446079,
    message: '(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.',
    headers: {
      'x-business-use-case-usage': JSON.stringify({
        '17841400000000000': [
          {
            type: 'instagram',
            call_count: 100,
            total_cputime: 25,
            total_time: 25,
            estimated_time_to_regain_access: 5,
          },
        ],
      }),
    },
  },
  serverError: {
    code: 2,
    status: 500,
    transient: true,
    message: 'An unexpected error has occurred. Please retry your request later.',
  },
  restricted: {
    code: 25,
    subcode: 2207050,
    message: 'The Instagram account is restricted.',
    userMessage: 'The Instagram professional account is inactive, checkpointed, or restricted.',
  },
} as const satisfies Record<string, GraphError>;

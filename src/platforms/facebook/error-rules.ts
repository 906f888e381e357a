import type { ErrorRule } from '../../core/errors.ts';
import { TRANSIENT_KEY } from '../../http/graph.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const RECONNECT = 'Connect the Facebook Page again in the app.';
const NOTHING = 'Nothing to do: it is tried again.';
const LATER = 'Nothing to do: the post goes out when Facebook allows it again.';
const CORRECT = 'Correct the post and schedule it again.';
const NEW_FILE =
  'Export the video again as MP4 (H.264, AAC), attach the new file and schedule the post again.';
const NEW_PHOTO = 'Save the photo as JPEG of at most 4 MB, attach it and schedule the post again.';
const GRANT =
  'Connect the Page again in the app with a person who may create content there, and grant every permission.';

/**
 * By code/subcode, by subcode under any code (`*`), by code.
 * Codes: https://developers.facebook.com/docs/graph-api/guides/error-handling, 1363…: video-api/reference/error-codes
 * and video-api/guides/reels-publishing; other subcodes as met by github.com/gitroomhq/postiz-app and trypostit/trypost.
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  ...rules(
    withCodes([190, 102], 458),
    'auth',
    'The Facebook app was removed by the person who connected the Page.',
    RECONNECT,
  ),
  ...rules(
    withCodes([190, 102], 459),
    'auth',
    'Facebook wants the person who connected the Page to pass a security check.',
    'Log in at facebook.com, follow the instructions there, then connect the Page again in the app.',
  ),
  ...rules(
    withCodes([190, 102], 460),
    'auth',
    'The person who connected the Page has changed the password.',
    RECONNECT,
  ),
  ...rules(withCodes([190, 102], 463), 'auth', 'The access token of the Page has expired.', RECONNECT),
  ...rules(
    withCodes([190, 102], 464),
    'auth',
    'The Facebook user who connected the Page is not confirmed.',
    'Log in at facebook.com and confirm the user, then connect the Page again in the app.',
  ),
  ...rules(withCodes([190, 102], 467), 'auth', 'The access token of the Page is no longer valid.', RECONNECT),
  ...rules(
    withCodes([190, 102], 492),
    'auth',
    'The person who connected the Page has no role on it any more.',
    GRANT,
  ),
  ...rules([190, 102], 'auth', 'Facebook does not accept the access token of the Page.', RECONNECT),
  ...rules(
    ['*/1609008'],
    'rejected',
    'Facebook does not let Pages share links to facebook.com through other programs.',
    'Remove the link and schedule the post again, or share it on facebook.com itself.',
  ),
  ...rules(
    ['*/1404078'],
    'auth',
    'Facebook asks for the Page publishing authorization before this Page may publish.',
    'Open the Page on facebook.com, complete the authorization, then connect the Page again in the app.',
  ),
  ...rules(
    ['*/1363042', 1363042, '*/1363005', 1363005],
    'auth',
    'The connection may not upload videos to the Page.',
    GRANT,
  ),
  ...rules(
    [3, 10, ...range(200, 299)],
    'auth',
    'The connection lacks a permission that publishing on the Page needs.',
    GRANT,
  ),
  ...rules(
    [368],
    'rate_limited',
    'Facebook has blocked publishing on this Page because of its policies.',
    'Open the Page on facebook.com and look at Page quality and the support inbox; posts wait a day before they are tried again.',
    { scope: 'account', waitMs: DAY_MS },
  ),
  ...rules([4, 341], 'rate_limited', 'Our Facebook app has used up its calls of this hour.', LATER, {
    scope: 'app',
    waitMs: HOUR_MS,
  }),
  ...rules(
    [17, 32, 613, ...range(80_000, 80_014)],
    'rate_limited',
    'Facebook is asked too often for this Page.',
    LATER,
    { scope: 'account', waitMs: HOUR_MS },
  ),
  ...rules(
    ['*/1390008', 1390008, '*/1349125', 1349125],
    'rate_limited',
    'The Page publishes too fast for Facebook.',
    LATER,
    { scope: 'account', waitMs: HOUR_MS },
  ),
  ...rules(
    [12, 2500],
    'config',
    'Facebook does not offer what is asked for in this version of its API.',
    'Update this program, or set FACEBOOK_API_VERSION to a version that Meta still serves.',
    { scope: 'platform' },
  ),
  ...rules(
    [506],
    'rejected',
    'Facebook refuses the same post as the one just before.',
    'Change the text, or leave the post out, because the same one is on the Page already.',
  ),
  ...rules(
    ['*/1366051', 1366051],
    'rejected',
    'These photos are already on the Page in another post.',
    'Look at the Page; choose other photos when this post is not there.',
  ),
  ...rules(
    [1_609_005, '*/1609005'],
    'rejected',
    'Facebook could not read the linked page.',
    'Open the link in the Sharing Debugger (developers.facebook.com/tools/debug), mend it or remove it, and schedule the post again.',
  ),
  ...rules(
    [1500],
    'rejected',
    'Facebook does not accept the address of the link.',
    'Correct the link and schedule the post again.',
  ),
  ...rules(
    ['*/1346003', 1346003, '*/1404102', 1404102],
    'rejected',
    'Facebook has flagged the content as against its rules.',
    'Change the text or the files and schedule the post again.',
  ),
  ...rules(
    ['*/1363040', 1363040],
    'rejected',
    'Facebook does not take a reel of this shape; it must lie between 9:16 and 16:9.',
    NEW_FILE,
  ),
  ...rules(
    ['*/1363127', 1363127],
    'rejected',
    'The resolution of the video is too low; Facebook needs at least 540 × 960.',
    NEW_FILE,
  ),
  ...rules(
    ['*/1363128', 1363128],
    'rejected',
    'Facebook does not take a reel or story of this length (3 to 90 s, stories up to 60 s).',
    'Shorten the video, attach the new file and schedule the post again.',
  ),
  ...rules(['*/1363129', 1363129], 'rejected', 'Facebook needs 24 to 60 frames per second.', NEW_FILE),
  ...rules(
    ['*/1363022', 1363022, '*/1363025', 1363025, 382],
    'rejected',
    'The video is too small or too short for Facebook.',
    NEW_FILE,
  ),
  ...rules(
    ['*/1363023', 1363023, '*/1363026', 1363026],
    'rejected',
    'The video is too large or too long for Facebook.',
    'Shorten the video, attach the new file and schedule the post again.',
  ),
  ...rules(
    [...bare([1363024, 1363031, 1363032]), 352, 'ProcessingFailedError'],
    'rejected',
    'Facebook cannot read the video.',
    NEW_FILE,
  ),
  ...rules(
    [389],
    'rejected',
    'Facebook could not fetch the file.',
    'Attach the file again and schedule the post again.',
  ),
  ...rules(
    [324, '*/1366046', 1366046],
    'rejected',
    'Facebook does not accept the photo: it is too large, damaged or of a format it does not know.',
    NEW_PHOTO,
  ),
  // 1363019, 1363020, 1363021, 1363030, 1363033, 1363037, 1363041, 1363045: "please try uploading it again".
  ...rules(
    [...bare([1363019, 1363020, 1363021, 1363030, 1363033, 1363037, 1363041, 1363045]), 6000, 6001],
    'temporary',
    'The upload of the video to Facebook was interrupted.',
    NOTHING,
  ),
  ...rules(
    ['OffsetInvalidError', 'PartialRequestError'],
    'temporary',
    'The upload of the video to Facebook was interrupted.',
    NOTHING,
  ),
  ...rules(
    [...bare([1363047, 1609010]), 1, 2, TRANSIENT_KEY],
    'temporary',
    'Facebook has a fault of its own.',
    NOTHING,
  ),
  ...rules(
    ['100/33'],
    'rejected',
    'Facebook does not find the Page or the file, or the connection may not see it.',
    'Check that the Page exists and is public, connect it again in the app, and schedule the post again.',
  ),
  ...rules([100], 'rejected', 'Facebook does not accept a detail of the post.', CORRECT),
];

/** Before ERROR_RULES, for a comment: https://developers.facebook.com/docs/pages-api/comments-mentions */
export const COMMENT_RULES: readonly ErrorRule[] = rules(
  [3, 10, ...range(200, 299)],
  'rejected',
  'The connection may publish on the Page, but not comment there.',
  'Connect the Page again in the app and grant the permission pages_manage_engagement; "content-publisher retry" then sends the comment.',
);

function rules(
  keys: readonly (string | number)[],
  kind: ErrorRule['kind'],
  message: string,
  hint: string,
  more: Pick<ErrorRule, 'scope' | 'waitMs'> = {},
): ErrorRule[] {
  return keys.map((key) => ({ key: `${key}`, kind, message, hint, ...more }));
}

function withCodes(codes: readonly number[], subcode: number): string[] {
  return codes.map((code) => `${code}/${subcode}`);
}

/** Video errors come as code on one endpoint and as subcode on another. */
function bare(codes: readonly number[]): string[] {
  return codes.flatMap((code) => [`*/${code}`, `${code}`]);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

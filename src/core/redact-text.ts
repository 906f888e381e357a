import { MASK, maskKnownSecrets } from './secret.ts';

/**
 * Names whose value is a secret wherever it stands: object keys, headers, form fields, query parameters.
 * Compared by their end, in lower case without separators: `fb_exchange_token`, `X-Api-Key`, `clientSecret`.
 * Upload and session URLs are permissions to write, so they count as well.
 */
const SECRET_NAME_ENDINGS = [
  'token',
  'tokens',
  'tokenencrypted',
  'secret',
  'password',
  'passwd',
  'passphrase',
  'authorization',
  'cookie',
  'apikey',
  'accesskey',
  'secretkey',
  'privatekey',
  'encryptionkey',
  'rolekey',
  'signature',
  'credential',
  'credentials',
  'jwt',
  'appsecretproof',
  'uploadurl',
  'uploaduri',
  'sessionurl',
  'sessionuri',
  'signedurl',
];

/** Secret as a query parameter only; as object keys these words mean harmless things. */
const SECRET_PARAMETERS = new Set([
  'sig',
  'auth',
  'hmac',
  'ut', // LinkedIn's upload URLs
  'uploadid', // YouTube's session URLs
  'awsaccesskeyid',
  'googleaccessid',
]);

function fold(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Whether a value under this name has to be masked. */
export function isSecretName(name: string): boolean {
  const folded = fold(name);
  return (
    folded === 'sig' || folded === 'auth' || SECRET_NAME_ENDINGS.some((ending) => folded.endsWith(ending))
  );
}

function isSecretParameter(name: string): boolean {
  const folded = fold(name);
  return (
    isSecretName(name) ||
    SECRET_PARAMETERS.has(folded) ||
    folded.startsWith('xamz') ||
    folded.startsWith('xgoog')
  );
}

/**
 * Values that give themselves away. Every pattern starts behind a character that cannot belong to the value, so a
 * megabyte of letters is read once; '#' and '@' are excluded because hashtags and handles are text.
 */
const SECRET_VALUES = [
  // Meta: Facebook, Instagram (IGAA, IGQ) and Threads (THAA, THQ); the short form has an upper-case fourth letter.
  /(?<![\w#@])EAA(?:[A-Z][\w-]{8,}|[\w-]{24,})/g,
  /(?<![\w#@])(?:IGAA|IGQ|THAA|THQ)[\w-]{24,}/g,
  // LinkedIn
  /(?<![\w#@])AQ[\w-]{28,}/g,
  // Google: access token, refresh token, client secret, API key
  /(?<![\w#@])ya29\.[\w-]+/g,
  /(?<![\w:/.])1\/\/0[\w-]{4,}|(?<![\w:/.])1\/\/[\w-]{16,}/g,
  /(?<![\w#@])GOCSPX-[\w-]{8,}/g,
  /(?<![\w#@])AIza[\w-]{30,}/g,
  // TikTok: access and refresh token
  /(?<![\w#@.])(?:act|rft)\.[A-Za-z0-9]{20,}[\w!.-]*/g,
  // Supabase
  /(?<![\w#@])sb_secret_[\w-]+/g,
  /(?<![\w#@])sbp_[a-f0-9]{20,}/g,
  // JSON Web Token: base64url of '{"' is 'eyJ'
  /(?<![\w#@-])eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g,
  // Fernet: version 0x80 and a 64-bit time whose first three bytes are zero
  /(?<![\w#@-])gAAAA[\w-]{16,}={0,2}/g,
];

/** `Bearer of good news` and `OAuth 2.0` are text; a credential is long, and has a digit or is very long. */
const SCHEME_CREDENTIAL = /\b(Bearer|OAuth|DPoP) +(?!\d\.\d)(?=\S*\d|\S{24})[\w.~+/=|:-]{8,}/gi;
const BASIC_CREDENTIAL = /\b(Basic) +(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)[A-Za-z0-9+/]{16,}={0,2}/g;
const WHOLE_HEADER = /^(Bearer|DPoP) +[\w.~+/=|:-]+$/;
/** `authorization: OAuth x` inside a dumped request. */
const AUTHORIZATION_LINE = /\b(authorization["']?\s?[:=]\s?["']?(?:Bearer|OAuth|Basic|DPoP)) +[^\s"',[]+/gi;

/** Where a name stands before its value. Only the name is matched: a harmless value may hold another pair. */
interface Pair {
  readonly name: RegExp;
  /** Sticky, read right behind the name; what `around` holds stays on both sides of the mask. */
  readonly value: RegExp;
  readonly isSecret: (name: string) => boolean;
}

const PAIRS: readonly Pair[] = [
  // "name":"value" in JSON text, also JSON within a JSON string (\"name\":\"value\")
  {
    name: /(\\{0,8}["'])(?<name>[\w.-]{1,64})\1\s?:\s?/g,
    value:
      /(?<around>["'])(?:\\.|(?!\k<around>)[^\\\n])*\k<around>|(?<escaped>\\{1,8}["'])(?:(?!\k<escaped>)[^\n])*\k<escaped>/y,
    isSecret: isSecretName,
  },
  // ?name=value; name=value at the very start is a form body
  {
    name: /(?:^|[?&;#])(?<name>[\w.~-]{1,64})=/g,
    value: /[^&#\s"'<>\\]+/y,
    isSecret: isSecretParameter,
  },
  // the same percent-encoded, once or more, inside another URL
  {
    name: /%(?:25){0,3}(?:3F|26)(?<name>[\w.~-]{1,64})%(?:25){0,3}3D/gi,
    value: /(?:(?!%(?:25){0,3}26)[^&#\s"'<>\\])+/iy,
    isSecret: isSecretParameter,
  },
  // access_token=value, CLIENT_SECRET:value in running text: only names that no sentence contains. Behind a blank
  // (`ENCRYPTION_KEY: is not set`) only what looks random.
  {
    name: /(?<![\w#@-])(?<name>[a-z]\w{0,60}_(?:token|secret|password|key|signature))\s?[=:]\s?/gi,
    value: /(?<around>["']?)(?:(?<=[=:]["']?)[^\s&"',;<>]+|(?=[^\s"']*\d)[^\s&"',;<>]{12,})\k<around>/y,
    isSecret: isSecretName,
  },
];

/** `https://user:password@host`, `postgres://user:password@host` */
const URL_PASSWORD = /:\/\/([^\s/:@?#"'<>]*):[^\s/"'<>]+@/g;

function maskPairs(text: string, { name, value, isSecret }: Pair): string {
  let masked = '';
  let done = 0;
  for (const match of text.matchAll(name)) {
    const start = match.index + match[0].length;
    if (match.index < done || !isSecret(match.groups?.['name'] ?? '')) continue;
    value.lastIndex = start;
    const found = value.exec(text);
    if (found === null) continue;
    const around = found.groups?.['around'] ?? found.groups?.['escaped'] ?? '';
    masked += `${text.slice(done, start)}${around}${MASK}${around}`;
    done = value.lastIndex;
  }
  return masked + text.slice(done);
}

/**
 * Masks the secrets that this process knows, and what looks like one, and leaves every other character as it is.
 * Idempotent, linear in the length of the text.
 */
export function redactText(text: string): string {
  let result = maskKnownSecrets(text);
  // First, because what a mask leaves behind can end a value that a name begins, never the other way round.
  for (const pattern of SECRET_VALUES) result = result.replace(pattern, MASK);
  result = result.replace(WHOLE_HEADER, `$1 ${MASK}`).replace(URL_PASSWORD, `://$1:${MASK}@`);
  for (const pair of PAIRS) result = maskPairs(result, pair);
  return result
    .replace(AUTHORIZATION_LINE, `$1 ${MASK}`)
    .replace(SCHEME_CREDENTIAL, `$1 ${MASK}`)
    .replace(BASIC_CREDENTIAL, `$1 ${MASK}`);
}

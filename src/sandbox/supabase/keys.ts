import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { loadLite } from './lite.ts';

const HOUR_SECONDS = 3600;

const Expiry = z.object({ exp: z.number() });

export interface ProjectKeys {
  /** sb_publishable_…: acts as anon. */
  readonly anonKey: string;
  /** sb_secret_…: acts as service_role. */
  readonly serviceRoleKey: string;
  /** The same two as the JWTs that older projects still use. */
  readonly anonJwt: string;
  readonly serviceRoleJwt: string;
  /** HS256. */
  readonly jwtSecret: string;
}

export async function makeKeys(): Promise<ProjectKeys> {
  const lite = await loadLite();
  const [anon, service] = await Promise.all([
    lite.generateApiKey('publishable'),
    lite.generateApiKey('secret'),
  ]);
  const jwtSecret = randomBytes(32).toString('hex');
  return {
    anonKey: anon.key,
    serviceRoleKey: service.key,
    anonJwt: signJwt({ role: 'anon', iss: 'supabase' }, jwtSecret),
    serviceRoleJwt: signJwt({ role: 'service_role', iss: 'supabase' }, jwtSecret),
    jwtSecret,
  };
}

/** The access token that a signed-in user's browser sends. Valid for an hour. */
export function signUserJwt(userId: string, jwtSecret: string): string {
  return signJwt({ sub: userId, role: 'authenticated', aud: 'authenticated' }, jwtSecret);
}

function signJwt(claims: Record<string, string>, secret: string): string {
  const iat = Math.floor(Date.now() / 1000);
  const body = [
    { alg: 'HS256', typ: 'JWT' },
    { ...claims, iat, exp: iat + HOUR_SECONDS },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${body}.${signatureOf(body, secret).toString('base64url')}`;
}

/** The claims of a token that was signed with this secret and has not expired; undefined for any other. */
export function verifyJwt(token: string, secret: string): unknown {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const expected = signatureOf(`${header}.${payload}`, secret);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  const expiry = Expiry.safeParse(claims);
  return expiry.success && expiry.data.exp * 1000 > Date.now() ? claims : undefined;
}

function signatureOf(body: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(body).digest();
}

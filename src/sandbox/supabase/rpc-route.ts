import type { FunctionInfo } from '@supabase/lite';
import type { PostgresConnection } from '@supabase/lite/postgres';
import { z } from 'zod';
import type { ProjectKeys } from './keys.ts';
import { connectionErrorOf, httpStatusOf, postgrestErrorOf } from './postgrest-error.ts';
import { claimsOf, type RequestClaims } from './request-claims.ts';

/** As hosted projects set it (db-extra-search-path). */
const SEARCH_PATH = '"public", "extensions"';

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

const Arguments = z.record(z.string(), z.unknown());

/** Of the two statements' results only the second counts. */
const ValueRows = z.tuple([z.unknown(), z.tuple([z.object({ value: z.string().nullable() })])]);

type Answer = (request: Request) => Promise<Response>;

/**
 * Answers POST /rest/v1/rpc/<function> in PostgREST's way, for functions that return one value or nothing.
 *
 * lite's own way turns an object passed as jsonb into a JSON string, answers a raised error as 500 "SUP" without
 * detail and hint, and takes 13 round trips to the database where this takes one. Whatever is not plainly answerable
 * here (sets, overloads, unknown names, refused keys, GET) is left to lite through `next`.
 */
export function rpcRoute(
  connection: PostgresConnection,
  keys: ProjectKeys,
): (request: Request, next: Answer) => Promise<Response> {
  return async (request, next) => {
    const url = new URL(request.url);
    const name = decodeURIComponent(url.pathname.slice('/rest/v1/rpc/'.length));
    const claims = claimsOf(request.headers, keys);
    if (claims === undefined || !isPlainCall(request, url)) return next(request);
    const body = (await request.text()) || '{}';
    const { functions = [] } = await connection.introspect({ useCache: true });
    const named = functions.filter((one) => one.schema === 'public' && one.name === name);
    const callee = named[0];
    const given = argumentNames(body);
    if (callee === undefined || named.length > 1 || given === undefined || !accepts(callee, given))
      return next(new Request(request.url, { method: 'POST', headers: request.headers, body }));
    const settings = requestSettings(request, url, claims);
    try {
      // Several statements in one message are one transaction and one round trip; an error undoes them without more.
      const results = await connection.driver
        .unsafe(
          `select set_config(key, value, true) from json_each_text(${literal(settings)}); ${callSql(callee, given, body)}`,
        )
        .simple();
      const value = ValueRows.parse(results)[1][0].value ?? 'null';
      if (callee.return_type === 'void') return new Response(null, { status: 204 });
      return new Response(value, { headers: JSON_HEADERS });
    } catch (error) {
      const problem = postgrestErrorOf(error) ?? connectionErrorOf(error);
      const status = httpStatusOf(problem.code, claims.role);
      return new Response(JSON.stringify(problem), { status, headers: JSON_HEADERS });
    }
  };
}

function isPlainCall(request: Request, url: URL): boolean {
  const { headers } = request;
  return (
    request.method === 'POST' &&
    url.search === '' &&
    (headers.get('content-profile') ?? 'public') === 'public' &&
    !headers.get('prefer') &&
    /^(\*\/\*|application\/json)?$/.test(headers.get('accept') ?? '') &&
    (headers.get('content-type') ?? 'application/json').startsWith('application/json')
  );
}

function argumentNames(body: string): string[] | undefined {
  try {
    return Object.keys(Arguments.parse(JSON.parse(body)));
  } catch {
    return undefined;
  }
}

function accepts(callee: FunctionInfo, given: readonly string[]): boolean {
  const { arg_names: names, arg_types: types } = callee;
  const required = names.slice(0, names.length - callee.arg_defaults);
  const isOneValue = callee.return_typtype === 'b' || callee.return_type === 'void';
  return (
    isOneValue &&
    !callee.return_is_setof &&
    !callee.has_out_args &&
    !callee.has_variadic &&
    names.length === types.length &&
    given.every((name) => names.includes(name)) &&
    required.every((name) => given.includes(name))
  );
}

/** One row with the value as JSON text; the body's JSON becomes typed arguments inside the database. */
function callSql(callee: FunctionInfo, given: readonly string[], body: string): string {
  const args = given.map((name) => `${quote(name)} := args.${quote(name)}`);
  const call = `public.${quote(callee.name)}(${args.join(', ')})`;
  const value = callee.return_type === 'void' ? call : `to_json(${call})`;
  const columns = given.map(
    (name) => `${quote(name)} ${callee.arg_types[callee.arg_names.indexOf(name)] ?? 'text'}`,
  );
  const from =
    given.length === 0 ? '' : `from json_to_record(${literal(body)}) as args(${columns.join(', ')})`;
  return `select (${value})::text as value ${from}`;
}

/** With standard_conforming_strings, the default, quotes are all there is to escape; JSON has no NUL. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** The transaction's settings as PostgREST makes them; `role` is what switches the role. */
function requestSettings(request: Request, url: URL, claims: RequestClaims): string {
  return JSON.stringify({
    search_path: SEARCH_PATH,
    role: claims.role,
    'request.jwt.claims': JSON.stringify(claims),
    'request.method': request.method,
    'request.path': url.pathname.slice('/rest/v1'.length),
    'request.headers': JSON.stringify(Object.fromEntries(request.headers)),
  });
}

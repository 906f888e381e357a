import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Exchange } from './conversation.ts';

/** A JSON Schema; addresses inside begin with '#/' and mean the document. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

export interface Operation {
  readonly query: Readonly<Record<string, Schema>>;
  readonly needed: readonly string[];
  /** undefined: it takes no body of this type */
  body(type: string): Schema | undefined;
  /** undefined: the description knows no such answer; null: it has no body to speak of */
  answer(status: number, type: string): Schema | null | undefined;
}

export interface Description {
  readonly document: object;
  /** undefined: there is no such request */
  operation(method: string, path: string): Operation | undefined;
}

/** What a platform's own description has against an exchange. */
export type Check = (exchange: Exchange) => string[];

export function checkBy({ document, operation }: Description): Check {
  // Descriptions hold keywords and formats of their own.
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  formats.default(ajv);
  ajv.addSchema({ ...(JSON.parse(loose(JSON.stringify(document))) as object), $id: 'description' });

  function faults(value: unknown, schema: Schema): string[] {
    const absolute = loose(JSON.stringify(schema)).replaceAll('"$ref":"#/', '"$ref":"description#/');
    const validate = ajv.compile(JSON.parse(absolute) as object);
    validate(value);
    const invalid = (validate.errors ?? []).map(({ instancePath, message = '', params }) =>
      `${instancePath.replace(/\/\d+/g, '/#')} ${message} ${JSON.stringify(params)}`.trim(),
    );
    return [...invalid, ...unknownNames(value, schema, document).map((name) => `${name} is not described`)];
  }

  return (exchange) => {
    const { method, path, query, headers, body, status, answer } = exchange;
    const found = operation(method, path);
    const where = `${method} ${path.replace(/\d{6,}/g, '…')}`;
    if (found === undefined) return [`${where}: there is no such request`];
    const said: string[] = [];
    for (const [name, text] of Object.entries(query)) {
      const schema = found.query[name];
      if (schema === undefined) said.push(`query: ${name} is not described`);
      else
        said.push(
          ...faults(parsed(text, resolve(schema, document)), schema).map((one) => `query ${name}: ${one}`),
        );
    }
    for (const name of found.needed) if (query[name] === undefined) said.push(`query: ${name} is missing`);
    const type = headers['content-type'] ?? '';
    if (body !== null) {
      const schema = found.body(type.replace(/;.*/, ''));
      if (schema === undefined) said.push(`body: ${type} is not described`);
      else if (!('bytes' in Object(body))) {
        const sent = /\bjson\b/.test(type) ? body : fieldsOf(body, resolve(schema, document), document);
        said.push(...faults(sent, schema).map((one) => `body: ${one}`));
      }
    }
    const shown = found.answer(status, typeof answer === 'object' && answer !== null ? 'json' : 'text');
    if (shown === undefined) said.push(`answer ${status} is not described`);
    else if (shown !== null) said.push(...faults(answer, shown).map((one) => `answer ${status}: ${one}`));
    return said.map((one) => `${where}: ${one}`);
  };
}

/** Descriptions say 'one of' where several may fit. */
function loose(json: string): string {
  return json.replaceAll('"oneOf":', '"anyOf":');
}

export function resolve(schema: Schema, document: object): Schema {
  if (schema.$ref === undefined) return schema;
  let at: unknown = document;
  for (const step of schema.$ref.split('/').slice(1))
    at = (at as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  return resolve(at as Schema, document);
}

/** Names anywhere in a value that no branch of its schema has: typing errors of a simulator are valid otherwise. */
function unknownNames(value: unknown, schema: Schema, document: object, at = ''): string[] {
  const branches = branchesOf(schema, document);
  if (Array.isArray(value)) {
    const items = branches.flatMap((branch) => branch.items ?? []);
    return value.flatMap((one) => unknownNames(one, { anyOf: items }, document, `${at}[]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  // Without names it takes all.
  if (branches.every(({ properties }) => properties === undefined)) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const fitting = branches.flatMap(({ properties, additionalProperties }) => {
      const more = additionalProperties === true ? {} : additionalProperties;
      return properties?.[name] ?? (more === false || more === undefined ? [] : more);
    });
    if (fitting.length === 0) return [`${at}.${name}`];
    return unknownNames(inner, { anyOf: fitting }, document, `${at}.${name}`);
  });
}

function branchesOf(schema: Schema, document: object): Schema[] {
  const { allOf = [], oneOf = [], anyOf = [], ...own } = resolve(schema, document);
  return [own, ...[...allOf, ...oneOf, ...anyOf].flatMap((one) => branchesOf(one, document))];
}

function parsed(text: string, { type }: Schema): unknown {
  if (type === 'integer' || type === 'number') return Number(text);
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return type === 'array' ? text.split(',') : text;
}

/** Of a form; the wire log has its files apart. */
function fieldsOf(body: unknown, { properties = {} }: Schema, document: object): Record<string, unknown> {
  const { _files = [], ...fields } = body as { readonly _files?: readonly { readonly name: string }[] };
  const typed = Object.entries(fields as Record<string, string>).map(
    ([name, text]) => [name, parsed(text, resolve(properties[name] ?? {}, document))] as const,
  );
  return Object.fromEntries([...typed, ..._files.map(({ name }) => [name, ''] as const)]);
}

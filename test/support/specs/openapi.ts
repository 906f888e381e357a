import { type Description, type Operation, resolve, type Schema } from './description.ts';

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}
interface Described {
  readonly parameters?: readonly Schema[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** OpenAPI 3. */
export function openApi(document: OpenApi): Description {
  const templates = Object.keys(document.paths)
    .map((template) => ({ template, pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`) }))
    // '/users/me' before '/users/{id}'
    .toSorted((one, other) => one.template.split('{').length - other.template.split('{').length);

  function operation(method: string, path: string): Operation | undefined {
    const found = templates.find(({ pattern }) => pattern.test(path));
    const item = document.paths[found?.template ?? ''] ?? {};
    const described = item[method.toLowerCase()] as Described | undefined;
    if (described === undefined) return undefined;
    const all = [
      ...(described.parameters ?? []),
      ...((item['parameters'] as readonly Schema[] | undefined) ?? []),
    ];
    const query = all
      .map((parameter) => resolve(parameter, document) as unknown as Parameter)
      .filter((parameter) => parameter.in === 'query');
    return {
      query: Object.fromEntries(query.map(({ name, schema }) => [name, schema])),
      needed: query.filter(({ required }) => required === true).map(({ name }) => name),
      body: (type) => described.requestBody?.content[type]?.schema,
      answer(status, type) {
        const response = described.responses[String(status)] ?? described.responses['default'];
        if (response === undefined) return undefined;
        const { content } = resolve(response as Schema, document) as { readonly content?: Content };
        const schemas = Object.entries(content ?? {}).flatMap(([name, { schema }]) =>
          name.includes(type) ? (schema ?? []) : [],
        );
        return schemas.length === 0 ? null : { anyOf: schemas };
      },
    };
  }
  return { document, operation };
}

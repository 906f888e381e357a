import type { Description, Operation, Schema } from './description.ts';

interface Parameter {
  readonly type: string;
  readonly required?: boolean;
  readonly repeated?: boolean;
  readonly location: string;
}
interface Method {
  readonly httpMethod: string;
  readonly path: string;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly request?: { readonly $ref: string };
  readonly response?: { readonly $ref: string };
  readonly mediaUpload?: { readonly protocols: { readonly simple: { readonly path: string } } };
}
export interface Discovery {
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly schemas: Readonly<Record<string, object>>;
  readonly resources: Readonly<Record<string, { readonly methods?: Readonly<Record<string, Method>> }>>;
}

/** Google's discovery document: https://developers.google.com/discovery/v1/reference/apis */
export function discovery(google: Discovery): Description {
  const document = { schemas: schemasOf(google.schemas) as object };
  const methods = Object.values(google.resources).flatMap((resource) =>
    Object.values(resource.methods ?? {}),
  );

  function operation(method: string, path: string): Operation | undefined {
    // A session of an upload is asked by PUT, which the document does not know.
    const wanted = method === 'PUT' ? 'POST' : method;
    const found = methods.find(
      ({ httpMethod, path: plain, mediaUpload }) =>
        httpMethod === wanted && [`/${plain}`, mediaUpload?.protocols.simple.path].includes(path),
    );
    if (found === undefined) return undefined;
    const own = Object.entries({ ...google.parameters, ...found.parameters });
    const session: Record<string, Parameter> =
      method === 'PUT' ? { upload_id: { type: 'string', location: 'query' } } : {};
    const parameters = [...own, ...Object.entries(session)];
    const schema = (of: { readonly $ref: string } | undefined): Schema | undefined =>
      of === undefined ? undefined : { $ref: `#/schemas/${of.$ref}` };
    return {
      query: Object.fromEntries(
        parameters.map(([name, { type, repeated }]) => [name, { type: repeated === true ? 'array' : type }]),
      ),
      needed: own.filter(([, { required }]) => required === true).map(([name]) => name),
      body: (type) =>
        /json/.test(type) ? schema(found.request) : path.startsWith('/upload/') ? {} : undefined,
      // Errors and 308 are no part of the document.
      answer: (status, type) => (status === 200 && type === 'json' ? schema(found.response) : null),
    };
  }
  return { document, operation };
}

/** In draft 3, 'required' is a word of the property and '$ref' a bare name. */
function schemasOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schemasOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
      if (name === 'required' && typeof inner === 'boolean') return [];
      if (name === '$ref') return [[name, `#/schemas/${String(inner)}`]];
      // Names for people ('id'), and formats of numbers that are sent as text.
      if ((name === 'id' || name === 'format') && typeof inner === 'string') return [];
      return [[name, schemasOf(inner)]];
    }),
  );
}

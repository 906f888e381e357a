import type { Description, Operation, Schema } from './description.ts';

interface Typed {
  readonly name: string;
  readonly type: string;
  readonly required?: boolean;
}
interface Node {
  readonly apis: readonly {
    readonly method: string;
    readonly endpoint?: string;
    readonly return?: string;
    readonly params: readonly Typed[];
  }[];
  readonly fields: readonly Typed[];
}
interface Enum {
  readonly name: string;
  readonly values: readonly string[];
}
export interface Graph {
  readonly nodes: Readonly<Record<string, Node>>;
  readonly enums: readonly Enum[];
  /** What the node of a path may be. */
  readonly kindsOf: (id: string) => readonly string[];
}

/** Every read knows them, and no file says so: https://developers.facebook.com/docs/graph-api/results */
const PAGING = ['fields', 'limit', 'after', 'before', 'since', 'until', 'access_token'];
const BARE: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  datetime: { type: 'string' },
  bool: { type: 'boolean' },
  int: { type: 'integer' },
  'unsigned int': { type: 'integer' },
};

/** Meta's description for its SDKs, Graph v25.0: names of parameters, names and types of fields. */
export function graph({ nodes, enums, kindsOf }: Graph): Description {
  const fields = (kind: string): Schema => {
    const { apis = [], fields: own = [] } = nodes[kind] ?? {};
    const edges = apis.filter(({ method, endpoint }) => method === 'GET' && endpoint !== undefined);
    return {
      properties: Object.fromEntries([
        ['id', { type: 'string' }],
        ...edges.map(({ endpoint }) => [endpoint, {}]),
        ...own.map(({ name, type }) => [name, BARE[type] ?? {}]),
      ]),
    };
  };
  const parameter = ({ type }: Typed): Schema => {
    const values = enums.find(({ name }) => type === name || type === `${name}_enum_param`)?.values;
    // Guides and description do not agree on the case.
    return values === undefined ? {} : { enum: values.flatMap((value) => [value, value.toLowerCase()]) };
  };

  function operation(method: string, path: string): Operation | undefined {
    const [, , id = '', edge] = path.split('/');
    const kinds = kindsOf(id);
    if (edge === undefined) return method === 'GET' ? reads(kinds, []) : undefined;
    const apis = kinds.flatMap((kind) => nodes[kind]?.apis ?? []);
    const api = apis.find((one) => one.method === method && one.endpoint === edge);
    if (api === undefined) return undefined;
    if (method === 'GET') return reads([api.return ?? ''], api.params, true);
    const body = {
      properties: Object.fromEntries(api.params.map((one) => [one.name, parameter(one)])),
      required: api.params.filter(({ required }) => required === true).map(({ name }) => name),
    };
    return { query: {}, needed: [], body: () => body, answer: () => null };
  }

  function reads(kinds: readonly string[], params: readonly Typed[], list = false): Operation {
    const one = { anyOf: kinds.map(fields) };
    const page = { properties: { data: { type: 'array', items: one }, paging: {} }, required: ['data'] };
    return {
      query: Object.fromEntries([...PAGING, ...params.map(({ name }) => name)].map((name) => [name, {}])),
      needed: [],
      body: () => undefined,
      // How it refuses is no part of the description.
      answer: (status) => (status === 200 ? (list ? page : one) : null),
    };
  }
  return { document: {}, operation };
}

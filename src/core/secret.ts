import { inspect } from 'node:util';

export const MASK = '[secret]';

/** A value that shows itself only to who asks for it by name; logs, templates and JSON get '[secret]'. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

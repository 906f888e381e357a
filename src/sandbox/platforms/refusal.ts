import type { SimResponse } from './simulator.ts';

/** Thrown inside a simulator, answered as it stands. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly response: SimResponse;

  constructor(response: SimResponse) {
    super(`refused with ${response.status}`);
    this.response = response;
  }
}

export function refuse(response: SimResponse): never {
  throw new Refusal(response);
}

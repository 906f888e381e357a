import type { SimWorld } from './simulator.ts';

/** Whether this is the secret of our app, where any account (`extra.clientSecret`) says what that is. */
export function isClientSecret(world: SimWorld, secret: string | null): boolean {
  const known = world.accounts.map(({ extra }) => extra?.['clientSecret']).filter((one) => one !== undefined);
  return known.length === 0 || known.includes(secret ?? '');
}

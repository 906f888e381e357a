import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { insufficientScope, invalidCredentials, loginRequired } from './answers.ts';

export interface Auth {
  /** The account that the request's token is for, or the refusal. */
  check(
    request: SimRequest,
    scopes: readonly string[],
  ): { readonly account: SimAccount } | { readonly refusal: SimResponse };
  /** Whose token it is, while it lives. */
  accountOf(token: string): SimAccount | undefined;
  /** A new access token; earlier ones live on until their own end, as Google's do. */
  refresh(account: SimAccount, lifeMs: number): string;
}

const SCOPE_PREFIX = 'https://www.googleapis.com/auth/';

export function makeAuth(world: SimWorld): Auth {
  const earlier: {
    readonly account: string;
    readonly token: string;
    readonly expiresAt: number | undefined;
  }[] = [];

  function accountOf(token: string): SimAccount | undefined {
    const now = world.now().getTime();
    const alive = (expiresAt: number | undefined): boolean => expiresAt === undefined || now < expiresAt;
    const current = world.accounts.find(
      (account) => account.token === token && alive(account.tokenExpiresAt),
    );
    if (current !== undefined) return current;
    const old = earlier.find((entry) => entry.token === token && alive(entry.expiresAt));
    return world.accounts.find(({ id }) => id === old?.account);
  }

  return {
    accountOf,
    check(request, scopes) {
      const [, token] = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '') ?? [];
      if (token === undefined) return { refusal: loginRequired() };
      const account = accountOf(token);
      if (account === undefined) return { refusal: invalidCredentials() };
      const granted = account.scopes.map((scope) => scope.replace(SCOPE_PREFIX, ''));
      return scopes.some((scope) => granted.includes(scope)) ? { account } : { refusal: insufficientScope() };
    },
    refresh(account, lifeMs) {
      earlier.push({ account: account.id, token: account.token, expiresAt: account.tokenExpiresAt });
      const token = `ya29.sim-${world.nextNumber()}`;
      world.replaceAccount({ ...account, token, tokenExpiresAt: world.now().getTime() + lifeMs });
      return token;
    },
  };
}

import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { loadOptional, MissingPackageError } from './optional-package.ts';

const require = createRequire(import.meta.url);

/** The error that Node throws, whatever loader a test runs under. */
function notFound(specifier: string): Error {
  return Object.assign(new Error(`Cannot find package '${specifier}' imported from /somewhere.js`), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
}

describe('loadOptional', () => {
  it('names the missing package and the command that installs it', async () => {
    const error: unknown = await loadOptional('@supabase/lite', () =>
      Promise.reject(notFound('@supabase/lite')),
    ).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MissingPackageError);
    expect(error).toMatchObject({
      message: 'The sandbox needs the package @supabase/lite, which is not installed.',
      hint: 'Install it with: npm install --save-dev @supabase/lite',
    });
  });

  it('recognizes what require.resolve throws', async () => {
    const resolving = loadOptional('no-such-package-of-ours', () =>
      require.resolve('no-such-package-of-ours'),
    );
    await expect(resolving).rejects.toBeInstanceOf(MissingPackageError);
  });

  it('passes on what an installed package lacks itself', async () => {
    const fault = notFound('its-own-dependency');
    await expect(loadOptional('@supabase/lite', () => Promise.reject(fault))).rejects.toBe(fault);
  });
});

/**
 * Thrown when a package that only sandbox, demo and tests need is not installed.
 * The message names the package, `hint` the command that installs it.
 */
export class MissingPackageError extends Error {
  override readonly name = 'MissingPackageError';
  readonly code = 'MISSING_PACKAGE';
  readonly hint: string;

  constructor(packageName: string, cause: unknown) {
    super(`The sandbox needs the package ${packageName}, which is not installed.`, { cause });
    this.hint = `Install it with: npm install --save-dev ${packageName}`;
  }
}

/**
 * Loads an optional peer dependency.
 * A fault inside an installed package is passed on unchanged: only "there is no such package" becomes MissingPackageError.
 */
export async function loadOptional<T>(packageName: string, load: () => Promise<T> | T): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (isNotFound(error, packageName)) throw new MissingPackageError(packageName, error);
    throw error;
  }
}

/** Node names the missing specifier in the message; a dependency that the package itself lacks is another fault. */
function isNotFound(error: unknown, packageName: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  const missing = error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND';
  return missing && error.message.includes(`'${packageName}`);
}

// Who may know whom. `npm run rules` checks it (scripts/check-rules.ts).
const TESTS = '\\.test\\.ts$';
const ADAPTERS = 'http|media|store|security|config|log';

/** Files in `from` import nothing of src but what `may` matches. */
const only = (name, comment, from, may) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TESTS },
  to: { path: '^src/', pathNot: may },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only(
      'core-knows-nobody',
      'src/core decides; it does no IO and knows no adapter.',
      '^src/core/',
      '^src/core/',
    ),
    only(
      'tick-knows-core',
      'src/tick tells the story; what it uses is handed in.',
      '^src/tick/',
      '^src/(core|tick)/',
    ),
    only(
      'adapters-know-core-and-themselves',
      'An adapter that needs another one gets it handed in by src/cli.',
      `^src/(${ADAPTERS})/`,
      '^src/(core|$1)/',
    ),
    only(
      'platforms-know-core-http-media',
      'A platform knows neither the database nor the tick.',
      '^src/platforms/',
      '^src/(core|http|media|platforms)/',
    ),
    only(
      'platforms-never-each-other',
      'What two platforms share is written twice, or belongs to src/http or src/core.',
      '^src/platforms/([^/]+)/',
      '^src/((core|http|media)|platforms/$1)/',
    ),
    {
      name: 'only-cli-knows-the-sandbox',
      comment: 'The program must not depend on what pretends to be the world.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(cli|sandbox)/', TESTS] },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'nobody-knows-the-cli',
      comment: 'src/cli wires the parts; a part that needs something of it gets it handed in.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(cli|sandbox)/', TESTS] },
      to: { path: '^src/cli/' },
    },
    {
      name: 'core-needs-few-packages',
      comment: 'Pure code: Node itself, luxon for time, zod for parsing.',
      severity: 'error',
      from: { path: '^src/core/', pathNot: TESTS },
      to: { path: '^node_modules/', pathNot: '^node_modules/(luxon|@types/luxon|zod)/' },
    },
    {
      name: 'the-program-needs-no-development-package',
      comment:
        'It would be missing after `npm ci --omit=dev`. The sandbox says which of its packages are missing.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/sandbox/', TESTS] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'nothing-knows-a-test',
      comment: 'What only tests need stands in test/support.',
      severity: 'error',
      from: { path: '^(src|scripts)/', pathNot: TESTS },
      to: { path: ['^test/', TESTS] },
    },
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-dead-ends',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: { path: '^(src|scripts|test)/' },
      to: { couldNotResolve: true, pathNot: '^no-such-package-of-ours$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // A package of its own, whose libraries are not always there.
    exclude: { path: '^test/fidelity/' },
    // Types count too: knowing somebody's type is knowing them.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};

import { readFileSync } from 'node:fs';
import { z } from 'zod';

// For .ci/run: prints "<passed> <failed>" from vitest's JSON report. A file that did not even load counts as one
// failed test, and so does a run without any test.
const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

const report = Report.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
const broken = report.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && assertionResults.every((assertion) => assertion.status !== 'failed'),
);
const none = report.numPassedTests + report.numFailedTests === 0 ? 1 : 0;
process.stdout.write(`${report.numPassedTests} ${report.numFailedTests + broken.length + none}\n`);

import { readFile, writeFile } from 'node:fs/promises';
import { platforms } from '../src/platforms/index.ts';
import { platformTable, TABLE_BEGINS, TABLE_ENDS } from './platform-table.ts';

// Writes what each platform takes into README.md, after a change of any platform's capabilities; test/docs.test.ts
// fails until then.
const readme = new URL('../README.md', import.meta.url);
const text = await readFile(readme, 'utf8');
const [before = '', rest = ''] = text.split(TABLE_BEGINS);
const [, after = ''] = rest.split(TABLE_ENDS);
const table = platformTable(Object.values(platforms).map(({ capabilities }) => capabilities));
await writeFile(readme, `${before}${TABLE_BEGINS}\n\n${table}\n\n${TABLE_ENDS}${after}`);

import type postgres from 'postgres';

export type Row = Readonly<Record<string, unknown>>;

const CHUNK = 1_000;

/**
 * Inserts rows of any shape; a column that a row does not name gets its default. One statement for up to 1,000 rows
 * that name the same columns: the table's own row type converts, so that arrays, jsonb, dates and NULL need no care.
 */
export async function insertRows(sql: postgres.Sql, table: string, rows: readonly Row[]): Promise<void> {
  for (const alike of byColumns(rows)) {
    const columns = sql(Object.keys(alike[0] ?? {}));
    for (let start = 0; start < alike.length; start += CHUNK) {
      await sql`
        insert into ${sql(table)} (${columns})
        select ${columns}
        from json_populate_recordset(null::${sql(table)}, ${JSON.stringify(alike.slice(start, start + CHUNK))}::text::json)`;
    }
  }
}

function byColumns(rows: readonly Row[]): Iterable<readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = Object.keys(row).sort().join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups.values();
}

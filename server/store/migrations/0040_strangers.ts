import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What was rescued of handhelds that are not known here, until somebody decides. Their text is that of the series. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql
    .raw(
      `create table stranger (
         series text not null, device text not null, warehouse_id int not null, at timestamptz not null, steps int not null, shown jsonb not null,
         state text not null default 'waits' check (state in ('waits', 'opened', 'given', 'aside')),
         worker uuid, decided_at timestamptz, words text, target int, primary key (series, device))`,
    )
    .execute(db)
}

import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Photos that people took on the floor, by their content, and what each belongs to. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table photo (
     warehouse_id int not null, sha text not null, bytes bytea not null, size int not null, width int not null, height int not null,
     device_id int not null, received_at timestamptz not null,
     primary key (warehouse_id, sha))`,
  // Packed once already: packing them again would only cost time.
  `alter table photo alter column bytes set storage external`,
  `create index photo_device on photo (warehouse_id, device_id, received_at)`,
  `create index photo_received on photo (warehouse_id, received_at)`,
  `create table photo_link (
     warehouse_id int not null, sha text not null, kind text not null check (kind in ('command', 'code')), subject text not null,
     client uuid, device_id int not null, taken_at timestamptz not null,
     primary key (warehouse_id, sha, kind, subject))`,
  `create index photo_link_subject on photo_link (warehouse_id, kind, subject)`,
]

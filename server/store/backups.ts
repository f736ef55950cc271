import { sql } from 'kysely'
import type { BackupStore, Held } from '../backup-ports.ts'
import { json } from './names.ts'
import type { Executor } from './names.ts'
import { transact } from './transaction.ts'

const LAST = 'backup'
const BEGUN = 'backup.begun'

/**
 * What a handheld is told that is in no backup yet: 0 where backups are made, so that it keeps everything until the next
 * one; null where none ever was.
 */
export const backedUpPart = sql<number | null>`(select 0 from setting where name = ${sql.lit(LAST)})`

/** How far backups go, by the epochs of handhelds. */
export const makeBackupStore = (db: Executor): BackupStore => ({
  held: () => readHeld(db),
  begin: async (id, at) => {
    await save(db, BEGUN, { id, at, held: await readHeld(db) })
  },
  begun: async id => {
    const { rows } = await sql<{ value: { id: string; held: Held } }>`
      select value from setting where name = ${BEGUN} and value->>'id' = ${id}`.execute(db)
    return rows[0]?.value.held ?? null
  },
  secured: (held, at) =>
    transact(db, async trx => {
      // Never above what is here: numbers that were lost since are given to other commands.
      await sql`
        update device_cursor d set durable_seq = greatest(coalesce(d.durable_seq, 0), least(x.seq, d.last_seq))
        from jsonb_to_recordset(${json(held)}) as x(warehouse int, device int, epoch text, seq bigint)
        where d.warehouse_id = x.warehouse and d.device_id = x.device and d.epoch = x.epoch`.execute(trx)
      await save(trx, LAST, { at })
      await sql`delete from setting where name = ${BEGUN}`.execute(trx)
      return { keep: true, answer: undefined }
    }),
  lastAt: async () => {
    const { rows } = await sql<{ at: string }>`select value->>'at' as at from setting where name = ${LAST}`.execute(db)
    return rows[0]?.at ?? null
  },
})

const readHeld = async (db: Executor): Promise<Held> => {
  const { rows } = await sql<Held[number]>`
    select warehouse_id as warehouse, device_id as device, epoch, last_seq as seq from device_cursor
    order by warehouse_id, device_id, epoch`.execute(db)
  return rows
}

const save = async (db: Executor, name: string, value: unknown): Promise<void> => {
  await sql`insert into setting (name, value) values (${name}, ${json(value)})
    on conflict (name) do update set value = excluded.value`.execute(db)
}

import { sql } from 'kysely'
import type { ClientId } from '../../shared/ids.ts'
import type { PhotoStore, SentPhoto } from '../photo-ports.ts'
import { idOf } from './names.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'

const DAY = sql`interval '24 hours'`

export const makePhotoStore = (db: Executor, names: Names): PhotoStore => ({
  keep: async (photo, allowance) => {
    const warehouse = await names.warehouse(db, photo.warehouse)
    const device = idOf(await names.device(db, [photo.device]), 'device', photo.device)
    return transact(db, async trx => {
      // One photo of a device after the other, so that two at once do not both find the last of the allowance.
      await sql`select id from device where id = ${device} for update`.execute(trx)
      if (!(await isKnown(trx, warehouse, photo.sha))) {
        const { count, bytes } = await sentToday(trx, warehouse, device, photo.now)
        if (count >= allowance.count || bytes + photo.bytes.byteLength > allowance.bytes)
          return { keep: false, answer: 'full' as const }
        await write(trx, warehouse, device, photo)
      }
      await link(trx, warehouse, device, photo)
      return { keep: true, answer: 'kept' as const }
    })
  },
  bytes: async ({ warehouse, sha, clients }) => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<{ bytes: Uint8Array }>`
      select bytes from photo p where warehouse_id = ${id} and sha = ${sha} and ${seenBy(clients)}`.execute(db)
    return rows[0]?.bytes ?? null
  },
  forget: async (warehouse, before) => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<{ n: number }>`
      with gone as (
        delete from photo where warehouse_id = ${id} and received_at < ${before}::timestamptz returning sha
      ), unlinked as (
        delete from photo_link where warehouse_id = ${id} and sha in (select sha from gone)
      )
      select count(*) as n from gone`.execute(db)
    return rows[0]?.n ?? 0
  },
})

/** A photo belongs to whoever one of its links belongs to. */
const seenBy = (clients: readonly ClientId[] | null) =>
  clients === null
    ? sql`true`
    : sql`exists (select from photo_link l where l.warehouse_id = p.warehouse_id and l.sha = p.sha
                  and l.client = any(${[...clients]}::uuid[]))`

const isKnown = async (trx: Executor, warehouse: number, sha: string): Promise<boolean> => {
  const { rows } = await sql`select from photo where warehouse_id = ${warehouse} and sha = ${sha}`.execute(trx)
  return rows.length > 0
}

const sentToday = async (
  trx: Executor,
  warehouse: number,
  device: number,
  now: string,
): Promise<{ count: number; bytes: number }> => {
  const { rows } = await sql<{ count: number; bytes: number }>`
    select count(*) as count, coalesce(sum(size), 0)::bigint as bytes from photo
    where warehouse_id = ${warehouse} and device_id = ${device} and received_at > ${now}::timestamptz - ${DAY}`.execute(
    trx,
  )
  return rows[0] ?? { count: 0, bytes: 0 }
}

/** As text: the two drivers hand bytes on differently. */
const write = async (trx: Executor, warehouse: number, device: number, photo: SentPhoto): Promise<void> => {
  const { sha, bytes, width, height, now } = photo
  await sql`
    insert into photo (warehouse_id, sha, bytes, size, width, height, device_id, received_at)
    values (${warehouse}, ${sha}, decode(${Buffer.from(bytes).toString('base64')}::text, 'base64'), ${bytes.byteLength}, ${width},
            ${height}, ${device}, ${now}::timestamptz)
    on conflict (warehouse_id, sha) do nothing`.execute(trx)
}

const link = async (trx: Executor, warehouse: number, device: number, photo: SentPhoto): Promise<void> => {
  const { sha, kind, subject, client, takenAt } = photo
  await sql`
    insert into photo_link (warehouse_id, sha, kind, subject, client, device_id, taken_at)
    values (${warehouse}, ${sha}, ${kind}, ${subject}, ${client}::uuid, ${device}, ${takenAt}::timestamptz)
    on conflict (warehouse_id, sha, kind, subject) do nothing`.execute(trx)
}

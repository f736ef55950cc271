import { sql } from 'kysely'
import type { Line } from '../../shared/catalogue.ts'
import type { ExceptionKind } from '../../shared/exception.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import type { Address } from '../../shared/ledger/stock.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import type { deskApp } from './desk-app.ts'

/** Exceptions of one desk: they happen, are settled by its supervisor, and what came of that is read from the books. */
export const inboxOf = (desk: Awaited<ReturnType<typeof deskApp>>) => {
  const { people, key, site } = desk
  let n = 0
  return {
    /** A command that moves goods and contradicts the books. */
    happens: async (kind: ExceptionKind, subject: string, body: object, effects: Partial<Effects> = {}) => {
      n += 1
      const id = derivedId('exception', kind, subject, n)
      await desk.facts([{ ...NOTHING, ...effects, exceptions: [{ id, kind, subject, body: { ...body } }] }])
      return id
    },
    settle: async (exception: string, choice: string, args: object = {}, expectedVersion = 1) => {
      n += 1
      const ask = { id: derivedId('decision', 'remedy', n), exception, expectedVersion, choice, words: 'seen', args }
      const { body } = await desk.write('/api/exceptions', { worker: people.sevda.id, decisions: [ask] })
      return (body as { results: Record<string, unknown>[] }).results[0]
    },
    /** What the last fact has moved goes back, as an undo of it does that. */
    takeBack: async ({ movements }: Effects) => {
      const device = site.devices[0]!.id
      const { rows } = await sql<{ epoch: string; seq: number }>`
        select k.epoch, k.seq::int as seq from command k join device d on d.id = k.device_id
        where d.uid = ${device} order by k.feed_seq desc, k.seq desc limit 1`.execute(desk.opened.db)
      const back = movements.map(m => ({ ...m, from: m.to, to: m.from }))
      await desk.facts([{ ...NOTHING, movements: back, undone: [{ device, ...rows[0]! }] }])
    },
    /** Movements of the first item, or of the goods named. */
    goes: (qty: number, from: Address, to: Address, of = key()): Effects => {
      const [movement] = desk.arrived(qty, of).movements
      return { ...NOTHING, movements: [{ ...movement!, from, to }] }
    },
    stock: async (place: string) => {
      const { rows } = await sql<{ lot: string; status: string; n: number; reserved: number }>`
        select b.lot, b.status, b.on_hand::int as n, b.reserved::int as reserved from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
        where l.body->>'code' = ${place} and b.on_hand <> 0 order by b.status, b.lot`.execute(desk.opened.db)
      return rows
    },
    tote: (code: string) => {
      const id = derivedId<'location'>('tote', code)
      return { place: { ...site.locations[0]!, id, kind: 'tote' as const, code }, at: looseAt(id) }
    },
    line: (name: string, over: Partial<Line> = {}): Line => ({
      id: derivedId<'line'>('line', name),
      document: derivedId<'document'>('document', name),
      client: key().client,
      item: key().item,
      source: '1',
      no: 1,
      wanted: 10,
      done: 0,
      state: 'open',
      claims: [],
      reason: null,
      ...over,
    }),
  }
}

import { describe, expect, it } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt, makeWorld } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import { policyFor } from '../../shared/policy.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import { documentEffects, documentId, wishes } from './documents.ts'
import type { ErpDocument } from './documents.ts'

const site = testSite('documents')
const connector = derivedId<'connector'>('connector', 'x')
const item = site.items[0]
const second = site.items[2]
if (!item || !second) throw new Error('no items')

const world = () => {
  const tables = emptyTables(site.warehouse.id)
  for (const body of site.locations) putRow(tables, { c: 1, k: 'location', id: body.id, b: body })
  for (const body of site.items) tables.items.set(body.id, body)
  return makeWorld(tables)
}
const order = (more: Partial<ErpDocument> = {}): ErpDocument => ({
  kind: 'order',
  remote: 'sale,1',
  number: 'SO-1',
  client: item.client,
  partner: 'Shop',
  due: '2026-11-24',
  priority: 0,
  state: 'open',
  lines: [{ remote: 'l1', item, wanted: 5, done: 0, closed: false }],
  ...more,
})
const id = documentId(order(), connector)

const stocked = (w: World, qty: number): void => {
  const stock = { client: item.client, item: item.id, lot: '', serial: '' }
  const [from, to] = [looseAt(placeId(site, 'DOCK-1')), looseAt(placeId(site, 'A-01'))]
  w.apply({ ...NOTHING, movements: [{ ...stock, from, to, qty, takenAt: '', at: '', unc: null }] })
}

describe('what a document of the ERP becomes', () => {
  it('[E20] an open order becomes a pick task, a purchase order a receipt task, named alike at every import', () => {
    const effects = documentEffects(order(), connector, world())
    expect(effects.tasks.map(task => [task.kind, task.state])).toEqual([['pick', 'ready']])
    expect(documentEffects(order({ kind: 'receipt' }), connector, world()).tasks[0]?.kind).toBe('receive')
    expect(documentEffects(order(), connector, world())).toEqual(effects)
  })

  it('[OD2] what the desk has decided of an order stays, whatever the ERP sends of it', () => {
    const w = world()
    w.apply(documentEffects(order(), connector, w))
    const hold = { by: derivedId<'worker'>('worker', 'x'), at: '', reason: 'wait' }
    const before = w.document(id)!
    w.apply({ ...NOTHING, documents: [{ ...before, priority: 7, ranked: true, turn: 'first', hold }] })
    const sent = documentEffects(order({ priority: 2, partner: 'Other' }), connector, w).documents[0]
    expect(sent).toMatchObject({ partner: 'Other', priority: 7, turn: 'first', hold })
    // Without a decision of the desk the ERP's own priority comes.
    w.apply({ ...NOTHING, documents: [before] })
    expect(documentEffects(order({ priority: 2 }), connector, w).documents[0]?.priority).toBe(2)
  })

  it('[E21] a document that nobody has begun takes every change', () => {
    const w = world()
    w.apply(documentEffects(order(), connector, w))
    const changed = documentEffects(
      order({
        lines: [
          { remote: 'l1', item, wanted: 3, done: 0, closed: false },
          { remote: 'l2', item: second, wanted: 1, done: 0, closed: false },
        ],
      }),
      connector,
      w,
    )
    expect(changed.lines.map(line => [line.wanted, line.state])).toEqual([
      [3, 'open'],
      [1, 'open'],
    ])
    w.apply(changed)
    expect(documentEffects(order(), connector, w).lines.map(line => [line.wanted, line.state])).toEqual([
      [5, 'open'],
      [1, 'cancelled'],
    ])
  })

  it('[E22] a change of a document in work is a task for a person and leaves its lines alone', () => {
    const w = world()
    w.apply(documentEffects(order(), connector, w))
    const document = w.document(id)
    if (!document) throw new Error('no document')
    w.apply({ ...NOTHING, documents: [{ ...document, state: 'started' }] })
    const changed = documentEffects(
      order({ lines: [{ remote: 'l1', item, wanted: 9, done: 0, closed: false }] }),
      connector,
      w,
    )
    expect(changed.lines).toEqual([])
    expect(changed.exceptions.map(e => e.kind)).toEqual(['order_changed'])
    expect(documentEffects(order(), connector, w)).toEqual(NOTHING)
  })

  it('[E23] a cancelled order frees the shelf, keeps what lies in the tote, and asks for it to be put back', () => {
    const w = world()
    const first = documentEffects(order(), connector, w)
    w.apply(first)
    const line = first.lines[0]
    if (!line) throw new Error('no line')
    const claim = (at: string, qty: number) => ({ ...looseAt(placeId(site, at)), lot: '', serial: '', qty })
    w.apply({ ...NOTHING, lines: [{ ...line, done: 2, claims: [claim('A-01', 3), claim('XT00018', 2)] }] })
    const effects = documentEffects(order({ state: 'cancelled' }), connector, w)
    expect(effects.lines[0]?.claims).toEqual([claim('XT00018', 2)])
    expect(effects.exceptions.map(e => e.kind)).toEqual(['order_cancelled'])
    expect(effects.documents[0]?.state).toBe('cancelled')
  })

  it('[M14] what lies in a tote of a cancelled order has a task of its own to be put back', () => {
    const w = world()
    const first = documentEffects(order(), connector, w)
    w.apply(first)
    const line = first.lines[0]
    if (!line) throw new Error('no line')
    const claim = { ...looseAt(placeId(site, 'XT00018')), lot: '', serial: '', qty: 2 }
    w.apply({ ...NOTHING, lines: [{ ...line, done: 2, claims: [claim] }] })
    const { tasks } = documentEffects(order({ state: 'cancelled' }), connector, w)
    expect(tasks.map(task => [task.kind, task.state])).toEqual([
      ['pick', 'cancelled'],
      ['putback', 'ready'],
    ])
    expect(tasks[1]?.goods).toMatchObject({ item: item.id, qty: 2, line: line.id, from: { location: claim.location } })
  })

  it("[B10] an order is promised no lot that lasts shorter than its item's own days", () => {
    const claims = (minDaysOut: number | null) => {
      const w = world()
      const shelf = { acceptDays: null, minDaysOut, lifeDays: null }
      Object.assign(w, { item: () => ({ ...item, shelf }) })
      const lot = { client: item.client, item: item.id, lot: 'L1', expiry: '2026-11-30', firstReceivedAt: null }
      const [from, to] = [looseAt(placeId(site, 'DOCK-1')), looseAt(placeId(site, 'A-01'))]
      const goods = { client: item.client, item: item.id, lot: 'L1', serial: '', qty: 5 }
      const movements = [{ ...goods, from, to, takenAt: '', at: '', unc: null }]
      w.apply({ ...NOTHING, lots: [{ ...lot, blocked: false }], movements })
      const { lines } = documentEffects(order(), connector, w)
      return wishes(w, lines, '2026-11-23').map(wish => wish.claims.map(claim => claim.qty))
    }
    expect([claims(null), claims(7), claims(8)]).toEqual([[[5]], [[5]], []])
  })

  it('[E24] lines of one import do not promise the same goods twice', () => {
    const w = world()
    stocked(w, 6)
    const lines = [1, 2].flatMap(n => documentEffects(order({ remote: `sale,${n}` }), connector, w).lines)
    expect(wishes(w, lines, '2026-11-23').map(wish => wish.claims.map(claim => claim.qty))).toEqual([[5], [1]])
  })

  it.each([
    ['auto', [[2]]],
    ['both', [[2]]],
    ['none', []],
    ['manual', []],
  ] as const)(
    '[E25] with pick.reallocation %s a line that was shorted is given %j of new stock',
    (reallocation, given) => {
      const plain = world()
      const { pick, ...rest } = policyFor(plain.policies, item.client)
      const w: World = {
        ...plain,
        policies: { version: 1, warehouse: { ...rest, pick: { ...pick, reallocation } }, clients: {} },
      }
      stocked(w, 6)
      const [line] = documentEffects(order(), connector, w).lines
      const shorted = { ...line!, reason: 'EMPTY', wanted: 2 }
      expect(wishes(w, [shorted], '2026-11-23').map(wish => wish.claims.map(claim => claim.qty))).toEqual(given)
      expect(wishes(w, [line!], '2026-11-23')).toHaveLength(1)
    },
  )
})

import { afterAll, describe, expect, it } from 'vitest'
import type { Document } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { deskApp } from '../../test/support/desk-app.ts'
import { placeId } from '../../test/support/site.ts'
import { AYSE, CEM, send, session } from './test-app.ts'

describe('what a handheld asks the ledger and the past', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, device, site } = desk
  const item = site.items.find(one => one.client !== CEM.clients?.[0])
  if (item === undefined) throw new Error('no item')
  const order: Document = {
    id: derivedId('document', 'past route'),
    kind: 'order',
    client: item.client,
    number: 'LONG-AGO',
    partner: '',
    state: 'closed',
    due: null,
    priority: 0,
    blind: false,
  }
  const at = '2026-09-01T08:00:00.000Z'
  const supplier = virtualLocation(site.warehouse.id, 'supplier')
  const { client, id } = item
  const to = placeId(site, 'A-01')
  const goods = { client, item: id, lot: '', serial: '', qty: 3, from: looseAt(supplier), to: looseAt(to) }
  await desk.facts([{ ...NOTHING, documents: [order], movements: [{ ...goods, takenAt: at, at, unc: 0 }] }])

  const who = (worker: typeof AYSE) => ({ worker: worker.id, session: session(worker).id })
  it('[J16] the order goes out by its number; another client’s and nobody’s are none', async () => {
    const ask = async (worker: typeof AYSE, code: string): Promise<unknown> =>
      (await send(app, device, '/api/past', { codes: [code], ...who(worker) })).json()
    expect(await ask(AYSE, 'LONG-AGO')).toEqual({ kind: 'ok' })
    expect(await ask(CEM, 'LONG-AGO')).toEqual({ kind: 'none' })
    expect(await ask(AYSE, 'NEVER')).toEqual({ kind: 'none' })
  })
  it('[U15] movements are told to whoever is on the roster, of their clients', async () => {
    const ask = async (worker: typeof AYSE): Promise<unknown> => {
      const of = { kind: 'location', location: to }
      return (await send(app, device, '/api/moves', { of, blind: [], ...who(worker) })).json()
    }
    expect(await ask(AYSE)).toMatchObject({ moves: [{ name: item.name, qty: 3 }], hidden: false })
    expect(await ask(CEM)).toMatchObject({ moves: [] })
  })
  it('[J16] [U15] a stranger is refused, and so is what is no question', async () => {
    const stranger = { worker: derivedId('worker', 'stranger'), session: session(AYSE).id }
    const of = { kind: 'location', location: to }
    const status = async (path: string, body: unknown): Promise<number> => (await send(app, device, path, body)).status
    expect(await status('/api/past', { codes: ['LONG-AGO'], ...stranger })).toBe(403)
    expect(await status('/api/moves', { of, blind: [], ...stranger })).toBe(403)
    expect(await status('/api/past', { codes: [], ...who(AYSE) })).toBe(400)
    expect(await status('/api/moves', { of: { kind: 'worker' }, blind: [], ...who(AYSE) })).toBe(400)
  })
})

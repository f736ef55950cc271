import { afterAll, describe, expect, it } from 'vitest'
import type { Task } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import { deskApp } from '../../test/support/desk-app.ts'
import { placeId } from '../../test/support/site.ts'

describe('pick faces over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { people, site, stores } = desk
  const item = site.items[0]!
  const place = placeId(site, 'A-01')
  const face = { client: item.client, item: item.id, min: 5, max: 20 }
  const set = (faces: unknown, who: { id: string } = people.sevda) =>
    desk.write('/api/faces', { worker: who.id, faces })
  const fill = (at: string, who: { id: string } = people.sevda) =>
    desk.write('/api/faces/fill', { worker: who.id, place: at })
  const tables = async () => {
    const rows = emptyTables(site.warehouse.id)
    const at = { warehouse: site.warehouse.id, device: site.devices[0]!.id, worker: null, clients: null }
    await stores.sync.snapshot(at, async page => {
      for (const row of page) putRow(rows, row)
    })
    return rows
  }
  const filling = async (): Promise<readonly Task[]> =>
    [...(await tables()).tasks.values()].filter(task => task.kind === 'replenish')

  it('[Z8] min and max of a pick face are set and taken away, all of a list or none of it', async () => {
    expect(await set([{ place, face }])).toMatchObject({ status: 200, body: { set: 1 } })
    expect((await tables()).locations.get(place)?.face).toEqual(face)
    const nowhere = derivedId('location', 'nowhere')
    const two = [
      { place, face: { ...face, max: 99 } },
      { place: nowhere, face },
    ]
    expect(await set(two)).toMatchObject({ status: 404 })
    expect((await tables()).locations.get(place)?.face?.max).toBe(20)
    const other = { ...face, client: site.clients[1]!.id }
    expect(await set([{ place, face: other }])).toMatchObject({ status: 404 })
    expect(await set([{ place: placeId(site, 'XT00018'), face }])).toMatchObject({ status: 404 })
    for (const wrong of [
      { ...face, min: 21 },
      { ...face, min: -1 },
      { ...face, max: 0 },
      { ...face, max: 1.5 },
    ])
      expect(await set([{ place, face: wrong }])).toMatchObject({ status: 400 })
    expect(await set([])).toMatchObject({ status: 400 })
  })

  it('[Z8] supervisors, administrators and integrators set them, of their clients; nobody else does', async () => {
    for (const who of [people.sevda, people.admin, people.integrator])
      expect(await set([{ place, face }], who)).toMatchObject({ status: 200 })
    expect(await set([{ place, face }], people.berk)).toMatchObject({ status: 403 })
    expect(await set([{ place, face }], people.narrow)).toMatchObject({ status: 403 })
  })

  it('[Z9] [DV1] asked for by a supervisor a face is filled from the reserve up to max, by one task', async () => {
    const bulk = (await tables()).locations.get(placeId(site, 'A-02'))!
    await desk.facts([{ ...NOTHING, locations: [{ ...bulk, kind: 'reserve' }] }])
    await desk.facts([desk.arrived(12), desk.arrived(100, desk.key('A-02'))])
    expect(await fill(place, people.berk)).toMatchObject({ status: 403 })
    expect(await fill(placeId(site, 'A-03'))).toMatchObject({ status: 404 })
    expect(await fill(place, people.narrow)).toMatchObject({ status: 404 })
    const asked = await fill(place)
    expect(asked).toMatchObject({ status: 200, body: { task: expect.any(String) } })
    expect(await filling()).toMatchObject([
      { cause: 'topUp', goods: { qty: 8, to: place, from: { location: bulk.id } } },
    ])
    expect(await fill(place)).toMatchObject({ status: 200, body: { task: null } })
    expect(await filling()).toHaveLength(1)
    const viewer = { warehouse: site.warehouse.id, clients: null, worker: null }
    const { rows } = await stores.views.stock(viewer, { q: '', after: '', limit: 100 })
    expect(rows.map(row => [row.place, row.face])).toEqual([
      ['A-01', true],
      ['A-02', false],
    ])
  })

  it('[Z8] a place without a face asks for nothing', async () => {
    expect(await set([{ place, face: null }])).toMatchObject({ status: 200 })
    expect((await tables()).locations.get(place)?.face).toBeNull()
    expect(await fill(place)).toMatchObject({ status: 404 })
  })
})

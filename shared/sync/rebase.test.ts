import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { device, receiveDraft, stamp, warehouse } from '../../test/support/commands.ts'
import { testSite, placeId } from '../../test/support/site.ts'
import { looseAt, makeWorld } from '../ledger/world.ts'
import type { World } from '../ledger/world.ts'
import { commandSchema } from './command.ts'
import { judge } from '../process/judge.ts'
import { foldOwn, rebase } from './rebase.ts'
import type { OwnCommand } from './rebase.ts'
import { emptyTables } from './rows.ts'

const site = testSite('rebase')
const item = site.items[0]
const dock = placeId(site, 'DOCK-1')
const now = '2026-11-23T09:00:00.000Z'
const EPOCH = 'aaaaaaaaaaaa'

const worldOf = (): World => {
  const tables = emptyTables(site.warehouse.id)
  for (const one of site.items) tables.items.set(one.id, one)
  for (const one of site.locations) tables.locations.set(one.id, one)
  tables.policies = site.policies
  return makeWorld(tables)
}
const goods = { client: item?.client ?? site.clients[0]!.id, item: item!.id }
const own = (seq: number, qty: number): OwnCommand => ({
  key: { device, epoch: EPOCH, seq },
  command: v.parse(commandSchema, {
    ...receiveDraft(qty, { ...goods, to: looseAt(dock) }),
    ...stamp,
    v: 1,
    id: device,
    device,
    epoch: EPOCH,
    seq,
    warehouse,
    at: '2026-11-23T08:00:00.000Z',
    mono: 0,
    off: 0,
    unc: 5,
  }),
})
const onDock = (world: World): number => world.stock({ ...goods, lot: '', serial: '', ...looseAt(dock) }).onHand

describe('rebase', () => {
  const three = [own(1, 1), own(2, 10), own(3, 100)]

  test('[S85] only steps above `through` count, each once, however often it is drawn', () => {
    const world = worldOf()
    rebase(judge, world, three, {}, now)
    expect(onDock(world)).toBe(111)
    rebase(judge, world, three, { [EPOCH]: 2 }, now)
    rebase(judge, world, three, { [EPOCH]: 2 }, now)
    expect(onDock(world)).toBe(100)
  })
  test('[S85] folding one by one is the same as drawing anew', () => {
    const world = worldOf()
    let at = rebase(judge, world, three.slice(0, 1), {}, now)
    for (const one of three.slice(1)) at = foldOwn(judge, world, one, { notBefore: at, notAfter: now })
    const anew = worldOf()
    expect(rebase(judge, anew, three, {}, now)).toBe(at)
    expect([...world.changedStock()]).toEqual([...anew.changedStock()])
  })
  test('[S85] a step that a rule stumbles over is left out, the ones behind it count', () => {
    const world = worldOf()
    const broken = {
      ...world,
      apply: (effects: Parameters<World['apply']>[0]) => {
        if (effects.movements.some(movement => movement.qty === 10)) throw new Error('a bug of ours')
        world.apply(effects)
      },
    }
    rebase(judge, broken, three, {}, now)
    expect(onDock(world)).toBe(101)
  })
})

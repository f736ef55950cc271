import { beforeEach, describe, expect, test } from 'vitest'
import type { Document, Line, Location } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { ORDER, SITE } from '../../test/support/fake-handheld.ts'
import { floorController } from '../../test/support/floor-controller.ts'
import { openOf, topOf } from './state.ts'

const [ITEM] = SITE.items.filter(item => item.client === ORDER.client)
if (ITEM === undefined) throw new Error('no item')
const OLD: Document = { ...ORDER, id: derivedId('document', 'OLD-1'), number: 'OLD-1', state: 'closed' }
const LINE: Line = {
  id: derivedId('line', 'OLD-1'),
  document: OLD.id,
  client: OLD.client,
  item: ITEM.id,
  source: '1',
  no: 1,
  wanted: 2,
  done: 2,
  shipped: 2,
  state: 'done',
  claims: [],
  reason: null,
}
const BOX: Location = {
  id: derivedId('location', 'OLD-1-1'),
  code: 'OLD-1-1',
  kind: 'carton',
  zone: null,
  sequence: 0,
  parent: null,
  active: false,
  carton: { document: OLD.id, type: null, weightG: null, size: null, tracking: 'TR-1', closed: true, shipped: true },
}

let app: ReturnType<typeof floorController>
let isHere = false
beforeEach(() => {
  app = floorController()
  isHere = false
  const { lookup } = app.handheld
  app.handheld.lookup = async keys => {
    const known = await lookup(keys)
    const document = { kind: 'document' as const, document: OLD.id, client: OLD.client }
    const box = { kind: 'carton' as const, location: BOX.id }
    return {
      find: key => {
        if (key === 'OLD-1-1') return [box]
        return key === 'OLD-1' && isHere ? [document] : known.find(key)
      },
    }
  }
  app.handheld.world().apply({ ...NOTHING, locations: [BOX] })
})

/** What the server sends is in the books when its answer is. */
const knowsIt = (): void =>
  app.setBring(world => {
    world.apply({ ...NOTHING, documents: [OLD], lines: [LINE] })
    isHere = true
    return 'ok'
  })
const state = () => openOf(app.controller.state())?.state

describe('an order that left long ago', () => {
  test('[J16] its number is asked of the server and opens the return by that very scan', async () => {
    knowsIt()
    await app.scan('XBANNA', 'XCRET', 'OLD-1')
    expect(app.asked).toEqual([['OLD-1']])
    expect(state()).toMatchObject({ process: 'return', at: 'goods', order: OLD.id })
    await app.scan(ITEM.codes[0] ?? '')
    expect(app.state().prompt?.hero).toMatchObject({ value: '1', of: '2' })
  })
  test('[J16] without a network that is said, nothing changes, and NO DOCUMENT is still there', async () => {
    await app.scan('XBANNA', 'XCRET', 'OLD-1')
    expect(app.band()).toBe('ret.away')
    expect(state()).toMatchObject({ process: 'return', at: 'document' })
    expect(app.state().prompt?.keys).toContainEqual({ command: 'XCNDC', word: 'key.noDocument' })
    expect(app.commands).toEqual([])
  })
  test('[J16] what the server does not know either is unknown, as ever', async () => {
    app.setBring(() => 'none')
    await app.scan('XBANNA', 'XCRET', 'NOBODY KNOWS')
    expect(app.band()).toBe('unknown')
  })
  test('[J16] what is known here, a label that cannot be trusted and every other step ask nobody', async () => {
    await app.scan('XBANNA', 'NOBODY KNOWS', 'XCRET', 'ORD-1042', 'A-01', ITEM.codes[0] ?? '')
    await app.scan('XCHME', 'XCRCV', 'NOBODY KNOWS')
    expect(app.asked).toEqual([])
  })
  test('[J17] a box that has left opens the return from Home, its order is asked for where it is forgotten', async () => {
    knowsIt()
    await app.scan('XBANNA', 'OLD-1-1')
    expect(state()).toMatchObject({ process: 'return', at: 'goods', order: OLD.id })
    expect(app.asked).toEqual([['OLD-1-1']])
    await app.scan('XCHME', 'OLD-1-1')
    expect(state()).toMatchObject({ process: 'return', at: 'goods', order: OLD.id })
    expect(app.asked).toHaveLength(1)
  })
  test('[J17] whoever takes nothing back looks at it', async () => {
    await app.scan('XBBERK', 'OLD-1-1')
    expect(openOf(app.controller.state())?.process.name).toBe('lookup')
    expect(topOf(app.controller.state()).at).toBe('process')
  })
})

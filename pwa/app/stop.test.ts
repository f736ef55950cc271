import { beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import type { CodeHit } from '../../shared/scan/scan.ts'
import { fakeHandheld, SITE } from '../../test/support/fake-handheld.ts'
import { floorController } from '../../test/support/floor-controller.ts'
import { openOf, topOf } from './state.ts'

const MUG = '8690000000001'
const OTHER = '8690000000004'

const begin = (fake = fakeHandheld(), handheld = fake.handheld) => floorController({ fake, handheld })
type App = ReturnType<typeof begin>

describe('a hard stop', () => {
  /** The handheld of a client whose wrong scans stop it. */
  const strict = (hardStop = true) => {
    const fake = fakeHandheld()
    const world = fake.handheld.world()
    const warehouse = { ...DEFAULT_POLICY, feedback: { hardStop } }
    const policies = { ...SITE.policies, warehouse }
    return { fake, handheld: { ...fake.handheld, world: () => ({ ...world, policies }) } }
  }
  let app: App
  const stopped = async (): Promise<void> => app.scan('XBANNA', 'ORD-1042', 'XT00018', 'A-01', OTHER)
  beforeEach(() => {
    const { fake, handheld } = strict()
    app = begin(fake, handheld)
  })

  test('[H57] a wrong scan locks the handheld, and only a supervisor’s badge opens it, at the same place', async () => {
    await app.scan('XBANNA', 'ORD-1042', 'XT00018', 'A-01')
    const before = app.state().prompt
    await app.scan(OTHER)
    expect(app.state()).toMatchObject({ locked: true, stopped: true })
    const booked = app.commands.length
    await app.scan(MUG, 'XBBERK')
    expect(app.band()).toBe('stopped')
    await app.scan('XBANNA')
    await app.controller.press('XCDNE')
    expect(app.state()).toMatchObject({ locked: true, stopped: true })
    await app.scan('XBCEM')
    expect(app.band()).toBe('stopped.over')
    expect(app.state()).toMatchObject({ locked: false, stopped: false, session: { worker: { name: 'ANNA' } } })
    expect(app.state().prompt).toEqual(before)
    await app.scan(MUG)
    expect(app.commands).toHaveLength(booked + 1)
  })
  test('[H57] a right scan, a key and a number stop nothing, and no scan where the policy does not say so', async () => {
    await app.scan('XBANNA', 'ORD-1042', 'XT00018', 'A-01', MUG)
    await app.controller.press('XCSTA')
    await app.controller.number(99)
    expect(app.state().stopped).toBe(false)
    const { fake, handheld } = strict(false)
    app = begin(fake, handheld)
    await stopped()
    expect(app.state()).toMatchObject({ locked: false, stopped: false })
  })
  test('[H57] neither log-out nor a new start opens it', async () => {
    await stopped()
    await app.controller.press('XCLGT')
    await app.scan('XBANNA')
    expect(app.state()).toMatchObject({ stopped: true, session: null })
    await app.scan('XBCEM', 'XBANNA')
    expect(app.state()).toMatchObject({ stopped: false, session: { worker: { name: 'ANNA' } } })

    const { fake, handheld } = strict()
    app = begin(fake, handheld)
    await stopped()
    const again = begin(fake, handheld)
    await again.controller.start()
    expect(again.state()).toMatchObject({ locked: true, stopped: true })
    await again.scan('XBCEM')
    expect(again.state()).toMatchObject({ locked: false, stopped: false })
    const third = begin(fake, handheld)
    await third.controller.start()
    expect(third.state().stopped).toBe(false)
  })
})

describe('whose stock', () => {
  const [one, two] = SITE.clients
  const hitsOf = (key: string): readonly CodeHit[] =>
    SITE.items
      .filter(item => item.codes.includes(key))
      .map(({ client, id: item }) => ({ kind: 'item', client, item, packaging: null, quantity: 1 }))
  const shared = () => {
    const fake = fakeHandheld()
    const lookup = async (keys: readonly string[]) => {
      const known = await fake.handheld.lookup(keys)
      return { find: (key: string) => (hitsOf(key).length > 0 ? hitsOf(key) : known.find(key)) }
    }
    return begin(fake, { ...fake.handheld, lookup })
  }
  const asked = (app: App) => {
    const { question } = app.state()
    return question?.kind === 'whose' ? question.clients.map(client => client.name) : null
  }
  const itemOf = (app: App) => (openOf(app.state())?.state as { item?: string } | undefined)?.item

  test('[H58] a code of two clients is asked about, with a tile for each; the tile says which goods are meant', async () => {
    const app = shared()
    await app.scan('XBANNA', MUG)
    expect(asked(app)).toEqual(['Client one', 'Client two'])
    await app.controller.choose(3)
    expect([app.band(), asked(app)]).toEqual(['no.key', ['Client one', 'Client two']])
    await app.controller.choose(2)
    expect(app.state().question).toBeNull()
    expect(itemOf(app)).toBe(SITE.items.find(item => item.client === two?.id && item.codes.includes(MUG))?.id)
    // In Look-up the next code may be anybody's.
    await app.scan(MUG)
    expect(asked(app)).not.toBeNull()
  })
  test('[H58] in a piece of work it is asked once; digits and codes choose as well', async () => {
    const app = shared()
    await app.scan('XBANNA')
    await app.controller.openProcess('receive')
    await app.scan('XCNDC', 'XCNDC', MUG)
    expect(asked(app)).toHaveLength(2)
    expect(app.commands).toEqual([])
    await app.controller.typeKey('1')
    expect(app.commands).toMatchObject([{ type: 'receive', client: one?.id }])
    await app.scan(MUG)
    expect(app.commands).toMatchObject([{ client: one?.id }, { client: one?.id }])
    expect(asked(app)).toBeNull()
  })
  test('[H58] another scan and NO let the question fall, and nothing is booked', async () => {
    const app = shared()
    await app.scan('XBANNA')
    await app.controller.openProcess('receive')
    await app.scan('XCNDC', 'XCNDC', MUG)
    await app.controller.press('XCNAY')
    expect(app.state().question).toBeNull()
    await app.scan(MUG)
    expect(asked(app)).toHaveLength(2)
    await app.scan('DOCK-1')
    expect([app.state().question, app.commands]).toEqual([null, []])
    await app.scan(MUG, 'XCR02')
    expect(app.commands).toMatchObject([{ client: two?.id }])
    expect(topOf(app.state()).at).toBe('process')
  })
  test('[H58] whoever works for one client is not asked', async () => {
    const app = shared()
    await app.scan('XBANNA')
    const session = app.handheld.session()
    if (session === null || two === undefined) throw new Error('nobody')
    const mine = { ...session, worker: { ...session.worker, clients: [two.id] } }
    const own = begin(app, { ...app.handheld, session: () => mine, lookup: async () => ({ find: hitsOf }) })
    await own.controller.openProcess('receive')
    await own.controller.press('XCNDC')
    await own.scan('XCNDC', MUG)
    expect(asked(own)).toBeNull()
    expect(own.commands).toMatchObject([{ client: two.id }])
  })
})

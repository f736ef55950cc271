import { beforeEach, describe, expect, test } from 'vitest'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { PROCESSES } from '../../shared/process/index.ts'
import { putawayTaskId } from '../../shared/process/putaway-task.ts'
import { lpnId } from '../../shared/process/lpn.ts'
import { StorageFull } from '../sync/ports.ts'
import { fakeHandheld, ORDER, RECEIPT, SITE, TASK, wedgeScan } from '../../test/support/fake-handheld.ts'
import { floorController } from '../../test/support/floor-controller.ts'
import { placeId } from '../../test/support/site.ts'
import { WAITING_MAX } from './controller.ts'
import { slotOf } from './saved.ts'
import { problemKeys } from './general.ts'
import { openOf, topOf } from './state.ts'

const MUG = '8690000000001'
const BOWL = '8690000000003'
const OTHER = '8690000000004'

const begin = (fake = fakeHandheld(), lastTouch: number | null = null) => floorController({ fake, lastTouch })
type App = ReturnType<typeof begin>

let app: App
beforeEach(() => {
  app = begin()
})

/** Logged in, order open, tote bound. */
const picking = async (at: App = app): Promise<void> => at.scan('XBANNA', 'ORD-1042', 'XT00018')

describe('the way of one scan', () => {
  test('[K10] what the step would take is asked of the step itself, and asking changes nothing', async () => {
    expect(await app.controller.wants('A-01')).toBe(false)
    await picking()
    const before = app.controller.state()
    const booked = app.commands.length
    const wanted = before.prompt?.hero.value ?? ''
    expect([await app.controller.wants(wanted), await app.controller.wants(OTHER)]).toEqual([true, false])
    expect(app.controller.state()).toBe(before)
    expect(app.commands).toHaveLength(booked)
  })
  test('[H60] nothing is drawn between a scan and the strict transaction of its step', async () => {
    await picking()
    let told = 0
    let toldAtDisk = -1
    app.controller.subscribe(() => (told += 1))
    app.onAppend(async () => {
      toldAtDisk = told
    })
    await app.controller.scan(wedgeScan(app.controller.state().prompt?.hero.value ?? ''))
    expect(toldAtDisk).toBe(0)
    expect(told).toBeGreaterThan(0)
    expect(app.controller.state().last?.text).toBeDefined()
  })
  test('[K32] a scanner that sends twice is said once', () => {
    app.controller.sendsTwice()
    expect(app.band()).toBe('double.scan')
    app.controller.sendsTwice()
    expect(app.heard).toEqual(['note'])
  })
  test('[H49] while the first catalogue is still coming, an unknown code says so and books nothing', async () => {
    app.setCatalogue(false)
    await app.scan('XBANNA', '4711')
    expect(app.band()).toBe('still.loading')
    await app.scan('DEL-7', '4711')
    expect(app.band()).toBe('still.loading')
    expect(app.commands).toEqual([])
    app.setCatalogue(true)
    await app.scan('4711')
    expect(app.band()).not.toBe('still.loading')
  })

  test('[H1] a scan before the log-in is answered and recorded nowhere', async () => {
    await app.scan(MUG)
    expect(app.heard).toEqual(['wrong'])
    expect(app.band()).toBe('login.first')
    expect(app.commands).toEqual([])
  })

  test('[H2] a badge logs in, an order opens its pick, place and items finish it with no tap at all', async () => {
    await picking()
    await app.scan('A-01', MUG, MUG, 'A-02', BOWL, 'PACK-1')
    expect(app.commands.map(command => command.type)).toEqual(['tote.bind', 'pick', 'pick', 'pick', 'park'])
    expect(app.heard.slice(-5)).toEqual(['right', 'line', 'right', 'line', 'task'])
    expect(topOf(app.controller.state()).at).toBe('home')
    expect(app.band()).toBe('task.done')
    expect([...app.states.values()].map(state => slotOf(state)?.finished)).toEqual([true])
  })

  test('[H44] undo takes the newest step back, step by step, and says so; then there is nothing left', async () => {
    await picking()
    await app.scan('A-01', MUG)
    expect(app.controller.state().prompt?.lines[0]).toMatchObject({ done: 1, wanted: 2 })
    await app.controller.press('XCUND')
    expect(app.commands.at(-1)).toMatchObject({ type: 'undo', of: { seq: 2 }, act: { type: 'pick', qty: 1 } })
    expect(app.band()).toBe('undone')
    expect(app.heard.at(-1)).toBe('undo')
    expect(app.controller.state().prompt?.lines[0]).toMatchObject({ done: 0, wanted: 2 })
    await app.controller.press('XCUND')
    expect(app.commands.at(-1)).toMatchObject({ type: 'undo', of: { seq: 1 }, act: { type: 'tote.bind' } })
    await app.controller.press('XCUND')
    expect([app.band(), app.commands.length]).toEqual(['undo.none', 4])
  })

  test('[H45] undo works across a reload, and on the home screen reopens the work that was finished last', async () => {
    await picking()
    await app.scan('A-01', MUG, MUG, 'A-02', BOWL, 'PACK-1')
    expect(topOf(app.controller.state()).at).toBe('home')
    const again = begin(app)
    await again.controller.start()
    expect(topOf(again.controller.state()).at).toBe('home')
    await again.controller.press('XCUND')
    expect(again.commands.at(-1)).toMatchObject({ type: 'undo', act: { type: 'park' } })
    await again.controller.press('XCUND')
    expect(again.commands.at(-1)).toMatchObject({ type: 'undo', act: { type: 'pick', qty: 1 } })
    expect(again.controller.state().prompt?.hero).toMatchObject({ value: 'A-02' })
    await again.scan(BOWL, 'PACK-1')
    expect(topOf(again.controller.state()).at).toBe('home')
  })

  test('[H3] success is told only after the transaction is complete, trouble at once', async () => {
    await picking()
    await app.scan('A-01')
    app.journal.length = 0
    await app.scan(MUG)
    expect(app.journal).toEqual(['append pick', 'right'])
    app.journal.length = 0
    await app.scan(OTHER)
    expect(app.journal).toEqual(['wrong'])
  })

  test('[H3] the tone comes with the transaction; what is tidied up after it makes nobody wait, and its failure undoes nothing', async () => {
    await app.scan('XBANNA')
    await app.controller.openProcess('pick')
    await app.scan('ORD-1042', 'XT00018', 'A-01', MUG, MUG, 'A-02', BOWL)
    const { journal } = app
    const { savedStates } = app.handheld
    app.handheld.savedStates = async () => {
      throw new DOMException('gone', 'InvalidStateError')
    }
    journal.length = 0
    await app.scan('PACK-1')
    expect(journal).toEqual(['append park', 'task'])
    expect([topOf(app.controller.state()).at, app.band()]).toEqual(['home', 'task.done'])
    app.handheld.savedStates = savedStates
    await app.scan('PACK-1')
    expect(app.commands.filter(one => one.type === 'park')).toHaveLength(1)
  })

  test('[H3] a slot that cannot be dropped takes no success back, of a step or of an undo', async () => {
    app.handheld.dropState = async () => {
      throw new DOMException('gone', 'InvalidStateError')
    }
    await app.scan('XBANNA')
    await app.controller.openProcess('receive')
    await app.scan('PO-778')
    const begun = app.band()
    expect(openOf(app.controller.state())?.state.key).toContain(RECEIPT.id)
    await app.scan(MUG)
    expect([begun, app.band()]).not.toContain('fault')
    expect(app.commands.map(one => one.type)).toEqual(['receive'])
    await app.controller.press('XCUND')
    expect(app.band()).toBe('undone')
    await app.controller.press('XCHME')
    await app.controller.openProcess('pick')
    await app.scan('ORD-1042', 'XT00018')
    await app.controller.press('XCUND')
    expect(app.band()).toBe('undone')
  })

  test('[H4] a scan that cannot be saved moves nothing, is told, and the same scan works when the disk does', async () => {
    await picking()
    await app.scan('A-01')
    const before = openOf(app.controller.state())?.state
    app.onAppend(async () => {
      throw new StorageFull('full')
    })
    await app.scan(MUG)
    expect(app.heard.at(-1)).toBe('notSaved')
    expect(app.controller.state().saving).toBe('failed')
    expect(openOf(app.controller.state())?.state).toEqual(before)
    expect(app.commands.map(command => command.type)).toEqual(['tote.bind'])
    app.onAppend(async () => undefined)
    await app.scan(MUG)
    expect(app.controller.state().saving).toBe('idle')
    expect(app.commands.map(command => command.type)).toEqual(['tote.bind', 'pick'])
  })

  test('[H5] [H51] scans made while one is being saved wait and are answered in their order', async () => {
    await picking()
    let release = (): void => undefined
    app.onAppend(
      () =>
        new Promise(resolve => {
          release = resolve
        }),
    )
    const all = [wedgeScan('A-01'), wedgeScan(MUG)].map(scan => app.controller.scan(scan))
    await app.time.advance(100)
    expect(app.controller.state().busy).toBe(true)
    expect(app.heard.length).toBe(3)
    app.onAppend(async () => undefined)
    release()
    await Promise.all(all)
    expect(app.commands.map(command => command.type)).toEqual(['tote.bind', 'pick'])
    expect(app.controller.state().busy).toBe(false)
  })

  test('[H6] the scan after a full line is refused aloud, never swallowed', async () => {
    await picking()
    app.onAppend(() => new Promise(() => undefined))
    for (let i = 0; i < WAITING_MAX; i += 1) void app.controller.scan(wedgeScan('A-01'))
    await app.time.settle()
    app.heard.length = 0
    await app.controller.scan(wedgeScan(MUG))
    expect(app.heard).toEqual(['wrong'])
    expect(app.band()).toBe('slow')
  })

  test('[H7] a disk that does not answer is named after one second and alarms after three', async () => {
    await picking()
    app.onAppend(() => new Promise(() => undefined))
    void app.controller.scan(wedgeScan('A-01'))
    await app.time.advance(1100)
    expect(app.controller.state().saving).toBe('slow')
    await app.time.advance(2000)
    expect(app.controller.state().saving).toBe('late')
    expect([app.heard.at(-1), app.band()]).toEqual(['ask', 'notyet'])
  })

  test('[H7] what is saved after four seconds was never called not saved, is answered as saved, and is there once', async () => {
    await picking()
    await app.scan('A-01')
    app.heard.length = 0
    let release = (): void => undefined
    app.onAppend(() => new Promise(resolve => (release = resolve)))
    const scanned = app.controller.scan(wedgeScan(MUG))
    await app.time.advance(4000)
    expect(app.heard).not.toContain('notSaved')
    release()
    await scanned
    expect([app.controller.state().saving, app.heard.includes('notSaved')]).toEqual(['idle', false])
    expect(app.band()).not.toBe('notyet')
    expect(app.commands.filter(command => command.type === 'pick').length).toBe(1)
  })

  test('[H7] what fails late is called not saved then, and the same scan may come again', async () => {
    await picking()
    await app.scan('A-01')
    let refuse = (): void => undefined
    app.onAppend(() => new Promise((_, reject) => (refuse = () => reject(new StorageFull('full')))))
    const scanned = app.controller.scan(wedgeScan(MUG))
    await app.time.advance(4000)
    refuse()
    await scanned
    expect([app.controller.state().saving, app.heard.at(-1), app.band()]).toEqual(['failed', 'notSaved', 'notsaved'])
  })

  test('[H8] a fault of ours is told and the next scan is heard', async () => {
    await picking()
    const lookup = app.handheld.lookup.bind(app.handheld)
    app.handheld.lookup = async () => {
      throw new Error('broken')
    }
    await expect(app.controller.scan(wedgeScan('A-01'))).rejects.toThrow('broken')
    expect(app.band()).toBe('fault')
    app.handheld.lookup = lookup
    await app.scan('A-01')
    expect(app.band()).toBe('place.ok')
  })
})

describe('resume, detour and questions', () => {
  test('[H9] after a reload the same worker is back at the same prompt', async () => {
    await picking()
    await app.scan('A-01', MUG)
    const again = begin({ ...app })
    await again.controller.start()
    expect(again.controller.state().prompt).toEqual(app.controller.state().prompt)
    expect(again.controller.state().prompt?.ask.kind).toBe('item')
  })

  test('[H10] work that was left for home is not forced back, and opens where it stood', async () => {
    await picking()
    await app.scan('A-01')
    await app.controller.press('XCHME')
    const again = begin({ ...app })
    await again.controller.start()
    expect(topOf(again.controller.state()).at).toBe('home')
    await again.scan('ORD-1042')
    expect(again.controller.state().prompt?.ask.kind).toBe('item')
  })

  /** The clock of the handheld goes on: what was saved last is the newest. */
  const ticking = (): void => {
    let second = 0
    app.handheld.now = () => new Date(Date.UTC(2027, 0, 15, 10, 0, (second += 1))).toISOString()
  }
  const reloaded = async (): Promise<App> => {
    const again = begin({ ...app })
    await again.controller.start()
    return again
  }

  test('[HH11] a list, and the work that was opened from it, are back after a reload', async () => {
    ticking()
    await app.scan('XBANNA')
    await app.controller.openProcess('pick')
    expect(openOf((await reloaded()).controller.state())?.state.key).toBe('pick')
    await app.controller.openRow(TASK.id)
    const again = await reloaded()
    expect(openOf(again.controller.state())?.state.key).toBe(`pick/${TASK.id}`)
    await again.controller.press('XCBAK')
    expect(topOf(again.controller.state()).at).toBe('home')
  })

  test.each([
    ['Home', ['XCHME']],
    ['Back, and Back again', ['XCBAK', 'XCBAK']],
  ])('[HH11] work and list that were left by %s are not forced back by a reload', async (_, keys) => {
    ticking()
    await app.scan('XBANNA')
    await app.controller.openProcess('pick')
    await app.controller.openRow(TASK.id)
    for (const key of keys) await app.controller.press(key)
    expect(topOf(app.controller.state()).at).toBe('home')
    expect(topOf((await reloaded()).controller.state()).at).toBe('home')
  })

  test('[HH11] a list whose work is finished is not forced back by a reload', async () => {
    ticking()
    await app.scan('XBANNA')
    await app.controller.openProcess('pick')
    await app.controller.openRow(TASK.id)
    await app.scan('XT00018', 'A-01', MUG, MUG, 'A-02', BOWL, 'PACK-1')
    expect(topOf(app.controller.state()).at).toBe('home')
    expect(topOf((await reloaded()).controller.state()).at).toBe('home')
  })

  test('[H11] look up opens over the step and Back returns to it unchanged', async () => {
    await picking()
    await app.scan('A-01')
    const before = openOf(app.controller.state())?.state
    await app.controller.press('XCLKP')
    await app.scan(BOWL)
    expect(openOf(app.controller.state())?.process.name).toBe('lookup')
    await app.controller.press('XCBAK')
    expect(openOf(app.controller.state())?.state).toEqual(before)
  })

  test('[C77] over a count whose figures are hidden Look-up does not show them, also when the server knows nothing of it', async () => {
    const inner = app.handheld.world
    const { policies } = inner()
    const count = { ...policies.warehouse.count, blind: { ...policies.warehouse.count.blind, spot: true } }
    app.handheld.world = () => ({
      ...inner(),
      policies: { ...policies, warehouse: { ...policies.warehouse, count } },
    })
    const looked = async (text: string) => {
      await app.controller.press('XCLKP')
      await app.scan(text)
      const shown = app.controller.state().prompt
      const lines = shown?.lines.map(line => [line.done, line.hidden ?? false])
      await app.controller.press('XCBAK')
      return [shown?.facts[0]?.value, lines]
    }
    await app.scan('XBBERK')
    expect(await looked('A-01')).toEqual(['10', [[10, false]]])
    await app.controller.openProcess('count')
    await app.scan('A-01')
    expect(openOf(app.controller.state())?.state).toMatchObject({ process: 'count', hidden: true, task: null })
    expect(await looked('A-01')).toEqual(['–', [[0, true]]])
    expect(await looked(MUG)).toEqual(['–', [[0, true]]])
    expect(await looked('A-02')).toEqual(['5', [[5, false]]])
    // Left for a while it is not over: not at home, not for the next person, and not after a reload.
    await app.controller.press('XCHME')
    expect(await looked('A-01')).toEqual(['–', [[0, true]]])
    await app.scan('XBCEM')
    expect(await looked('A-01')).toEqual(['–', [[0, true]]])
    app = begin({ ...app, handheld: { ...app.handheld } })
    await app.controller.start()
    expect(await looked('A-01')).toEqual(['–', [[0, true]]])
    await app.scan('XBBERK')
    await app.controller.openProcess('count')
    expect(openOf(app.controller.state())?.state).toMatchObject({ location: placeId(SITE, 'A-01') })
    await app.scan(MUG)
    await app.controller.press('XCDNE')
    expect(await looked('A-01')).toEqual(['10', [[10, false]]])
  })

  test('[C77] a spot count that hides its figures has them withheld before it answers, until it is over or has gone on', async () => {
    const inner = app.handheld.world
    const { policies } = inner()
    const count = { ...policies.warehouse.count, blind: { ...policies.warehouse.count.blind, spot: true } }
    app.handheld.world = () => ({ ...inner(), policies: { ...policies, warehouse: { ...policies.warehouse, count } } })
    const spot = (code: string) => [{ location: placeId(SITE, code), item: null }]
    const now = () => app.withheld.at(-1)
    await app.scan('XBBERK')
    await app.controller.openProcess('count')
    expect(now()).toEqual([])
    // Before the first tone: whoever hears it may look into the store.
    const atTone: unknown[] = []
    app.heard.push = () => atTone.push(now())
    await app.scan('A-01')
    expect(atTone).toEqual([spot('A-01')])
    await app.scan('A-02')
    expect(now()).toEqual(spot('A-02'))
    await app.controller.press('XCHME')
    app = begin({ ...app, handheld: { ...app.handheld } })
    app.withheld.length = 0
    await app.controller.start()
    expect(now()).toEqual(spot('A-02'))
    // Given up: it has stated nothing.
    await app.controller.openProcess('count')
    await app.controller.press('XCDNE')
    expect(now()).toEqual([])
    await app.controller.openProcess('count')
    await app.scan('A-01', MUG)
    await app.controller.press('XCDNE')
    expect(now()).toEqual([])
    expect(openOf(app.controller.state())?.state).toMatchObject({ at: 'place', location: null })
  })

  test('[H12] another badge in the middle of a task asks, and the same badge again hands over', async () => {
    await picking()
    await app.scan('A-01', 'XBCEM')
    expect(app.controller.state().question?.say.values).toMatchObject({ a: 'ANNA', b: 'CEM', lines: 2, n: 1 })
    expect(app.handheld.session()?.worker.name).toBe('ANNA')
    await app.scan('XBCEM')
    expect(app.handheld.session()?.worker.name).toBe('CEM')
    expect(app.controller.state().prompt?.ask.kind).toBe('item')
  })

  test('[HH23] help on a step lies over it, and Back leads to it unchanged', async () => {
    await picking()
    await app.scan('A-01')
    const before = openOf(app.controller.state())
    await app.scan('XCHLP')
    expect(topOf(app.controller.state()).at).toBe('help')
    await app.controller.press('XCBAK')
    expect(openOf(app.controller.state())).toBe(before)
  })

  test('[H13] no to a hand-over keeps the worker, the step and the work', async () => {
    await picking()
    await app.scan('A-01', 'XBCEM')
    await app.controller.press('XCNAY')
    expect(app.controller.state().question).toBeNull()
    expect(app.handheld.session()?.worker.name).toBe('ANNA')
    expect(app.controller.state().prompt?.ask.kind).toBe('item')
  })

  test('[H14] work that another handheld has begun is taken over by the second scan only', async () => {
    app = begin(
      fakeHandheld({ ...TASK, state: 'started', lease: { device: derivedId('device', 'else'), worker: null } }),
    )
    app.setLease({ kind: 'taken', by: 'Berk' })
    await app.scan('XBANNA', 'ORD-1042')
    expect(app.controller.state().question?.say).toEqual({ key: 'ask.takeOver', values: { name: 'Berk' } })
    app.setLease({ kind: 'ok' })
    await app.scan('ORD-1042')
    expect(openOf(app.controller.state())?.process.name).toBe('pick')
  })

  test('[HH10] the question says since when; a row of the list asks like a scan, and only a yes takes over', async () => {
    const since = '2027-01-15T09:30:00.000Z'
    const lease = { device: derivedId<'device'>('device', 'else'), worker: null, since }
    app = begin(fakeHandheld({ ...TASK, state: 'started', lease }))
    app.setLease({ kind: 'taken', by: 'Berk', since })
    await app.scan('XBANNA')
    await app.controller.openRow(TASK.id)
    const { question } = app.controller.state()
    expect(question?.say).toEqual({
      key: 'ask.takeOverSince',
      values: { name: 'Berk', time: '09:30' },
    })
    await app.controller.press('XCNAY')
    expect(openOf(app.controller.state())).toBeNull()
    await app.controller.openRow(TASK.id)
    app.setLease({ kind: 'ok' })
    await app.controller.press('XCYES')
    expect(openOf(app.controller.state())?.process.name).toBe('pick')
  })

  /** An order of which one of two pieces is in a box; whoever packs it does so with another handheld. */
  const halfPacked = (lease: (typeof TASK)['lease']) => {
    const fake = fakeHandheld()
    const inner = fake.handheld.world()
    const [first, ...others] = inner.linesOf(ORDER.id)
    const box = {
      ...inner.location(placeId(SITE, 'XT0002A'))!,
      id: derivedId<'location'>('box'),
      kind: 'carton' as const,
    }
    const carton = { document: ORDER.id, type: null, weightG: null, size: null, tracking: null }
    const claim = first!.claims[0]!
    const claims = [
      { ...claim, location: placeId(SITE, 'XT00018'), qty: 1 },
      { ...claim, location: box.id, qty: 1 },
    ]
    const packing = { ...TASK, id: derivedId<'task'>('packing'), kind: 'pack' as const, lease }
    inner.apply({
      ...NOTHING,
      locations: [{ ...box, code: 'BOX-1', carton: { ...carton, closed: false, shipped: false } }],
      lines: [
        { ...first!, claims, done: 2, state: 'done' },
        ...others.map(line => ({ ...line, state: 'done' as const, claims: [] })),
      ],
      tasks: [{ ...TASK, state: 'done' }, packing],
    })
    app = begin(fake)
    return packing
  }
  const BERK = SITE.roster.workers.find(worker => worker.name === 'BERK')!.id
  const since = '2027-01-15T09:30:00.000Z'

  test('[HH24] who packs an order is named, with since when and how far; a second scan takes over, without a network too', async () => {
    halfPacked({ device: derivedId('device', 'else'), worker: BERK, since })
    app.setLease({ kind: 'offline' })
    await app.scan('XBANNA', 'ORD-1042')
    expect(app.controller.state().question?.say).toEqual({
      key: 'ask.takeOverDone',
      values: { name: 'BERK', time: '09:30', done: 1, all: 2 },
    })
    expect(openOf(app.controller.state())).toBeNull()
    await app.scan('ORD-1042')
    expect(openOf(app.controller.state())?.state).toMatchObject({ process: 'pack', document: ORDER.id })
  })

  test('[HH24] the tote or the box of somebody’s order asks the same, inside packing too', async () => {
    halfPacked({ device: derivedId('device', 'else'), worker: BERK, since })
    await app.scan('XBANNA', 'XCPAK', 'ORD-1042')
    expect([app.band(), openOf(app.controller.state())?.state.at]).toEqual(['ask.takeOverDone', 'start'])
    await app.controller.press('XCNAY')
    expect(openOf(app.controller.state())?.state).toMatchObject({ process: 'pack', at: 'start' })
    await app.scan('XCHME', 'ORD-1042')
    await app.controller.press('XCYES')
    expect(openOf(app.controller.state())?.state).toMatchObject({ process: 'pack', document: ORDER.id })
  })

  test('[HH24] no scan waits for the network to tell who packs; what was only looked at is given back', async () => {
    const packing = halfPacked(null)
    const asked: unknown[] = []
    app.handheld.lease = (task, over) => {
      asked.push([task, over])
      return new Promise(() => undefined)
    }
    await app.scan('XBANNA', 'ORD-1042')
    expect(openOf(app.controller.state())?.process.name).toBe('pack')
    expect(asked).toEqual([[packing.id, false]])
    // A piece is in the box: that is begun, and stays with whoever has begun it.
    await app.scan('XCHME')
    expect(app.givenBack).toEqual([])
  })

  test('[HH24] a pallet that somebody is putting away asks too; one that was only taken up is anybody’s again', async () => {
    const lpn = lpnId(SITE.warehouse.id, 'PAL-1')
    const inner = app.handheld.world()
    const [some] = inner.stockAt(placeId(SITE, 'A-01'))
    const from = placeId(SITE, 'DOCK-1')
    const standing = { ...some!, location: from, lpn, reserved: 0 }
    const id = putawayTaskId(standing)
    const goods = { item: null, lot: '', serial: '', from: { location: from, lpn, status: 'available' as const } }
    const task = (lease: (typeof TASK)['lease']) => {
      const putaway = { ...TASK, id, kind: 'putaway' as const, document: null, lease }
      inner.apply({
        ...NOTHING,
        lpns: [{ id: lpn, client: RECEIPT.client, label: 'PAL-1' }],
        tasks: [{ ...putaway, goods: { ...goods, to: null, qty: null, line: null } }],
      })
    }
    const stock = () => [standing]
    app.handheld.world = () => ({ ...inner, stockOn: one => (one === lpn ? stock() : inner.stockOn(one)) })
    app.handheld.lookup = async () => ({
      find: key => (key === 'PAL-1' ? [{ kind: 'lpn', lpn, client: RECEIPT.client }] : []),
    })
    task({ device: derivedId('device', 'else'), worker: BERK, since })
    await app.scan('XBANNA', 'PAL-1')
    expect(app.controller.state().question?.say.key).toBe('ask.takeOverSince')
    expect(openOf(app.controller.state())?.state).toMatchObject({ process: 'putaway', at: 'from' })
    await app.controller.press('XCYES')
    expect(openOf(app.controller.state())?.state).toMatchObject({ process: 'putaway', at: 'to', task: id })
    await app.scan('XCHME')
    expect(app.givenBack).toEqual([id])
  })

  test('[HH2] on the set-up check a scan is shown and booked nowhere, without a log-in too; the badge logs in', async () => {
    app.controller.show('check')
    await app.scan('8690000000001')
    expect(app.band()).toBe('test.read')
    expect(app.controller.state().test?.scan.text).toBe('8690000000001')
    expect(app.commands).toEqual([])
    await app.scan('XBANNA')
    expect(topOf(app.controller.state()).at).toBe('home')
    app.controller.show('check')
    await app.scan('ORD-1042')
    expect(openOf(app.controller.state())).toBeNull()
  })

  test('[HH8] an unknown code on the problems screen is kept once, by whoever does any work; a known one is looked up', async () => {
    await app.scan('XBBERK', 'XCPRB', 'NOBODY KNOWS')
    expect(app.band()).toBe('kept')
    expect(app.commands).toMatchObject([{ type: 'unmatched', process: 'count', scan: 'NOBODY KNOWS' }])
    await app.scan('NOBODY KNOWS')
    expect(app.band()).toBe('dup')
    expect(app.commands).toHaveLength(1)
    await app.scan('8690000000001')
    expect(openOf(app.controller.state())?.process.name).toBe('lookup')
    expect(app.commands).toHaveLength(1)
  })

  test('[HH8] what was unknown on another screen is kept by one tap; without a log-in nothing is', async () => {
    await app.scan('XCPRB', 'NOBODY KNOWS')
    expect(app.band()).toBe('login.first')
    await app.scan('XBANNA', 'NOBODY KNOWS')
    expect(app.commands).toEqual([])
    await app.controller.park('NOBODY KNOWS')
    expect(app.commands).toMatchObject([{ type: 'unmatched', process: 'receive' }])
  })

  test('[HH8] a tap and a scan keep a code as it was read, and both know it again', async () => {
    const read = (raw: string) => ({ ...wedgeScan('NOBODY KNOWS'), raw })
    await app.scan('XBANNA')
    await app.controller.scan(read(']C0NOBODY KNOWS'))
    expect(app.band()).toBe('unknown')
    await app.controller.park('NOBODY KNOWS')
    expect(app.commands).toMatchObject([{ type: 'unmatched', scan: ']C0NOBODY KNOWS' }])
    await app.scan('XCPRB')
    await app.controller.scan(read(']C0NOBODY KNOWS'))
    expect(app.band()).toBe('dup')
    await app.controller.scan(read('NOBODY KNOWS'))
    await app.controller.park('NOBODY KNOWS')
    expect(app.band()).toBe('dup')
    expect(app.commands).toHaveLength(1)
  })

  test('[H15] a task of nobody cannot be begun without a network, my own can', async () => {
    app.setLease({ kind: 'offline' })
    await app.scan('XBANNA', 'ORD-1042')
    expect(app.band()).toBe('lease.offline')
    app = begin(fakeHandheld({ ...TASK, lease: { device: app.handheld.device, worker: null } }))
    app.setLease({ kind: 'offline' })
    await app.scan('XBANNA', 'ORD-1042')
    expect(openOf(app.controller.state())?.process.name).toBe('pick')
  })

  test('[H16] yes on a question means the same code again, whether scanned or pressed', async () => {
    await app.scan('XBANNA', 'PO-778', BOWL)
    expect(app.controller.state().prompt?.confirm?.question.key).toBe('ask.notHere')
    await app.time.advance(1000)
    await app.controller.press('XCYES')
    expect(app.commands.map(command => command.type)).toEqual(['receive'])
  })

  test('[H17] command cards, keys and buttons are one thing', async () => {
    await picking()
    await app.scan('A-01', 'XCSHT', 'XCQ01')
    expect(app.controller.state().prompt?.ask.kind).toBe('reason')
    await app.scan('XCR02')
    expect(app.commands.map(command => command.type)).toEqual(['tote.bind', 'pick', 'short'])
  })

  test('[H18] Back inside a step goes one step back, on the step it leaves the task without losing it', async () => {
    await picking()
    await app.scan('A-01', 'XCSHT')
    await app.controller.press('XCBAK')
    expect(app.controller.state().prompt?.ask.kind).toBe('item')
    await app.controller.press('XCBAK')
    expect(topOf(app.controller.state()).at).toBe('home')
    expect(app.states.size).toBe(1)
  })
})

describe('typing', () => {
  test('[H42] typed digits are a number: the first replaces, 0 is 0, Enter sends', async () => {
    await picking()
    await app.scan('A-01', 'XCSHT')
    for (const key of ['0', '1', 'Backspace', '0', '1']) await app.controller.typeKey(key)
    expect(app.controller.state().typed).toBe('1')
    await app.controller.typeKey('Enter')
    expect(app.controller.state().prompt?.ask.kind).toBe('reason')
    await app.controller.typeKey('2')
    expect(app.commands.map(command => command.type)).toEqual(['tote.bind', 'pick', 'short'])
  })

  test('[H43] a scan throws away what was half typed, and an Enter too many does nothing', async () => {
    await picking()
    await app.controller.typeKey('5')
    await app.scan('A-01')
    expect(app.controller.state().typed).toBe('')
    const before = app.controller.state().band
    await app.controller.typeKey('Enter')
    expect(app.controller.state().band).toBe(before)
  })
})

describe('typed words', () => {
  const typing = async (text: string): Promise<void> => {
    await app.scan('XBANNA')
    await app.controller.type(text)
  }
  const shown = (): string | undefined => app.controller.state().prompt?.hero.value
  test('[U9] that are no code find goods by their names; a key shows one of them, and Back leads home', async () => {
    await typing('item')
    const { search, panel } = app.controller.state()
    expect([panel, search?.items.length, search?.all]).toEqual(['found', Math.min(9, search?.all ?? 0), search?.all])
    expect(search?.all).toBeGreaterThan(1)
    await app.controller.typeKey('2')
    expect(shown()).toBe(search?.items[1]?.name)
    expect(app.controller.state()).toMatchObject({ panel: 'none', search: null })
    await app.controller.press('XCBAK')
    expect(topOf(app.controller.state()).at).toBe('home')
  })
  test('[U9] that mean one item show it at once, in Look-up too, and none at all say so', async () => {
    await typing('item')
    const [first, second] = [...new Set(app.controller.state().search?.items.map(({ name }) => name))]
    const { search } = app.handheld
    app.handheld.search = async (text, most) => {
      const items = (await search(text, most))?.items.slice(0, 1) ?? []
      return { items, all: items.length }
    }
    await app.controller.type(first!)
    expect(shown()).toBe(first)
    await app.controller.type(second!)
    expect([shown(), app.controller.state().stack.length]).toEqual([second, 2])
    await app.controller.type('zzz')
    expect([app.band(), app.controller.state().panel]).toEqual(['find.none', 'none'])
  })
  test('[U9] are not searched for inside other work, and what was scanned never is', async () => {
    await typing('zzz-9')
    await app.scan('item')
    expect(app.band()).toBe('unknown')
    await picking()
    await app.controller.type('item')
    expect([app.controller.state().search, app.band()]).toEqual([null, 'unknown'])
  })
})

describe('a handheld that nobody touches', () => {
  const idle = async (): Promise<void> => {
    await picking()
    await app.scan('A-01')
    await app.time.advance(300_000)
  }
  test('[H50] asks for the badge after five minutes; what is scanned meanwhile is answered and recorded nowhere', async () => {
    await idle()
    expect(app.controller.state().locked).toBe(true)
    const booked = app.commands.length
    await app.scan(MUG, 'XCDNE', 'XBNOBODY')
    expect([app.controller.state().locked, app.commands.length]).toEqual([true, booked])
    expect(app.band()).toBe('badge.unknown')
    await app.scan(MUG)
    expect(app.band()).toBe('unlock')
  })
  test('[H50] goes on in the same place with the same badge, and asks another one whether it takes over', async () => {
    await idle()
    const before = app.controller.state().prompt
    await app.scan('XBANNA')
    expect(app.controller.state()).toMatchObject({ locked: false, prompt: before })
    await app.scan(MUG)
    expect(app.commands.at(-1)?.type).toBe('pick')
    await app.time.advance(300_000)
    await app.scan('XBCEM')
    expect(app.controller.state()).toMatchObject({ locked: true, question: { kind: 'handOver' } })
    await app.controller.press('XCNAY')
    expect(app.controller.state()).toMatchObject({ locked: true, question: null })
    await app.scan('XBCEM', 'XBCEM')
    expect(app.controller.state()).toMatchObject({ locked: false, session: { worker: { name: 'CEM' } } })
  })
  test('[H50] takes no key, tap or typed text as work, and says that the badge is wanted', async () => {
    await idle()
    const { prompt, stack } = app.controller.state()
    const booked = app.commands.length
    const { controller } = app
    const refused: readonly (() => Promise<void>)[] = [
      ...['XCDNE', 'XCUND', 'XCSHT', 'XCYES', 'XCHME', 'XCPRB', 'XCLKP', 'XCNXT', 'XCRPT', 'XCSYN', 'XCBAK'].map(
        command => () => controller.press(command),
      ),
      () => controller.number(2),
      () => controller.choose(1),
      () => controller.openRow(TASK.id),
      () => controller.openProcess('move'),
      () => controller.lookAt(SITE.items[0]!.id),
      () => controller.park('NOBODY-KNOWS'),
      () => controller.photo({ sha: 'a'.repeat(64) }, controller.state()),
    ]
    for (const one of refused) {
      app.heard.length = 0
      await one()
      expect([app.band(), app.heard]).toEqual(['unlock', ['wrong']])
      expect(controller.state()).toMatchObject({ locked: true, panel: 'none' })
    }
    for (const key of ['#', '1', 'Enter']) await controller.typeKey(key)
    expect(app.band()).toBe('badge.unknown')
    for (const key of ['2', 'Enter']) await controller.typeKey(key)
    await controller.type(MUG)
    expect(controller.state()).toMatchObject({ locked: true, prompt, stack })
    expect(app.commands).toHaveLength(booked)
  })
  test('[H50] is opened by a badge that is typed; menu, keypad and help are there without one', async () => {
    await idle()
    const { controller } = app
    for (const [command, panel] of [
      ['XCMNU', 'menu'],
      ['XCKEY', 'code'],
    ] as const) {
      await controller.press(command)
      expect(controller.state().panel).toBe(panel)
      await controller.press('XCBAK')
      expect(controller.state()).toMatchObject({ panel: 'none', locked: true })
    }
    await controller.press('XCHLP')
    expect(topOf(controller.state()).at).toBe('help')
    await controller.press('XCBAK')
    expect(topOf(controller.state()).at).toBe('process')
    for (const key of [...'XBANNA', 'Enter']) await controller.typeKey(key)
    expect(controller.state().locked).toBe(false)
  })
  test('[H50] takes nobody’s work over, asked before or while it lay about', async () => {
    await app.scan('XBANNA')
    app.setLease({ kind: 'taken', by: 'CEM' })
    await app.scan('ORD-1042')
    expect(app.controller.state().question?.kind).toBe('takeOver')
    await app.time.advance(300_000)
    expect(app.controller.state()).toMatchObject({ locked: true, question: null })
    app.setLease({ kind: 'ok' })
    await app.controller.press('XCYES')
    expect(app.band()).toBe('unlock')
    expect(topOf(app.controller.state()).at).toBe('home')
  })
  test('[H50] keeps a photo that was taken before it was left alone', async () => {
    await app.scan('XBANNA', 'PO-778', 'NOBODY-KNOWS-1')
    const taken = app.controller.state()
    await app.time.advance(300_000)
    await app.controller.photo({ sha: 'a'.repeat(64) }, taken)
    expect(app.commands.at(-1)).toMatchObject({ type: 'unmatched', photos: ['a'.repeat(64)] })
    expect(app.controller.state().locked).toBe(true)
  })
  test('[H50] asks after a start too, when the last touch is five minutes ago, and not when it is less', async () => {
    await picking()
    const touched = app.touched()
    expect(touched).not.toBeNull()
    for (const [ago, locked] of [
      [299_000, false],
      [300_000, true],
    ] as const) {
      const again = begin(app, (touched ?? 0) - ago)
      await again.controller.start()
      expect(again.controller.state().locked).toBe(locked)
    }
  })
  test('[H50] every scan, key and touch begins the five minutes anew', async () => {
    await picking()
    for (let i = 0; i < 3; i += 1) {
      await app.time.advance(200_000)
      if (i === 1) app.controller.panel('menu')
      else await app.controller.typeKey('1')
    }
    await app.time.advance(200_000)
    expect(app.controller.state().locked).toBe(false)
  })
})

describe('home and news', () => {
  test('[H62] with the network back “All sent” is said when the last photo is sent as well', async () => {
    await app.scan('XBANNA')
    app.setStatus({ link: 'offline' })
    await app.time.advance(120_000)
    app.controller.photosWait(1)
    app.setStatus({ link: 'online' })
    expect(app.band()).toBe('offline')
    app.controller.photosWait(0)
    expect(app.band()).toBe('synced')
  })

  test('[H19] an item or place scanned at home is looked up, an unknown code is named with one tone', async () => {
    await app.scan('XBANNA', MUG)
    expect(openOf(app.controller.state())?.process.name).toBe('lookup')
    await app.controller.press('XCHME')
    app.heard.length = 0
    await app.scan('NOBODY-KNOWS')
    expect(app.heard).toEqual(['unknown'])
    expect(topOf(app.controller.state()).at).toBe('home')
  })

  test('[OD9] whoever works on an order that the desk stops is told at the next pause, once; others are not', async () => {
    await picking()
    const world = app.handheld.world()
    const hold = { by: SITE.roster.workers[0]!.id, at: '2026-11-23T08:00:00.000Z', reason: 'Address is asked for' }
    app.handheld.world = () => ({ ...world, document: id => ({ ...world.document(id)!, hold }) })
    app.setStatus({})
    await app.scan('A-01')
    expect(app.band()).not.toBe('order.held')
    await app.time.advance(3000)
    expect(app.said()).toEqual({ key: 'order.held', values: { no: 'ORD-1042', why: 'Address is asked for' } })
    expect(app.heard.at(-1)).toBe('note')
    await app.scan(MUG)
    app.setStatus({})
    await app.time.advance(3000)
    expect([app.band(), app.commands.at(-1)?.type]).toEqual(['got', 'pick'])
    const other = begin()
    await other.scan('XBANNA')
    const before = other.band()
    other.handheld.world = app.handheld.world
    other.setStatus({})
    await other.time.advance(3000)
    expect(other.band()).toBe(before)
  })

  test('[H41] the items of a document are fetched before its first line is shown', async () => {
    const asked: string[] = []
    app.handheld.loadItems = async ids => {
      asked.push(...ids)
      return []
    }
    const item = app.handheld.world().linesOf(ORDER.id)[0]?.item ?? ''
    const world = app.handheld.world()
    app.handheld.world = () => ({ ...world, item: id => (id === item ? undefined : world.item(id)) })
    await app.scan('XBANNA', 'ORD-1042')
    expect(asked).toContain(item)
  })

  test('[H41] the goods of a task without a document are fetched before it is shown', async () => {
    const item = app.handheld.world().linesOf(ORDER.id)[0]!.item
    const [from, to] = [placeId(SITE, 'A-01'), placeId(SITE, 'A-02')]
    const at = { location: from, lpn: NO_LPN, status: 'available' as const }
    const goods = { item, lot: '', serial: '', from: at, to, qty: 1, line: null }
    app = begin(fakeHandheld({ ...TASK, kind: 'replenish', document: null, goods }))
    const asked: string[] = []
    app.handheld.loadItems = async ids => {
      asked.push(...ids)
      return []
    }
    const world = app.handheld.world()
    app.handheld.world = () => ({ ...world, item: id => (id === item ? undefined : world.item(id)) })
    await app.scan('XBANNA')
    await app.controller.openRow(TASK.id)
    expect(app.controller.state().prompt?.title.word).toBe('replenish')
    expect(asked).toContain(item)
  })

  test('[M32] what lies where goods are to be taken from is fetched before it is listed', async () => {
    const place = placeId(SITE, 'A-01')
    const inner = app.handheld.world()
    const { item } = inner.stockAt(place)[0]!
    let isLoaded = false
    app.handheld.loadItems = async ids => {
      isLoaded ||= ids.includes(item)
      return []
    }
    app.handheld.world = () => ({ ...inner, item: id => (isLoaded || id !== item ? inner.item(id) : undefined) })
    await app.scan('XBANNA')
    await app.controller.openProcess('move')
    await app.scan('A-01')
    expect(app.controller.state().prompt?.lines.map(line => line.title)).toContain(inner.item(item)?.name)
  })

  test('[H61] a step that was opened before the catalogue came names its goods as soon as that is here', async () => {
    const inner = app.handheld.world()
    const [line] = inner.linesOf(RECEIPT.id)
    const name = inner.item(line!.item)?.name
    let isHere = false
    let isLoaded = false
    let asked = 0
    let world: typeof inner = { ...inner, item: id => (isLoaded ? inner.item(id) : undefined) }
    app.handheld.world = () => world
    app.handheld.loadItems = async () => {
      asked += 1
      isLoaded = isHere
      return []
    }
    const titles = () => app.controller.state().prompt?.lines.map(one => one.title) ?? []
    await app.scan('XBANNA', RECEIPT.number)
    expect([titles().length, titles().includes(name ?? '')]).toEqual([1, false])
    // Whatever else is told of leaves the rows as they were: nothing is asked for.
    const before = asked
    app.setStatus({ loading: { done: 1, all: 2 } })
    expect(asked).toBe(before)
    isHere = true
    world = { ...world }
    app.setStatus({ loading: null })
    await app.time.advance(1)
    expect(titles()).toEqual([name])
    expect(asked).toBe(before + 1)
  })

  test('[R36] an announced pallet on the home screen is received by that very scan: its goods are fetched first', async () => {
    const label = '106141412345678908'
    const { client } = RECEIPT
    const lpn = lpnId(SITE.warehouse.id, label)
    const inner = app.handheld.world()
    const lines = inner.linesOf(RECEIPT.id).map(line => ({ ...line, lpn }))
    inner.apply({ ...NOTHING, lines, lpns: [{ id: lpn, client, label }] })
    let isLoaded = false
    app.handheld.loadItems = async () => {
      isLoaded = true
      return []
    }
    const { warehouse } = inner.policies
    const trusting = { ...warehouse, receive: { ...warehouse.receive, asnTrust: 'trust' as const } }
    const policies = { ...inner.policies, warehouse: trusting, clients: {} }
    app.handheld.world = () => ({ ...inner, policies, item: id => (isLoaded ? inner.item(id) : undefined) })
    app.handheld.lookup = async () => ({ find: key => (key === label ? [{ kind: 'lpn', lpn, client }] : []) })
    await app.scan('XBANNA', label)
    expect(app.commands).toMatchObject([{ type: 'receive', document: RECEIPT.id, qty: 3, label, to: { lpn } }])
    expect(app.band()).toBe('rcv.asnDone')
  })

  test('[M24] LATER gives a task back that this handheld has', async () => {
    const at = { location: placeId(SITE, 'A-01'), lpn: NO_LPN, status: 'available' as const }
    const item = SITE.items[0]!.id
    const goods = { item, lot: '', serial: '', from: at, to: placeId(SITE, 'A-02'), qty: 1, line: null }
    const lease = { device: app.handheld.device, worker: null }
    app = begin(fakeHandheld({ ...TASK, kind: 'replenish', document: null, goods, state: 'leased', lease }))
    await app.scan('XBANNA')
    await app.controller.openRow(TASK.id)
    await app.scan('XCSKP')
    expect([topOf(app.controller.state()).at, app.givenBack]).toEqual(['home', [TASK.id]])
  })

  test('[H20] a worker without the role is told so and nothing opens', async () => {
    await app.scan('XBBERK', 'ORD-1042')
    expect(app.band()).toBe('role')
    expect(topOf(app.controller.state()).at).toBe('home')
  })

  test('[H21] next work opens the first task', async () => {
    await app.scan('XBANNA', 'XCNXT')
    expect(app.controller.state().prompt?.title.code).toBe(ORDER.number)
  })

  test('[H52] next work is what the server gives out, and what stands first here where it cannot be asked', async () => {
    const other = { ...TASK, id: derivedId<'task'>('task', 'OTHER') }
    const world = app.handheld.world()
    app.handheld.world = () => ({
      ...world,
      task: id => (id === other.id ? other : world.task(id)),
      tasks: () => [...world.tasks(), other],
    })
    const opened = () => openOf(app.controller.state())?.state.key
    app.giveOut([other.id, TASK.id])
    await app.scan('XBANNA', 'XCNXT')
    expect(opened()).toContain(other.id)
    await app.scan('XCHME')
    app.giveOut(null)
    await app.scan('XCNXT')
    expect(opened()).toContain(TASK.id)
  })
  test('[H52] inside a process its own work is meant', async () => {
    await app.scan('XBANNA')
    await app.controller.openProcess('replenish')
    await app.scan('XCNXT')
    expect(app.band()).toBe('pick.none')
  })

  const opened = () => openOf(app.controller.state())?.process.name ?? null
  const ALL = ['receive', 'return', 'putaway', 'pick', 'pack', 'ship', 'count', 'move', 'replenish', 'putback']
  const CARDS = ['XCRCV', 'XCRET', 'XCPUT', 'XCPCK', 'XCPAK', 'XCSHP', 'XCCNT', 'XCMVE', 'XCRPL', 'XCPBK']

  test('[H53] every process that there is has a card that opens it on Home, in Look-up and over other screens', async () => {
    expect(PROCESSES.filter(process => process.commands.length > 0).map(process => process.name)).toEqual(ALL)
    await app.scan('XBCEM')
    for (const [at, card] of CARDS.entries()) {
      for (const before of [[], [MUG], ['XCHLP']]) {
        await app.scan(...before, card)
        expect([card, opened()]).toEqual([card, ALL[at]])
        await app.controller.press('XCHME')
      }
    }
    expect(app.commands).toEqual([])
  })

  test('[H53] inside a process a card is no way out of it; without a log-in or the role nothing opens', async () => {
    await app.scan('XCMVE')
    expect([app.band(), opened()]).toEqual(['no.key', null])
    await app.scan('XBBERK', 'XCRCV')
    expect([app.band(), opened()]).toEqual(['role', null])
    await app.scan('XCCNT', 'XCMVE')
    expect([app.band(), opened()]).toEqual(['no.key', 'count'])
  })

  test('[H53] the number of a tile opens it, by its card or by the key and Enter; a longer number is a code', async () => {
    await app.scan('XBCEM')
    for (const [at, name] of ALL.slice(0, 9).entries()) {
      await app.scan(`XCR0${at + 1}`)
      expect(opened()).toBe(name)
      await app.controller.press('XCHME')
      for (const key of [String(at + 1), 'Enter']) await app.controller.typeKey(key)
      expect(opened()).toBe(name)
      await app.controller.press('XCHME')
    }
    for (const key of [...MUG, 'Enter']) await app.controller.typeKey(key)
    expect(opened()).toBe('lookup')
    await app.scan('XCHME', 'XBBERK', 'XCR09')
    expect([app.band(), opened()]).toEqual(['no.key', null])
  })

  test('[H53] NO DOCUMENT on Home begins a receipt without one, by the same question as inside', async () => {
    await app.scan('XBCEM', 'XCNDC')
    expect(app.controller.state().prompt?.confirm?.question.key).toBe('ask.blind')
    await app.scan('XCNDC', MUG)
    expect(app.commands).toMatchObject([{ type: 'receive', blind: true }])
    await app.scan('XCHME', 'XCRET', 'XCNDC')
    expect(app.controller.state().prompt?.confirm?.question.key).toBe('ask.blindReturn')
  })

  const withTask = (task: Partial<typeof TASK>): void => {
    app = begin(fakeHandheld({ ...TASK, document: null, ...task }))
  }
  const at = (code: string) => ({ location: placeId(SITE, code), lpn: NO_LPN, status: 'available' as const })
  const goodsAt = (code: string, to: string | null) => ({
    item: SITE.items[0]!.id,
    lot: '',
    serial: '',
    from: at(code),
    to: to === null ? null : placeId(SITE, to),
    qty: 1,
    line: null,
  })

  test('[H54] a place on Home opens the walk that begins there, another one is looked up', async () => {
    await app.scan('XBANNA', 'A-02')
    expect(opened()).toBe('lookup')
    await app.scan('XCHME', 'A-01')
    expect([opened(), app.controller.state().prompt?.title.code]).toEqual(['pick', ORDER.number])
    app = begin()
    await app.scan('XBBERK', 'A-01')
    expect(opened()).toBe('lookup')
  })

  test('[H54] a place on Home opens the count or the replenishing that waits there', async () => {
    withTask({ kind: 'replenish', goods: goodsAt('A-01', 'A-02') })
    await app.scan('XBANNA', 'A-02')
    expect(opened()).toBe('lookup')
    await app.scan('XCHME', 'A-01')
    expect(opened()).toBe('replenish')
    const count = { mode: 'guided' as const, hidden: false, location: placeId(SITE, 'A-01'), item: null, notBy: [] }
    withTask({ kind: 'count', count: { ...count, causes: [] } as never })
    await app.scan('XBBERK', 'A-01')
    expect(opened()).toBe('count')
  })

  test('[H54] a place where goods wait to be put away opens that, with what lies there', async () => {
    withTask({ kind: 'putaway', goods: goodsAt('A-01', null) })
    await app.scan('XBANNA', 'A-01')
    expect(openOf(app.controller.state())?.state).toMatchObject({
      process: 'putaway',
      at: 'goods',
      from: placeId(SITE, 'A-01'),
    })
  })

  test('[H54] a lot or serial is no code and shows the goods that have it', async () => {
    const inner = app.handheld.world()
    const [lotted] = inner.stockAt(placeId(SITE, 'A-02'))
    const of = [{ ...lotted!, lot: 'LOT-7' }]
    app.handheld.world = () => ({ ...inner, stockLabelled: text => (text === 'LOT-7' ? of : []) })
    await app.scan('XBANNA', 'LOT-7')
    expect([opened(), app.controller.state().prompt?.lines.length]).toEqual(['lookup', 1])
  })

  test('[U11] Move begins with the goods that Look-up shows, and Back leads there again', async () => {
    await app.scan('XBANNA', MUG, 'XCMVE')
    expect(openOf(app.controller.state())?.state).toMatchObject({
      process: 'move',
      at: 'to',
      from: placeId(SITE, 'A-01'),
      load: { qty: 1 },
    })
    await app.scan('A-03')
    expect(app.commands).toMatchObject([{ type: 'move', qty: 1, to: { location: placeId(SITE, 'A-03') } }])
    await app.controller.press('XCBAK')
    await app.controller.press('XCBAK')
    expect(opened()).toBe('lookup')
    expect(app.controller.state().prompt?.lines.map(line => line.place)).toEqual(['A-01', 'A-03'])
    await app.controller.press('XCMVE')
    expect([app.band(), opened()]).toEqual(['look.choose', 'lookup'])
    await app.scan('XCR02', 'XCMVE')
    expect(openOf(app.controller.state())?.state).toMatchObject({ at: 'to', from: placeId(SITE, 'A-03') })
  })

  test('[U11] Count begins at the place that Look-up shows, and closes the place where a count was left', async () => {
    await app.scan('XBCEM', 'XCCNT', 'A-02', BOWL)
    await app.controller.number(5)
    await app.scan('XCHME', MUG, 'XCCNT')
    expect(openOf(app.controller.state())?.state).toMatchObject({
      process: 'count',
      at: 'goods',
      location: placeId(SITE, 'A-01'),
    })
    expect(app.commands.map(command => command.type)).toContain('count.observed')
  })

  test('[U11] over a step that has something in hand Look-up begins nothing: what comes between would be booked before it', async () => {
    await app.scan('XBCEM', 'XCCNT', 'A-02', BOWL, 'XCLKP', MUG, 'XCMVE')
    expect([app.band(), opened()]).toEqual(['finish.first', 'lookup'])
    await app.controller.press('XCBAK')
    expect([opened(), app.controller.state().prompt?.hero.value]).toEqual(['count', '1'])
  })

  test('[HH25] PROBLEM is a dead end on no step: what helps everywhere comes after the keys of the step', () => {
    const anywhere = ['XCUNM', 'XCSUP', 'XCLKP', 'XCHME', 'XCHLP']
    for (const process of PROCESSES) {
      const own = { command: 'XCHLP', word: 'key.help' as const }
      const offered = (keys: (typeof own)[]) => problemKeys(process.name, { keys }).map(key => key.command)
      const inMove = ['receive', 'return', 'ship', 'move', 'lookup'].includes(process.name) ? [] : ['XCDMG']
      expect([process.name, offered([])]).toEqual([process.name, [...inMove, ...anywhere]])
      expect(offered([own]).filter(command => command === 'XCHLP')).toHaveLength(1)
    }
  })

  test('[HH25] a code that nobody knows is kept from the step by its card; with none the problems screen takes it', async () => {
    await picking()
    await app.scan('NOBODY-KNOWS', 'XCPRB', 'XCUNM')
    expect(app.commands.at(-1)).toMatchObject({ type: 'unmatched', scan: 'NOBODY-KNOWS' })
    expect([opened(), app.controller.state().panel]).toEqual(['pick', 'none'])
    await app.scan('A-01', 'XCUNM')
    expect(topOf(app.controller.state()).at).toBe('problems')
  })

  test('[HH25] DAMAGED on a step without it opens Move, and over goods in hand it says to finish first', async () => {
    await app.scan('XBCEM', 'XCCNT', 'A-01', 'XCDMG')
    expect([opened(), openOf(app.controller.state())?.state.at]).toEqual(['move', 'from'])
    await app.scan('XCBAK', BOWL, 'XCDMG')
    expect([opened(), app.band()]).toEqual(['count', 'finish.first'])
    await app.scan('XCHME', 'XCLKP', MUG, 'XCDMG')
    expect(openOf(app.controller.state())?.state).toMatchObject({ process: 'move', at: 'reason', change: 'damaged' })
  })

  test('[HH26] a supervisor is called from any step, with the work and its place, once as long as it waits', async () => {
    await picking()
    await app.scan('A-01', 'XCSUP')
    const call = { type: 'note', task: TASK.id, document: ORDER.id, text: 'pick · goods · ORD-1042 · A-01' }
    expect([app.band(), app.heard.at(-1), opened()]).toEqual(['sup.called', 'note', 'pick'])
    expect(app.commands.at(-1)).toMatchObject(call)
    const { length } = app.commands
    await app.scan('XCASK')
    expect([app.band(), app.commands.length]).toEqual(['sup.called', length])
    await app.scan('XCHME', 'XCSUP')
    expect(app.commands.at(-1)).toMatchObject({ type: 'note', task: null, document: null, text: 'home' })
  })

  test('[PH33] photos go along with the note, without a word too; the same call with a photo is told once more', async () => {
    const shots = ['a', 'b'].map(letter => letter.repeat(64))
    await picking()
    await app.controller.note('the pallet is broken', shots)
    expect(app.commands.at(-1)).toMatchObject({ type: 'note', photos: shots, task: TASK.id })
    expect(app.commands.at(-1)).toMatchObject({ text: expect.stringMatching(/^the pallet is broken · pick/) })
    await app.controller.note('')
    const told = app.commands.length
    expect(app.commands.at(-1)).not.toHaveProperty('photos')
    await app.controller.note('', shots.slice(0, 1))
    expect(app.commands).toHaveLength(told + 1)
    expect(app.commands.at(-1)).toMatchObject({ type: 'note', photos: shots.slice(0, 1) })
    expect(app.named.at(-1)).toMatchObject([{ type: 'note', photos: shots.slice(0, 1) }])
  })

  test('[HH35] a note that is written of a problem goes to the supervisor with the work and its place', async () => {
    await picking()
    await app.scan('A-01', 'XCPRB')
    const before = openOf(app.controller.state())?.state
    await app.controller.note('  the label\nis torn  ')
    const { length } = app.commands
    expect(app.commands.at(-1)).toMatchObject({
      type: 'note',
      task: TASK.id,
      document: ORDER.id,
      text: 'the label is torn · pick · goods · ORD-1042 · A-01',
    })
    expect([app.band(), app.controller.state().panel]).toEqual(['sup.called', 'none'])
    expect(openOf(app.controller.state())?.state).toEqual(before)
    await app.controller.note('the label is torn')
    expect(app.commands.length).toBe(length)
    await app.controller.note('x'.repeat(900))
    const { text = '' } = app.commands.at(-1) as { text?: string }
    expect([text.length <= 500, text.endsWith('A-01')]).toEqual([true, true])
  })

  test('[H56] a wrong scan says what was scanned and what is wanted, and is said again as a whole', async () => {
    await picking()
    await app.scan('A-01', 'PO-778')
    const said = { say: { key: 'wrong.kind', values: { thing: 'document' } }, then: { key: 'scan.item' } }
    expect(app.controller.state().band).toMatchObject(said)
    await app.scan('NOBODY-KNOWS')
    expect(app.controller.state().band).toMatchObject({ say: { key: 'unknown' }, then: { key: 'scan.item' } })
    await app.scan('PO-778', 'XCRPT')
    expect(app.controller.state().band).toMatchObject(said)
    expect(app.heard.slice(-2)).toEqual(['wrong', 'wrong'])
    await app.scan(BOWL)
    expect(app.controller.state().band).not.toHaveProperty('then')
  })

  test('[H22] the loss of the network is told once and its return once, at most once a minute', async () => {
    await app.scan('XBANNA')
    await app.time.advance(3000)
    app.heard.length = 0
    app.setStatus({ link: 'offline' })
    app.setStatus({ link: 'offline', waiting: 1 })
    app.setStatus({ link: 'online', waiting: 0 })
    app.setStatus({ link: 'offline' })
    expect(app.heard).toEqual(['offline'])
    await app.time.advance(61_000)
    app.setStatus({ link: 'online', waiting: 0 })
    expect(app.heard).toEqual(['offline', 'online'])
  })

  test('[H22] what was said of a scan stays in sight for three seconds before news of the network', async () => {
    await picking()
    app.heard.length = 0
    app.setStatus({ link: 'offline' })
    await app.time.advance(2000)
    await app.controller.scan(wedgeScan('PO-778'))
    await app.time.advance(2000)
    expect([app.band(), app.heard]).toEqual(['wrong.kind', ['wrong']])
    await app.time.advance(1500)
    expect([app.band(), app.heard]).toEqual(['offline', ['wrong', 'offline']])
    // What has passed meanwhile is no news.
    await app.time.advance(61_000)
    await app.controller.scan(wedgeScan('PO-778'))
    app.setStatus({ link: 'online', waiting: 0 })
    app.setStatus({ link: 'offline' })
    await app.time.advance(5000)
    expect(app.heard).toEqual(['wrong', 'offline', 'wrong'])
  })

  test('[H23] news of the desk wait for a pause of three seconds', async () => {
    await picking()
    app.heard.length = 0
    app.setStatus({ needsMe: [{ seq: 1, outcome: 'exception', reason: null, command: null }] })
    await app.time.advance(2000)
    await app.controller.scan(wedgeScan('A-01'))
    await app.time.advance(2000)
    expect(app.heard).toEqual(['right'])
    await app.time.advance(1500)
    expect(app.heard).toEqual(['right', 'refused'])
  })

  test('[H24] logging out says that waiting work is safe and leaves it in the queue', async () => {
    await picking()
    await app.controller.press('XCLGT')
    expect(app.band()).toBe('logout.pending')
    expect(app.handheld.session()).toBeNull()
    expect(app.commands.length).toBe(1)
  })
})

describe('photos', () => {
  const SHOT = { sha: 'a'.repeat(64) }

  test('[PH23] PHOTO opens the camera where the step takes one and nowhere else; its picture is a step of its own', async () => {
    await app.scan('XBANNA')
    await app.controller.press('XCPHT')
    expect([app.band(), app.controller.state().panel]).toEqual(['no.key', 'none'])
    await app.scan('PO-778', 'NOBODY-KNOWS-1')
    await app.controller.press('XCPHT')
    expect(app.controller.state().panel).toBe('photo')
    await app.controller.photo(SHOT, app.controller.state())
    expect([app.band(), app.controller.state().panel]).toEqual(['photo.kept', 'none'])
    expect(app.commands).toMatchObject([{ type: 'unmatched' }, { type: 'unmatched', photos: [SHOT.sha] }])
    expect(app.named.at(-1)).toMatchObject([{ type: 'unmatched', photos: [SHOT.sha] }])
    await app.controller.press('XCPHT')
    await app.scan(MUG)
    expect(app.controller.state().panel).toBe('none')
  })

  test('[PH7] [PH23] what cannot be taken or kept is said, and the next scan is answered as ever', async () => {
    await app.scan('XBANNA', 'PO-778')
    for (const trouble of ['full', 'bad'] as const) {
      await app.controller.press('XCPHT')
      await app.controller.photo(trouble, app.controller.state())
      expect([app.band(), app.controller.state().panel]).toEqual([`photo.${trouble}`, 'none'])
    }
    await app.scan(MUG)
    expect(app.commands).toMatchObject([{ type: 'receive' }])
    expect(app.commands[0]).not.toHaveProperty('photos')
  })

  /** Logged in, a code that nobody knows kept in a delivery, and the picture of it taken but not written yet. */
  const takenOfUnknown = async () => {
    await app.scan('XBANNA', 'PO-778', 'NOBODY-KNOWS-1')
    await app.controller.press('XCPHT')
    return app.controller.state()
  }

  test('[PH26] a picture is of the code that was on the screen when it was taken, whatever was scanned meanwhile', async () => {
    const taken = await takenOfUnknown()
    await app.scan('NOBODY-KNOWS-2', MUG)
    const now = openOf(app.controller.state())
    await app.controller.photo(SHOT, taken)
    expect(app.commands.at(-1)).toMatchObject({ type: 'unmatched', scan: 'NOBODY-KNOWS-1', photos: [SHOT.sha] })
    expect(app.band()).toBe('photo.kept')
    // The step that is on the screen now has none.
    expect(openOf(app.controller.state())).toEqual(now)
    await app.scan(MUG)
    expect(app.commands.at(-1)).not.toHaveProperty('photos')
  })

  test('[PH26] it goes to its code from the home screen too, and to nobody else who has taken the handheld over', async () => {
    const taken = await takenOfUnknown()
    await app.controller.press('XCBAK')
    await app.controller.press('XCHME')
    await app.controller.photo(SHOT, taken)
    expect(app.commands.at(-1)).toMatchObject({ type: 'unmatched', scan: 'NOBODY-KNOWS-1', photos: [SHOT.sha] })
    const { length } = app.commands
    await app.scan('XBCEM')
    await app.controller.photo(SHOT, taken)
    expect([app.band(), app.commands.length]).toEqual(['photo.late', length])
  })

  test('[PH26] a picture of goods that were booked meanwhile comes too late, which is said, and is not of the next goods', async () => {
    await app.scan('XBANNA', 'PO-778')
    await app.controller.press('XCPHT')
    const taken = app.controller.state()
    await app.scan(MUG)
    await app.controller.photo(SHOT, taken)
    expect([app.band(), app.heard.at(-1)]).toEqual(['photo.late', 'note'])
    await app.scan(MUG)
    expect(app.commands.map(command => command.type)).toEqual(['receive', 'receive'])
    for (const command of app.commands) expect(command).not.toHaveProperty('photos')
  })

  test('[PH26] a step that a look-up lies over gets its picture, is stored with it, and names it in its booking', async () => {
    await app.scan('XBANNA', 'PO-778')
    const taken = app.controller.state()
    await app.controller.press('XCLKP')
    await app.controller.photo(SHOT, taken)
    expect([app.band(), openOf(app.controller.state())?.process.name]).toEqual(['photo.kept', 'lookup'])
    expect(JSON.stringify([...app.states.values()])).toContain(SHOT.sha)
    await app.controller.press('XCBAK')
    await app.scan(MUG)
    expect(app.commands.at(-1)).toMatchObject({ type: 'receive', photos: [SHOT.sha] })
  })

  test('[PH26] [HH14] a practice that was opened meanwhile keeps no picture from its step', async () => {
    const taken = await takenOfUnknown()
    app.controller.show('practice')
    await app.controller.photo(SHOT, taken)
    expect(app.commands.at(-1)).toMatchObject({ type: 'unmatched', photos: [SHOT.sha] })
    expect([app.band(), topOf(app.controller.state()).at]).toEqual(['photo.kept', 'practice'])
    await app.controller.press('XCDNE')
    expect(app.band()).toBe('slow')
  })

  test('[PH26] trouble with a picture closes no keypad that was opened meanwhile', async () => {
    await app.scan('XBANNA', 'PO-778')
    const taken = app.controller.state()
    app.controller.panel('number')
    await app.controller.photo('bad', taken)
    expect([app.band(), app.controller.state().panel]).toEqual(['photo.bad', 'number'])
  })
})

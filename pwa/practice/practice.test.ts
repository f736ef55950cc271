import { expect, test } from 'vitest'
import { judge } from '../../shared/process/judge.ts'
import { PROCESSES } from '../../shared/process/index.ts'
import { keysOf, resolve } from '../../shared/scan/resolve.ts'
import { wedgeScan } from '../../test/support/fake-handheld.ts'
import { createController } from '../app/controller.ts'
import { floor } from '../app/floor.ts'
import { makeResolver } from '../app/scan-meaning.ts'
import { openOf } from '../app/state.ts'
import { practiceHandheld } from './handheld.ts'
import { CODES } from './stock.ts'

const NOW = '2027-01-15T10:00:00.000Z'
const practise = () => {
  const of = { judge, language: 'en' as const, worker: null, warehouse: 'Depot', now: () => NOW }
  const handheld = practiceHandheld(of)
  const rules = { judge, processes: PROCESSES, scan: { keysOf, resolve } }
  const port = { loaded: () => rules, load: async () => rules }
  const storage = { getItem: () => null, setItem: () => undefined }
  let mono = 0
  const controller = createController(
    {
      handheld,
      resolver: makeResolver(handheld, port, storage),
      feedback: { play: () => undefined },
      clock: { mono: () => (mono += 1000) },
      timer: { after: () => () => undefined },
      lastTouch: { get: () => null, set: () => undefined },
      processes: PROCESSES,
      setUpAgain: async () => 'refused',
    },
    () => floor,
  )
  const scan = async (...texts: string[]): Promise<string | undefined> => {
    for (const text of texts) await controller.scan(wedgeScan(text))
    return controller.state().band?.say.key
  }
  return { handheld, controller, scan }
}

test('[HH3] an order of made-up goods is picked by the real rules, the wrong item in the middle changes nothing', async () => {
  const { controller, handheld, scan } = practise()
  await scan(CODES.order, CODES.tote, CODES.place)
  expect(await scan(CODES.wrong)).toBe('wrong.item')
  expect(controller.state().prompt?.progress).toEqual({ done: 0, all: 2 })
  await scan(CODES.item, CODES.item, CODES.place2, CODES.item2)
  expect(openOf(controller.state())).toBeNull()
  const [task] = [...handheld.world().tasks()].filter(one => one.kind === 'pick')
  expect(task?.state).toBe('done')
})

test('[HH3] practice never has anything to send, whatever is done in it', async () => {
  const { handheld, scan } = practise()
  await scan(CODES.delivery, CODES.item, CODES.item)
  const dock = [...handheld.world().locations()].find(place => place.code === 'P-DOCK')
  expect(
    dock &&
      handheld
        .world()
        .stockAt(dock.id)
        .map(row => row.onHand),
  ).toEqual([2])
  expect(await handheld.pending()).toEqual([])
  expect(handheld.status().waiting).toBe(0)
  expect(await handheld.append([], null)).toEqual([])
})

test('[HH3] a code that nobody knows is named, and the last step can be taken back', async () => {
  const { scan } = practise()
  expect(await scan(CODES.unknown)).toBe('unknown')
  await scan(CODES.order, CODES.tote, CODES.place, CODES.item)
  expect(await scan('XCUND')).toBe('undone')
})

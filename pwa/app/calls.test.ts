import { expect, test } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import type { CallId } from '../../shared/ids.ts'
import type { Call, CallsRequest } from '../../shared/sync/calls.ts'
import { makeCallBell, PAUSE_MS, TICK_MS } from './call-bell.ts'
import { makeCalls } from './calls.ts'

const anna = derivedId<'worker'>('worker', 'anna')
const id = (n: number): CallId => derivedId('call', 'handheld', n)
const call = (n: number, kind: Call['kind'] = 'text'): Call => ({
  id: id(n),
  kind,
  text: kind === 'text' ? `Words ${n}` : '',
  by: 'Elif',
  at: '2027-01-15T10:00:00.000Z',
})

/** The server as far as calls go, with a network that can be cut. */
const server = (...sent: Call[]) => {
  const told: CallsRequest[] = []
  const net = { online: true, told, open: sent }
  return {
    net,
    hint: () => String(net.open.length),
    ask: async (request: CallsRequest) => {
      if (!net.online) return null
      const { knows, ...rest } = request
      expect(knows).toEqual(['ring', 'text', 'out', 'logs'])
      told.push(rest)
      net.open = net.open.filter(one => !request.read.includes(one.id))
      return { calls: net.open }
    },
  }
}
const settle = async (): Promise<void> => {
  for (let i = 0; i < 30; i += 1) await Promise.resolve()
}
const shelf = (rows = new Map<string, string>()) => ({
  rows,
  getItem: (key: string) => rows.get(key) ?? null,
  setItem: (key: string, to: string) => void rows.set(key, to),
})
const handheld = (ask: ReturnType<typeof server>['ask'], storage = shelf()) => ({
  storage,
  calls: makeCalls({ ask, storage, worker: () => anna }),
})
const words = (calls: readonly Call[]): string[] => calls.map(one => one.text || one.kind)

test('[CL2] a call is asked for once when an answer hints at it, kept, told to have come, and shown', async () => {
  const { net, hint, ask } = server(call(1), call(2, 'ring'))
  const { calls } = handheld(ask)
  const word = hint()
  calls.hinted(word)
  calls.hinted(word)
  await settle()
  expect(words(calls.waiting())).toEqual(['Words 1', 'ring'])
  expect(net.told).toEqual([
    { worker: anna, got: [], read: [] },
    { worker: anna, got: [id(1), id(2)], read: [] },
  ])
  calls.hinted(word)
  await settle()
  expect(net.told).toHaveLength(2)
})

test('[CL2] an answer without a network is kept over a reload, told later, and the call is not shown again', async () => {
  const { net, hint, ask } = server(call(1))
  const first = handheld(ask)
  first.calls.hinted(hint())
  await settle()
  net.online = false
  first.calls.answer([id(1)])
  await settle()
  expect(first.calls.waiting()).toEqual([])
  const second = handheld(ask, first.storage)
  expect(second.calls.waiting()).toEqual([])
  net.online = true
  // The next round still says that somebody calls.
  second.calls.hinted(hint())
  await settle()
  expect(second.calls.waiting()).toEqual([])
  expect(net.told.at(-1)).toEqual({ worker: anna, got: [], read: [id(1)] })
  expect(net.open).toEqual([])
})

test('[CL2] an answer is of who gave it, whoever has the handheld when there is a network again', async () => {
  const { net, hint, ask } = server(call(1), call(2), call(3))
  const has = { now: anna as typeof anna | null }
  const storage = shelf()
  const calls = makeCalls({ ask, storage, worker: () => has.now })
  calls.hinted(hint())
  await settle()
  net.online = false
  const cem = derivedId<'worker'>('worker', 'cem')
  for (const [n, who] of [
    [1, anna],
    [2, null],
    [3, cem],
  ] as const) {
    has.now = who
    calls.answer([id(n)])
    await settle()
  }
  net.online = true
  net.told.length = 0
  // Over a reload, too.
  makeCalls({ ask, storage, worker: () => cem }).wake()
  await settle()
  expect(net.told.map(({ worker, read }) => [worker, read])).toEqual([
    [anna, [id(1)]],
    [null, [id(2)]],
    [cem, [id(3)]],
  ])
})

test('[CL2] answers that a version before has kept are told without a name', async () => {
  const { net, ask } = server(call(1))
  const storage = shelf(new Map([['stockhand-calls', JSON.stringify({ calls: [], got: [], read: [id(1)] })]]))
  makeCalls({ ask, storage, worker: () => anna }).wake()
  await settle()
  expect(net.told).toEqual([{ worker: null, got: [], read: [id(1)] }])
})

test('[CL2] what was not answered is there after a reload without a network', async () => {
  const { net, hint, ask } = server(call(1))
  const first = handheld(ask)
  first.calls.hinted(hint())
  await settle()
  net.online = false
  expect(words(handheld(ask, first.storage).calls.waiting())).toEqual(['Words 1'])
})

test('[CL2] an answer that is given while the server is asked is told, and not undone by what the server says', async () => {
  const { net, hint, ask } = server(call(1), call(2))
  const { calls } = handheld(ask)
  calls.hinted(hint())
  await settle()
  net.open = [...net.open, call(3)]
  calls.hinted(hint())
  calls.answer([id(1)])
  expect(words(calls.waiting())).toEqual(['Words 2'])
  await settle()
  expect(words(calls.waiting())).toEqual(['Words 2', 'Words 3'])
  expect(net.open.map(one => one.id)).toEqual([id(2), id(3)])
})

test('[CL2] nothing is shown of what cannot be read, and a full disk loses no call that is on the screen', async () => {
  const { hint, ask } = server(call(1))
  const full = {
    getItem: () => '{"calls":[1',
    setItem: () => {
      throw new Error('full')
    },
  }
  const calls = makeCalls({ ask, storage: full, worker: () => null })
  expect(calls.waiting()).toEqual([])
  calls.hinted(hint())
  await settle()
  expect(words(calls.waiting())).toEqual(['Words 1'])
})

/** Time and work as the test tells them. */
const bellOver = async (...sent: Call[]) => {
  const { net, hint, ask } = server(...sent)
  const { calls } = handheld(ask)
  const at = { idle: PAUSE_MS, attended: true, due: null as (() => void) | null }
  const played: string[] = []
  const bell = makeCallBell({
    calls,
    timer: {
      after: (_, run) => {
        at.due = run
        return () => (at.due = null)
      },
    },
    idleMs: () => at.idle,
    isAttended: () => at.attended,
    play: event => void played.push(event),
  })
  calls.hinted(hint())
  await settle()
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += TICK_MS) {
      at.idle += TICK_MS
      const { due } = at
      at.due = null
      due?.()
    }
  }
  const scan = (): void => {
    at.idle = 0
    pass(TICK_MS)
  }
  return { bell, calls, at, played, pass, scan, net }
}

test('[CL4] a ring sounds again and again until a person answers; scans go before it and answer nothing', async () => {
  const { bell, played, pass, scan, net, at } = await bellOver(call(1, 'ring'), call(2, 'ring'))
  expect(played).toEqual(['ring'])
  pass(5000)
  expect(played).toEqual(['ring', 'ring'])
  for (let n = 0; n < 20; n += 1) scan()
  expect(played).toEqual(['ring', 'ring'])
  expect(bell.shown()).toMatchObject({ isOpen: false })
  pass(PAUSE_MS)
  expect(played).toEqual(['ring', 'ring', 'ring'])
  expect(bell.shown()).toMatchObject({ isOpen: true, more: 0 })
  bell.answer()
  await settle()
  expect(played.at(-1)).toBe('note')
  expect([bell.shown(), net.open]).toEqual([null, []])
  const heard = played.length
  pass(20_000)
  expect(played).toHaveLength(heard)
  expect(at.due).toBeNull()
})

test('[CL4] a ring that is over, because it was answered elsewhere or the window is left, is silent at once', async () => {
  const over = await bellOver(call(1, 'ring'))
  over.net.open = []
  over.calls.hinted('none')
  await settle()
  expect([over.bell.shown(), over.played]).toEqual([null, ['ring', 'note']])
  const left = await bellOver(call(1, 'ring'))
  left.bell.stop()
  expect([left.at.due, left.played]).toEqual([null, ['ring', 'note']])
})

test('[CL4] a text comes with one tone at a pause, one at a time, and is one line while somebody scans', async () => {
  const { bell, played, pass, scan } = await bellOver(call(1), call(2))
  expect(bell.shown()).toMatchObject({ call: { text: 'Words 1' }, more: 1, isOpen: true })
  expect(played).toEqual(['note'])
  scan()
  expect(bell.shown()).toMatchObject({ isOpen: false })
  bell.open()
  pass(TICK_MS)
  expect(bell.shown()).toMatchObject({ isOpen: true })
  scan()
  pass(PAUSE_MS)
  expect(bell.shown()).toMatchObject({ isOpen: true })
  expect(played).toEqual(['note'])
  bell.answer()
  await settle()
  expect(bell.shown()).toMatchObject({ call: { text: 'Words 2' }, more: 0 })
})

test('[CL4] a text waits for somebody who is logged in; a ring is for whoever finds the handheld', async () => {
  const { bell, at, pass } = await bellOver(call(1), call(2, 'ring'))
  at.attended = false
  pass(TICK_MS)
  expect(bell.shown()).toMatchObject({ call: { kind: 'ring' } })
  bell.answer()
  await settle()
  pass(TICK_MS)
  expect(bell.shown()).toBeNull()
  at.attended = true
  pass(TICK_MS)
  expect(bell.shown()).toMatchObject({ call: { text: 'Words 1' } })
})

import { describe, expect, it } from 'vitest'
import { openOf } from '../pwa/app/state.ts'
import type { Session } from '../pwa/sync/handheld.ts'
import type { World } from '../shared/ledger/world.ts'
import { PROCESSES } from '../shared/process/index.ts'
import { judge } from '../shared/process/judge.ts'
import type { Process, ProcessState, Prompt } from '../shared/process/process.ts'
import type { Draft } from '../shared/sync/command.ts'
import { fakeHandheld } from './support/fake-handheld.ts'
import { floorController } from './support/floor-controller.ts'
import { INPUTS, walk, walked } from './support/process-walk.ts'
import type { Stop } from './support/process-walk.ts'
import { allRows, device, EPOCH, NOW, stamped, TIMES, unbalanced, warehouse, wrongReserved } from './support/world.ts'

/** Of each kind of step in each state. */
const EXAMPLES = 2

/** Whoever it is may do everything. */
const wide = (session: Session): Session => ({ ...session, worker: { ...session.worker, roles: ['supervisor'] } })

/** A handheld in the world of a walk, on whose disk lies what is saved. */
const inWorld = (world: World) => {
  const fake = fakeHandheld()
  const session = (): Session | null => {
    const found = fake.handheld.session()
    return found === null ? null : wide(found)
  }
  const handheld: typeof fake.handheld = {
    ...fake.handheld,
    device,
    warehouse: { ...fake.handheld.warehouse, id: warehouse },
    world: () => world,
    now: () => NOW,
    session,
    logIn: async badge => {
      const answer = await fake.handheld.logIn(badge)
      return answer.ok ? { ok: true, session: wide(answer.session) } : answer
    },
  }
  return { fake: { ...fake, handheld }, handheld }
}
const asSeen = (prompt: Prompt | null): unknown => prompt && JSON.parse(JSON.stringify(prompt))

/** The app was killed while this state was on the screen, and starts again. */
const started = async (world: World, state: ProcessState) => {
  const { fake, handheld } = inWorld(world)
  await floorController({ fake, handheld }).scan('XBCEM')
  const worker = handheld.session()?.worker.id ?? ''
  const value = { state, worker, savedAt: NOW, finished: false, open: true, history: [] }
  fake.states.set(state.key, JSON.parse(JSON.stringify({ key: state.key, value })) as { key: string; value: unknown })
  const app = floorController({ fake, handheld })
  await app.controller.start()
  return { app, handheld }
}

/** What the books say, and what the lines have: of the rows that have anything, of the orders and deliveries. */
const books = (world: World): unknown => [
  allRows(world)
    .filter(row => row.onHand !== 0 || row.reserved !== 0 || row.held !== 0)
    .map(row => JSON.stringify(row))
    .toSorted(),
  [...world.documents()]
    .flatMap(({ id }) => world.linesOf(id))
    .filter(line => line.done > 0 || line.claims.length > 0)
    .map(({ id, done, state, claims }) => [id, done, state, claims.map(claim => JSON.stringify(claim)).toSorted()])
    .toSorted(),
]

/** Everything that a step appended, taken back as the app does it: the newest first. */
const takenBack = (world: World, acts: readonly Draft[], from: number): readonly string[] =>
  acts.toReversed().map((act, n) => {
    const of = { epoch: EPOCH, seq: from + acts.length - n }
    const key = { device, epoch: EPOCH, seq: from + acts.length + n + 1 }
    const { type, ...rest } = act
    if (type === 'undo') throw new Error('an undo is not taken back')
    const judged = judge(
      world,
      stamped({ type: 'undo', client: act.client, of, act: { type, ...rest } as never }, key),
      key,
      TIMES,
    )
    world.apply(judged.effects)
    return judged.outcome
  })

describe.each(PROCESSES.map(process => [process.name, process] as const))('%s', (_, process: Process) => {
  const stops: readonly Stop[] = walk(process)

  it('[H82] [H83] in every state a new start is at the same prompt, and another badge goes on there', async () => {
    for (const stop of stops) {
      const { anna, world } = walked(process, stop)
      const { app, handheld } = await started(world, anna.state())
      const before = app.state()
      expect(openOf(before)?.state).toEqual(anna.state())
      expect([stop.at, asSeen(before.prompt)]).toEqual([stop.at, asSeen(anna.prompt())])
      await app.scan('XBANNA')
      expect([handheld.session()?.worker.name, app.state().question?.kind]).toEqual(['CEM', 'handOver'])
      await app.scan('XBANNA')
      expect([handheld.session()?.worker.name, app.state().question]).toEqual(['ANNA', null])
      expect(openOf(app.state())?.state).toEqual(anna.state())
      expect([stop.at, asSeen(app.state().prompt)]).toEqual([stop.at, asSeen(anna.prompt())])
    }
  })

  it('[L32] whatever is booked in a state, its undo takes back: stock, reservations and lines are as they were', () => {
    const tried = new Map<string, number>()
    for (const stop of stops) {
      const { anna: still } = walked(process, stop)
      for (const input of INPUTS) {
        const booked = still.peek(input).next.commands.map(({ type }) => type)
        const where = `${stop.at} ${input.kind} ${booked.join('+')}`
        const n = tried.get(where) ?? 0
        if (booked.length === 0 || n >= EXAMPLES) continue
        const { anna, world } = walked(process, stop)
        const before = books(world)
        const from = anna.judged.length
        const { commands } = anna.input(input)
        if (commands.some(act => process.undoBarred?.(world, act as never) != null)) continue
        tried.set(where, n + 1)
        expect([where, takenBack(world, commands, from)]).toEqual([where, commands.map(() => 'applied')])
        expect([where, books(world)]).toEqual([where, before])
        expect([where, unbalanced(allRows(world)), wrongReserved(world)]).toEqual([where, [], []])
      }
    }
    // No box is closed in this world; what has left is not taken back in any case (N15).
    expect(tried.size > 0).toBe(process.commands.length > 0 && process.name !== 'ship')
  })
})

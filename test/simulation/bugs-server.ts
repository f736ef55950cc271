import type { Applied, SyncStore } from '../../server/sync/ports.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import type { SyncRequest } from '../../shared/sync/wire.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { Plant } from './bugs.ts'
import type { Fault } from './faults.ts'
import { commandKey, cursorKey, stockIn } from './memory-state.ts'
import { withStanding, withTx } from './server.ts'
import type { Stage } from './stage.ts'

const withFaults =
  (...needed: readonly Fault[]) =>
  (drawn: readonly Fault[]): readonly Fault[] => [...new Set([...drawn, ...needed])]

/** Changes one balance behind the back of the ledger. */
const tamper = (stage: Stage, key: StockKey, change: { onHand?: number; reserved?: number }): void => {
  const { stock } = stage.memory.state()
  const row = stockIn(stage.memory.state(), key)
  stock.set(stockKeyText(key), {
    ...row,
    onHand: row.onHand + (change.onHand ?? 0),
    reserved: row.reserved + (change.reserved ?? 0),
  })
}

const lastSeq = (stage: Stage, { device, push }: SyncRequest): number =>
  stage.memory.state().cursors.get(cursorKey(device, push.epoch))?.lastSeq ?? 0

/** Lets the server believe that a handheld stands somewhere else. */
const standAt = (stage: Stage, { device, push }: SyncRequest, seq: number): void => {
  const { cursors } = stage.memory.state()
  const { epoch } = push
  cursors.set(cursorKey(device, epoch), { device, epoch, lastSeq: seq, lastHash: '*', lastAt: null })
}

/** What comes after each batch that was written. */
const afterWrite = (store: SyncStore, then: (applied: readonly Applied[]) => void): SyncStore =>
  withTx(store, tx => ({
    write: async batch => {
      await tx.write(batch)
      then(batch.applied)
    },
  }))

/** Sees the batch before the store does: `change` gives what is written instead. */
export const changed = (store: SyncStore, change: (row: Applied) => Applied): SyncStore =>
  withTx(store, tx => ({ write: batch => tx.write({ ...batch, applied: batch.applied.map(change) }) }))

/** Mistakes of the server. */
export const SERVER_BUGS: Readonly<Record<string, Plant>> = {
  noDedupe: {
    title: 'a command that is sent again is applied again',
    within: 6,
    faults: withFaults('drop', 'double'),
    asked: (stage, request) => {
      const first = request.push.commands[0]?.seq ?? Infinity
      const state = stage.memory.state()
      if (first > lastSeq(stage, request)) return
      for (const { seq } of request.push.commands)
        state.commands.delete(commandKey(request.device, request.push.epoch, seq))
      standAt(stage, request, first - 1)
    },
  },
  acceptGap: {
    title: 'the server takes a number above last + 1',
    within: 20,
    faults: withFaults('restore'),
    asked: (stage, request) => {
      const first = request.push.commands[0]?.seq ?? 0
      if (first > lastSeq(stage, request) + 1) standAt(stage, request, first - 1)
    },
  },
  rejectOversell: {
    title: 'the server refuses what the books do not have',
    within: 6,
    store: store =>
      changed(store, row =>
        row.effects.exceptions.some(draft => draft.kind === 'negative_stock') ? { ...row, effects: NOTHING } : row,
      ),
  },
  putAwayStays: {
    title: 'goods that were put away stay at the dock in the books',
    within: 6,
    store: (store, stage) => {
      const docks = new Set<string>(stage.site.locations.flatMap(({ id, kind }) => (kind === 'dock' ? [id] : [])))
      return changed(store, row => ({
        ...row,
        effects: { ...row.effects, movements: row.effects.movements.filter(m => !docks.has(m.from.location)) },
      }))
    },
  },
  leak: {
    title: 'one side of a movement loses a unit',
    within: 3,
    store: (store, stage) =>
      afterWrite(store, applied => {
        for (const row of applied)
          for (const m of row.effects.movements) if (m.qty > 3) tamper(stage, { ...m, ...m.to }, { onHand: -1 })
      }),
  },
  reservationLeft: {
    title: 'a pick leaves its reservation on the shelf',
    within: 6,
    store: (store, stage) =>
      afterWrite(store, applied => {
        for (const row of applied)
          for (const line of row.effects.lines)
            for (const m of row.effects.movements)
              if (line.claims.some(claim => claim.location === m.to.location))
                tamper(stage, { ...m, ...m.from, lpn: NO_LPN }, { reserved: m.qty })
      }),
  },
  togetherForgotten: {
    title: 'a transaction of several pushes moves no cursor but that of the first',
    within: 6,
    together: true,
    store: (store, stage) => ({
      ...store,
      applyTogether: async (at, run) => {
        const answer = await store.applyTogether(at, run)
        const { cursors } = stage.memory.state()
        for (const { device, epoch } of at.pushers.slice(1)) {
          const known = cursors.get(cursorKey(device, epoch))
          if (known !== undefined) cursors.set(cursorKey(device, epoch), { ...known, lastSeq: known.lastSeq - 1 })
        }
        return answer
      },
    }),
  },
  cursorGap: {
    title: 'commit numbers become visible out of their order',
    within: 3,
    store: (store, stage) => {
      const visibleAt = new Map<number, number>()
      return {
        ...store,
        page: async at => {
          const page = await store.page(at)
          const now = stage.schedule.now()
          const rows = page.rows.filter(row => {
            const due = visibleAt.get(row.c) ?? now + stage.dice.int(400)
            visibleAt.set(row.c, due)
            return due <= now
          })
          return { ...page, rows }
        },
      }
    },
  },
  throughAhead: {
    title: '`through` is taken from the newest state and not from the page',
    within: 6,
    response: body => ({ ...body, pull: { ...body.pull, through: body.push.acked } }),
  },
  noFeedEpoch: {
    title: 'a restored server keeps the name of its feed',
    within: 10,
    faults: withFaults('restore'),
    store: store => ({ ...store, renewFeed: async () => true }),
  },
  pageOfAll: {
    title: 'a page is read without looking at whose rows they are',
    within: 3,
    store: store => ({ ...store, page: at => store.page({ ...at, clients: null }) }),
  },
  snapshotOfAll: {
    title: 'a snapshot is read without looking at whose rows they are',
    within: 3,
    store: store => ({ ...store, snapshot: (at, rows) => store.snapshot({ ...at, clients: null }, rows) }),
  },
  snapshotThrough: {
    title: 'a snapshot forgets which own commands it contains',
    within: 6,
    faults: withFaults('restore'),
    store: store => ({
      ...store,
      snapshot: async (at, rows) => ({ ...(await store.snapshot(at, rows)), through: {} }),
    }),
  },
  chainNotChecked: {
    title: 'the server does not check the hash chain',
    within: 20,
    faults: withFaults('intruder'),
    store: store => withStanding(store, known => ({ ...known, cursor: { ...known.cursor, lastHash: '*' } })),
  },
  signatureNotChecked: {
    title: 'the server takes any signature',
    within: 6,
    faults: withFaults('intruder'),
    verify: () => async () => true,
  },
  roleNotChecked: {
    title: 'the server books what the worker may not do',
    within: 6,
    faults: withFaults('intruder'),
    store: (store, stage) => {
      const boss = stage.site.roster.workers.find(worker => worker.roles.includes('supervisor')) ?? null
      return withStanding(store, known => ({ ...known, worker: () => ({ then: boss, now: boss }) }))
    },
  },
  toldEarly: {
    title: 'a message is marked as told before the ERP has answered',
    within: 10,
    faults: withFaults('drop'),
    marksEarly: true,
  },
  toldTwice: {
    title: 'what comes late for a document is told together with what was told before',
    within: 10,
    store: (store, stage) =>
      withTx(store, () => ({
        uncovered: async document =>
          [...stage.memory.state().commands.values()]
            .filter(row => row.awaits === document)
            .map(({ device, epoch, seq, movements }) => ({ command: { device, epoch, seq }, movements, lots: [] })),
      })),
  },
  keyOfFeed: {
    title: 'a message has another key after a restore',
    within: 25,
    faults: withFaults('restore'),
    store: (store, stage) =>
      withTx(store, tx => ({
        write: batch =>
          tx.write({
            ...batch,
            messages: batch.messages.map(one => ({
              ...one,
              key: derivedId('outbox', one.key, stage.memory.state().feed.epoch),
            })),
          }),
      })),
  },
  exceptionTwice: {
    title: 'an exception that is open is opened a second time',
    within: 3,
    store: (store, stage) =>
      afterWrite(store, applied => {
        const { exceptions } = stage.memory.state()
        for (const draft of applied.flatMap(row => row.effects.exceptions))
          if (!exceptions.has(draft.id))
            exceptions.set(draft.id, { kind: draft.kind, subject: draft.subject, id: draft.id, hits: 1, open: true })
      }),
  },
}

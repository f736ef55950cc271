import { scopedManifest } from '../../server/routes/scope.ts'
import type { LeaseAnswer, LeaseRequest } from '../../pwa/sync/lease.ts'
import type { Net, Reply } from '../../pwa/sync/ports.ts'
import type { SyncRequest, SyncResponse } from '../../shared/sync/wire.ts'
import { MAX_COMMANDS } from '../../shared/sync/limits.ts'
import type { Device } from './device.ts'
import { START } from './floor.ts'
import { answerLease } from './leases.ts'
import type { Life } from './life.ts'
import { cursorKey } from './memory-state.ts'
import { answerSnapshot, answerSync } from './server.ts'
import type { Stage } from './stage.ts'

const TIME_OUT_MS = 20_000
const PIECE = 25
const PIECES = 20

type Answer<T> = { kind: 'ok'; body: T } | Exclude<Reply<T>, { kind: 'ok' }>

export type SimulatedNet = Net & { lease(request: LeaseRequest): Promise<Reply<LeaseAnswer>> }

/** A radio link to the server: messages vanish, come twice, come late, overtake each other; the server is busy or down. */
export const makeNet = (stage: Stage, device: Device, life: Life): SimulatedNet => {
  const { schedule, dice, seen } = stage
  const delay = (): number => 5 + dice.int(dice.chance(stage.odds.late) ? 30_000 : 200)
  /** One exchange. The server works on a request even when nobody waits for the answer any more. */
  const ask = <T>(serve: () => Promise<Answer<T>>): Promise<Reply<T>> =>
    new Promise(resolve => {
      const sentAt = START + schedule.now() + device.clock
      let open = true
      const answer = (said: Answer<T>): void => {
        if (!open || !life.alive()) return
        open = false
        const receivedAt = START + schedule.now() + device.clock
        resolve(said.kind === 'ok' ? { ...said, sentAt, receivedAt } : said)
      }
      schedule.after(TIME_OUT_MS, () => answer({ kind: 'offline' }))
      const copies = dice.chance(stage.odds.double) ? 2 : 1
      if (copies > 1) seen['requests doubled'] += 1
      for (let copy = 0; copy < copies; copy += 1) {
        if (dice.chance(stage.odds.drop)) {
          seen['requests lost'] += 1
          continue
        }
        schedule.after(delay(), () => {
          if (!open) seen['requests after their time-out'] += 1
          void serve().then(said => {
            if (dice.chance(stage.odds.drop)) seen['answers lost'] += 1
            else schedule.after(delay(), () => answer(said))
          })
        })
      }
    })
  const refused = (status: number): Answer<never> => ({
    kind: 'refused',
    status,
    refusal: null,
    retryAfterMs: status === 503 ? 1000 + dice.int(5000) : null,
  })
  return {
    sync: request => {
      const text = JSON.stringify(request)
      return ask(async () => {
        if (dice.chance(stage.odds.busy)) return refused(dice.pick([503, 502, 401, 429]))
        const read = JSON.parse(text) as SyncRequest
        if (read.push.commands.length > 1 && dice.chance(stage.odds.busy)) return refused(413)
        try {
          const known = stage.memory.state().cursors.get(cursorKey(device.id, read.push.epoch))?.lastSeq ?? 0
          if ((read.push.commands[0]?.seq ?? Infinity) <= known) seen['commands sent again'] += 1
          const body = await answerSync(stage, device, read)
          note(stage, read, body)
          return { kind: 'ok', body: stage.plant?.response?.(body) ?? body }
        } catch (error) {
          if (stage.odds.rollback === 0) stage.fail('I21', `the server failed: ${String(error)}`)
          return refused(503)
        }
      })
    },
    snapshot: async take => {
      const reply = await ask(async () => ({ kind: 'ok', body: await answerSnapshot(stage, device) }))
      if (reply.kind !== 'ok') return reply
      const { rows, head } = reply.body
      // A large warehouse has larger pieces, not a network that breaks off more often.
      const piece = Math.max(PIECE, Math.ceil(rows.length / PIECES))
      for (let i = 0; i < rows.length; i += piece) {
        if (dice.chance(stage.odds.drop / 4)) {
          seen['snapshots broken off'] += 1
          return { kind: 'offline' }
        }
        await take(rows.slice(i, i + piece))
      }
      return { ...reply, body: head }
    },
    lease: request =>
      ask(async () => {
        if (dice.chance(stage.odds.busy)) return refused(dice.pick([503, 502, 401, 429]))
        try {
          return { kind: 'ok', body: await answerLease(stage, device.id, request) }
        } catch (error) {
          if (stage.odds.rollback === 0) stage.fail('I21', `the server failed: ${String(error)}`)
          return refused(503)
        }
      }),
    manifest: () => ask(async () => ({ kind: 'ok', body: scopedManifest(stage.catalogue.manifest, device.clients) })),
    blocks: shas =>
      ask(async () => ({
        kind: 'ok',
        body: shas.flatMap(sha => {
          const bytes = stage.catalogue.blocks.get(sha)
          return bytes === undefined ? [] : [{ sha, bytes }]
        }),
      })),
    rescue: async () => {
      stage.fail('I21', `${device.name} has no steps of an earlier id`)
      return { kind: 'offline' }
    },
    quarantine: async () => {
      stage.fail('I21', `${device.name} sends a command to the rescue door though the server takes it`)
      return { kind: 'offline' }
    },
  }
}

const note = ({ seen }: Stage, request: SyncRequest, body: SyncResponse): void => {
  if (request.push.commands.length > MAX_COMMANDS) throw new Error('more commands than a push may hold')
  if (body.push.gap !== null) seen['gaps named'] += 1
  if (body.pull.more) seen['pages cut'] += 1
  if (body.reset === 'feed_restored') seen['feed restored'] += 1
}

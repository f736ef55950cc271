import type { PinVerifier, Worker } from '../../shared/catalogue.ts'
import { OWN_STATE } from './birth.ts'
import type { PinStop } from './handheld.ts'
import { restOf, revive, tried, TRIES_MAX } from './pin-lock.ts'
import type { Clocks, LiveTries, Tries } from './pin-lock.ts'
import type { Clock, QueueStore } from './ports.ts'

/** Null: the PIN is right. No PIN given: what the handheld has to ask, if it may ask at all. */
export type PinGate = (worker: Worker, pin: string | undefined) => Promise<PinStop | null>

const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), sign => sign.charCodeAt(0))

/** By the browser's own PBKDF2, off this thread: a slow handheld stays awake meanwhile. */
const isPin = async (pin: string, { salt, rounds, hash }: PinVerifier): Promise<boolean> => {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits'])
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: bytesOf(salt), iterations: rounds }
  const found = new Uint8Array(await crypto.subtle.deriveBits(how, key, 256))
  const wanted = bytesOf(hash)
  return found.length === wanted.length && found.every((byte, at) => byte === wanted[at])
}

/** Asks, counts and rests. A PIN says who it was; whoever has the storage of a handheld can try them all in an hour. */
export const makePinGate = ({ queue, clock }: { queue: QueueStore; clock: Clock }): PinGate => {
  const known = new Map<string, LiveTries>()
  const now = (): Clocks => ({ wall: clock.now(), mono: clock.mono() })
  const keyOf = (worker: Worker): string => `${OWN_STATE}pin/${worker.id}`
  const triesOf = async (worker: Worker): Promise<LiveTries> => {
    const held = known.get(worker.id) ?? revive(triesIn((await queue.state(keyOf(worker)))?.value), now())
    known.set(worker.id, held)
    return held
  }
  return async (worker, pin) => {
    if (worker.pin === undefined) return { ok: false, why: 'noPin', name: worker.name }
    const before = await triesOf(worker)
    const ms = restOf(before, now())
    if (ms > 0) return { ok: false, why: 'pinWait', ms }
    if (pin === undefined) return { ok: false, why: 'pin', name: worker.name }
    const counted = tried(before, now())
    const { wrong, left, at } = counted
    await queue.saveState({ key: keyOf(worker), value: { wrong, left, at } satisfies Tries })
    known.set(worker.id, counted)
    if (await isPin(pin, worker.pin)) {
      await queue.dropState(keyOf(worker))
      known.delete(worker.id)
      return null
    }
    return left > 0 ? { ok: false, why: 'pinWait', ms: left } : { ok: false, why: 'pinWrong', left: TRIES_MAX - wrong }
  }
}

/** Written above and by nobody else, yet by any version of it. */
const triesIn = (value: unknown): Tries | null =>
  typeof value === 'object' &&
  value !== null &&
  'wrong' in value &&
  typeof value.wrong === 'number' &&
  'left' in value &&
  typeof value.left === 'number' &&
  'at' in value &&
  typeof value.at === 'number'
    ? { wrong: value.wrong, left: value.left, at: value.at }
    : null

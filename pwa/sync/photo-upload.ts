import type { PhotoQuery } from '../../shared/sync/photo.ts'
import { backoffMs } from './backoff.ts'
import type { Trouble } from './backoff.ts'
import type { Clock, Timer } from './ports.ts'

/** A photo without its bytes. Instants are device ms since 1970. */
export type KeptPhoto = {
  sha: string
  about: PhotoQuery
  takenAt: number
  /** When it was last handed to the network; null = never. */
  sentAt: number | null
  /** The server has it, and its bytes are gone from here. */
  acknowledgedAt: number | null
  /** Refused for a reason of its own: not before this instant again, while the others go on. */
  notBefore: number
}

/** The strict store of photos: a promise that resolves is on disk, one that rejects has written nothing. */
export interface PhotoStore {
  /** The same picture again is one photo and stays as it was. `full`: too many wait, nothing was written. */
  put(row: KeptPhoto, bytes: Uint8Array<ArrayBuffer>): Promise<'kept' | 'full'>
  /** A command names it. What is not here is left alone. */
  attach(sha: string, about: Omit<PhotoQuery, 'takenAt'>): Promise<void>
  /** Everything that the server has not acknowledged. */
  waiting(): Promise<readonly KeptPhoto[]>
  bytes(sha: string): Promise<Uint8Array<ArrayBuffer> | null>
  tried(sha: string, at: { sentAt: number } | { notBefore: number }): Promise<void>
  /** Only now the bytes go. */
  acknowledge(sha: string, now: number): Promise<void>
  /** Rows that were acknowledged before this instant. */
  forget(before: number): Promise<void>
}

/** 80 MB at the most. */
export const PHOTOS_WAITING_MAX = 200
/** So long a photo waits for the step that names it: the place may still be walked to. */
export const ATTACH_MS = 600_000
const REFUSED_MS = 3_600_000
const REMEMBER_MS = 86_400_000

type Due = { kind: 'none' } | { kind: 'later'; at: number } | { kind: 'now'; photo: KeptPhoto }

/** An instant further away than is ever waited for was written before the clock was set back: nothing is left of the wait. */
const within = (at: number, now: number, mostMs: number): number => (at - now > mostMs ? now : at)

const dueAt = ({ about, takenAt, notBefore }: KeptPhoto, now: number): number =>
  Math.max(
    within(notBefore, now, REFUSED_MS),
    about.kind === 'command' ? 0 : within(takenAt + ATTACH_MS, now, ATTACH_MS),
  )

/** The oldest photo that may go now, else when the first one may. A clock that was set back holds nothing for longer. */
export const nextDue = (photos: readonly KeptPhoto[], now: number): Due => {
  const waiting = photos
    .map(photo => ({ photo, at: dueAt(photo, now) }))
    .sort((a, b) => a.photo.takenAt - b.photo.takenAt)
  const ready = waiting.find(({ at }) => at <= now)
  if (ready !== undefined) return { kind: 'now', photo: ready.photo }
  return waiting.length === 0 ? { kind: 'none' } : { kind: 'later', at: Math.min(...waiting.map(({ at }) => at)) }
}

export type PhotoUploadPorts = {
  store: PhotoStore
  clock: Clock
  timer: Timer
  random: () => number
  send: (photo: KeptPhoto, bytes: Uint8Array<ArrayBuffer>) => Promise<{ kind: 'kept' } | Trouble>
  /** Steps are all sent, the server answers, this is the tab that works. */
  mayGo: () => boolean
  /** Resolves when no scan is going on. */
  calm: () => Promise<void>
  counted: (waiting: number) => void
}

export type PhotoUpload = {
  /** Something may have changed: a step was sent, the network is back. Cheap while nothing waits. */
  look: () => void
  /** A photo came or was named by a step. */
  more: () => void
  stop: () => void
  /** Resolves when nothing runs. */
  rest: () => Promise<void>
}

/** One photo at a time, after every step and never in the way of a scan, until the server has each. */
export const makePhotoUpload = (ports: PhotoUploadPorts): PhotoUpload => {
  const { clock, timer, mayGo } = ports
  let running: Promise<void> | null = null
  let isDirty = true
  let isStopped = false
  let failures = 0
  let wake: (() => void) | null = null
  const wait = (ms: number): void => {
    wake?.()
    wake = timer.after(Math.max(0, ms), () => {
      wake = null
      more()
    })
  }
  const round = async (): Promise<void> => {
    isDirty = false
    for (;;) {
      const end = await sendNext(ports)
      if (end.kind === 'sent') failures = 0
      else if (end.kind === 'held') isDirty = true
      else if (end.kind === 'later') wait(end.at - clock.now())
      else if (end.kind === 'trouble') {
        failures += 1
        wait(end.ms ?? backoffMs(failures, ports.random()))
      }
      if (end.kind !== 'sent' || isStopped) return
    }
  }
  const look = (): void => {
    // What comes meanwhile does not cut a back-off short.
    const isBackingOff = failures > 0 && wake !== null
    if (isStopped || !isDirty || isBackingOff || running !== null || !mayGo()) return
    // A store that fails is looked at again when the next thing changes.
    running = round()
      .catch(() => wait(backoffMs((failures += 1), ports.random())))
      .finally(() => {
        running = null
        look()
      })
  }
  const more = (): void => {
    isDirty = true
    look()
  }
  const rest = async (): Promise<void> => {
    if (running === null) return
    await running
    await rest()
  }
  return {
    look,
    more,
    stop: () => {
      isStopped = true
      wake?.()
    },
    rest,
  }
}

type SendEnd =
  | Exclude<Due, { kind: 'now' }>
  | { kind: 'sent' }
  | { kind: 'held' }
  | { kind: 'trouble'; ms: number | null }

const sendNext = async ({ store, clock, calm, mayGo, send, counted }: PhotoUploadPorts): Promise<SendEnd> => {
  const waiting = await store.waiting()
  counted(waiting.length)
  const due = nextDue(waiting, clock.now())
  if (due.kind === 'none') await store.forget(clock.now() - REMEMBER_MS)
  if (due.kind !== 'now') return due
  await calm()
  // Meanwhile the scan may have made a step: it goes first.
  if (!mayGo()) return { kind: 'held' }
  const { sha } = due.photo
  const bytes = await store.bytes(sha)
  if (bytes !== null) {
    await store.tried(sha, { sentAt: clock.now() })
    const end = await send(due.photo, bytes)
    if (end.kind === 'rejected' || end.kind === 'tooLarge') {
      await store.tried(sha, { notBefore: clock.now() + REFUSED_MS })
      return { kind: 'sent' }
    }
    if (end.kind !== 'kept') return { kind: 'trouble', ms: end.kind === 'wait' ? end.ms : null }
  }
  await store.acknowledge(sha, clock.now())
  counted(waiting.length - 1)
  return { kind: 'sent' }
}

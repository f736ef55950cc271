import { bytesToHex } from '@noble/hashes/utils.js'
import type { ClientId } from '../../shared/ids.ts'
import type { Command, Draft } from '../../shared/sync/command.ts'
import { codeSubject, photoAnswerSchema, photoPath } from '../../shared/sync/photo.ts'
import type { PhotoQuery } from '../../shared/sync/photo.ts'
import { openPhotos } from '../store/photos.ts'
import type { Api } from './api.ts'
import { troubleOf } from './backoff.ts'
import type { Handheld } from './handheld.ts'
import { makePhotoUpload } from './photo-upload.ts'
import type { PhotoUpload, PhotoUploadPorts } from './photo-upload.ts'
import type { QueueRow } from './ports.ts'

/** What was in hand when the photo was taken. */
export type PhotoOf = { code: string; client: string | null }

/** The photos of this handheld: taken, named by steps, sent. */
export type PhotoDesk = {
  /** Its hash, once it is on disk; `full` = too many wait. */
  keep: (bytes: Uint8Array<ArrayBuffer>, of: PhotoOf) => Promise<{ sha: string } | 'full'>
  /** Steps were appended: whatever photos they name belong to them from now on. */
  appended: (drafts: readonly Draft[], rows: readonly Pick<QueueRow, 'epoch' | 'seq'>[]) => Promise<void>
  waiting: () => number
  subscribe: (listener: () => void) => () => void
  close: () => Promise<void>
}

export type PhotoDeskDeps = Pick<PhotoUploadPorts, 'clock' | 'timer' | 'random' | 'calm'> & {
  api: Pick<Api, 'json'>
  handheld: Pick<Handheld, 'status' | 'subscribe' | 'pending' | 'now'>
  isActive: () => boolean
  name?: string
}

/** Longer than for a question: 400 kB over a weak radio. */
const TIMEOUT_MS = 60_000

const namedBy = (act: Draft | Command): readonly string[] => ('photos' in act ? (act.photos ?? []) : [])
const clientOf = (act: Draft | Command): { client?: ClientId } =>
  'client' in act && act.client !== null ? { client: act.client } : {}
const subjectOf = (at: Pick<QueueRow, 'epoch' | 'seq'>): string => `${at.epoch}/${at.seq}`

export const openPhotoDesk = async (deps: PhotoDeskDeps): Promise<PhotoDesk> => {
  const { store, close } = await openPhotos(deps.name)
  const { handheld, clock } = deps
  const listeners = new Set<() => void>()
  let count = (await store.waiting()).length
  const counted = (now: number): void => {
    if (now === count) return
    count = now
    for (const listener of listeners) listener()
  }
  const attach = async (act: Draft | Command, at: Pick<QueueRow, 'epoch' | 'seq'>): Promise<void> => {
    for (const sha of namedBy(act))
      await store.attach(sha, { kind: 'command', subject: subjectOf(at), ...clientOf(act) })
  }
  // A step may have been written in the last instant before the battery was empty, and its photos not told of it.
  if (count > 0) for (const command of await handheld.pending()) await attach(command, command)
  const upload = uploadOf(deps, store, counted)
  const quiet = handheld.subscribe(upload.look)
  upload.look()
  return {
    keep: async (bytes, of) => {
      const sha = bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
      const end = await store.put(rowOf(sha, of, handheld.now(), clock.now()), bytes)
      if (end === 'full') return 'full'
      counted((await store.waiting()).length)
      upload.more()
      return { sha }
    },
    appended: async (drafts, rows) => {
      for (const [i, draft] of drafts.entries()) {
        const row = rows[i]
        if (row !== undefined) await attach(draft, row)
      }
      if (drafts.some(draft => namedBy(draft).length > 0)) upload.more()
    },
    waiting: () => count,
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      quiet()
      upload.stop()
      await upload.rest()
      close()
    },
  }
}

const rowOf = (sha: string, { code, client }: PhotoOf, takenAt: string, now: number) => {
  const about: PhotoQuery = { kind: 'code', subject: codeSubject(code), takenAt }
  const of = client === null ? about : { ...about, client: client as ClientId }
  return { sha, about: of, takenAt: now, sentAt: null, acknowledgedAt: null, notBefore: 0 }
}

const uploadOf = (
  { api, handheld, isActive, clock, timer, random, calm }: PhotoDeskDeps,
  store: PhotoUploadPorts['store'],
  counted: PhotoUploadPorts['counted'],
): PhotoUpload =>
  makePhotoUpload({
    store,
    clock,
    timer,
    random,
    calm,
    counted,
    mayGo: () => {
      const { link, waiting } = handheld.status()
      return isActive() && link === 'online' && waiting === 0
    },
    send: async ({ sha, about }, bytes) => {
      const request = { method: 'POST', path: photoPath(sha, about), photo: { bytes, sha } } as const
      const reply = await api.json({ ...request, timeoutMs: TIMEOUT_MS }, photoAnswerSchema)
      return reply.kind === 'ok' ? { kind: 'kept' } : troubleOf(reply)
    },
  })

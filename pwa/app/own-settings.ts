import * as v from 'valibot'
import type { WorkerId } from '../../shared/ids.ts'
import { isoInstant } from '../../shared/sync/fields.ts'
import { ownSettingsAnswerSchema, ownSettingsSchema } from '../../shared/sync/own-settings.ts'
import type { OwnSettings, OwnSettingsAnswer } from '../../shared/sync/own-settings.ts'
import type { Api } from '../sync/api.ts'
import type { Settings, SettingsStore } from './settings.ts'

/** The server as far as settings go; null = nobody could be asked. */
export type OwnSettingsNet = {
  ask: (worker: WorkerId) => Promise<OwnSettingsAnswer | null>
  tell: (worker: WorkerId, at: string, settings: OwnSettings) => Promise<OwnSettingsAnswer | null>
}

export const ownSettingsNet = (api: Pick<Api, 'json'>): OwnSettingsNet => {
  const answered = async (request: Parameters<Api['json']>[0]): Promise<OwnSettingsAnswer | null> => {
    const reply = await api.json(request, ownSettingsAnswerSchema)
    return reply.kind === 'ok' ? reply.body : null
  }
  return {
    ask: worker => answered({ method: 'GET', path: `/api/own-settings?worker=${worker}` }),
    tell: (worker, at, settings) =>
      answered({ method: 'POST', path: '/api/own-settings', body: JSON.stringify({ worker, at, settings }) }),
  }
}

const keptSchema = v.object({ at: isoInstant, settings: ownSettingsSchema, sent: v.boolean() })
type Kept = v.InferOutput<typeof keptSchema>

const OWN = 'stockhand-own'
const DEVICE = 'stockhand-settings-device'
/** People whose choice is kept on one handheld; of more the longest unchanged are fetched again. */
const PEOPLE_MAX = 50

type Shelf = Pick<Storage, 'getItem' | 'setItem'>
const read = <S extends v.GenericSchema>(storage: Shelf, key: string, schema: S): v.InferOutput<S> | null => {
  try {
    const found = v.safeParse(schema, JSON.parse(storage.getItem(key) ?? 'null'))
    return found.success ? found.output : null
  } catch {
    return null
  }
}

/** What people have chosen, as far as this handheld has heard of it; what is not sent yet is never thrown away. */
const makeShelf = (storage: Shelf) => {
  const all = (): Record<string, Kept> => read(storage, OWN, v.record(v.string(), keptSchema)) ?? {}
  return {
    of: (worker: string): Kept | null => all()[worker] ?? null,
    put: (worker: string, kept: Kept): void => {
      const rows = Object.entries({ ...all(), [worker]: kept })
      const byAge = rows.toSorted(([, a], [, b]) => Number(a.sent) - Number(b.sent) || (a.at < b.at ? 1 : -1))
      storage.setItem(OWN, JSON.stringify(Object.fromEntries(byAge.slice(0, PEOPLE_MAX))))
    },
    device: (): OwnSettings | null => read(storage, DEVICE, ownSettingsSchema),
    keepDevice: (settings: OwnSettings): void => storage.setItem(DEVICE, JSON.stringify(settings)),
  }
}

export type Follow = {
  settings: SettingsStore
  net: OwnSettingsNet
  storage: Shelf
  /** Who is logged in, and whether the server can be reached. */
  worker: () => WorkerId | null
  isOnline: () => boolean
  /** Log-ins, log-outs and the network. */
  subscribe: (listener: () => void) => void
  /** Corrected now, ISO. */
  now: () => string
  /** Loads the words of a language before anything is drawn in it. */
  learn: (language: Settings['language']) => Promise<unknown>
}

/**
 * A person's settings go along with the person: worn at the log-in from what this handheld knows, replaced by what the
 * server knows later, told to the server when they are changed, also after a day without a network. Without a log-in the
 * handheld wears its own.
 */
export const followWorker = (of: Follow): void => {
  const { settings, net, storage, now } = of
  const shelf = makeShelf(storage)
  let who: WorkerId | null = null
  let worn = settings.get()
  let isTelling = false

  const wear = async (next: OwnSettings): Promise<void> => {
    await of.learn(next.language)
    worn = { ...settings.get(), ...next }
    settings.set(next)
  }
  const take = async (worker: WorkerId, answer: OwnSettingsAnswer | null): Promise<void> => {
    if (answer === null) return
    const { at, settings: theirs } = answer
    const kept = shelf.of(worker)
    if (at === null || theirs === null || (kept !== null && kept.at > at)) return
    shelf.put(worker, { at, settings: theirs, sent: true })
    if (worker === who && JSON.stringify(theirs) !== JSON.stringify(chosenOf(settings.get()))) await wear(theirs)
  }
  const tell = async (worker: WorkerId): Promise<void> => {
    const kept = shelf.of(worker)
    if (kept === null || kept.sent || isTelling || !of.isOnline()) return
    isTelling = true
    const answer = await net.tell(worker, kept.at, kept.settings)
    isTelling = false
    if (answer === null) return
    const latest = shelf.of(worker)
    if (latest?.at === kept.at) shelf.put(worker, { ...kept, sent: true })
    else void tell(worker)
    await take(worker, answer)
  }
  const come = async (worker: WorkerId): Promise<void> => {
    const kept = shelf.of(worker)
    await wear(kept?.settings ?? shelf.device() ?? chosenOf(settings.get()))
    if (kept !== null && !kept.sent) await tell(worker)
    else await take(worker, await net.ask(worker))
  }
  const look = (): void => {
    const next = of.worker()
    if (next === who) return void (who === null ? undefined : tell(who))
    const before = who
    who = next
    if (next === null) return void wear(shelf.device() ?? chosenOf(settings.get()))
    // After a reload in the middle of a shift what is worn is the person's, not the handheld's.
    if (before === null && shelf.of(next) === null && shelf.device() === null)
      shelf.keepDevice(chosenOf(settings.get()))
    void come(next)
  }
  settings.subscribe(() => {
    const chosen = settings.get()
    if (JSON.stringify(chosen) === JSON.stringify(worn)) return
    worn = chosen
    if (who === null) return shelf.keepDevice(chosenOf(chosen))
    shelf.put(who, { at: now(), settings: chosenOf(chosen), sent: false })
    void tell(who)
  })
  of.subscribe(look)
  look()
}

const chosenOf = ({ language, theme, text, buttons, leftHand, sound, vibration }: Settings): OwnSettings => ({
  language,
  theme,
  text,
  buttons,
  leftHand,
  sound,
  vibration,
})

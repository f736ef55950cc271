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
  let seen: { text: string | null; all: Record<string, Kept> } = { text: null, all: {} }
  // Asked for with every change of the handheld: what has been read is not read into rows again.
  const all = (): Record<string, Kept> => {
    const text = storage.getItem(OWN)
    if (text !== seen.text) seen = { text, all: read(storage, OWN, v.record(v.string(), keptSchema)) ?? {} }
    return seen.all
  }
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
 * What the handheld wears. The words of another language are loaded before it speaks it: until then everything else is worn,
 * and the language counts as chosen.
 */
const makeWardrobe = ({ settings, learn }: Follow) => {
  let worn = settings.get()
  let coming: Settings['language'] | null = null
  let latest = {}
  const put = (change: Partial<OwnSettings>): void => {
    worn = { ...settings.get(), ...change }
    settings.set(change)
  }
  return {
    chosen: (): OwnSettings => ({ ...chosenOf(settings.get()), ...(coming === null ? {} : { language: coming }) }),
    wear: async ({ language, ...rest }: OwnSettings): Promise<void> => {
      const mine = (latest = {})
      coming = language === settings.get().language ? null : language
      put(rest)
      if (coming === null) return
      try {
        await learn(language)
      } catch {
        // Worn at the next log-in; until then the language that is here is spoken, and the choice stays.
        return
      }
      // Another person, or another choice, meanwhile: these words are for nobody.
      if (mine !== latest) return
      coming = null
      put({ language })
    },
    /** Whether a change is the person's own and not what was just put on. */
    isChange: (): boolean => {
      const now = settings.get()
      if (JSON.stringify(now) === JSON.stringify(worn)) return false
      if (now.language !== worn.language) {
        coming = null
        latest = {}
      }
      worn = now
      return true
    },
    /** The next one to wear it has chosen nothing of this. */
    takeOff: (): void => {
      coming = null
      latest = {}
    },
  }
}

/**
 * A person's settings go along with the person: worn at the log-in from what this handheld knows, replaced by what the
 * server knows later, told to the server when they are changed, also after a day without a network. Without a log-in the
 * handheld wears its own.
 */
export const followWorker = (of: Follow): void => {
  const { settings, net, storage, now } = of
  const shelf = makeShelf(storage)
  const wardrobe = makeWardrobe(of)
  const telling = new Set<WorkerId>()
  let who: WorkerId | null = null
  let isAsked = false
  let wasOnline = of.isOnline()

  const take = async (worker: WorkerId, answer: OwnSettingsAnswer | null): Promise<void> => {
    if (answer === null) return
    if (worker === who) isAsked = true
    const { at, settings: theirs } = answer
    const kept = shelf.of(worker)
    if (at === null || theirs === null || (kept !== null && kept.at > at)) return
    shelf.put(worker, { at, settings: theirs, sent: true })
    if (worker === who && JSON.stringify(theirs) !== JSON.stringify(wardrobe.chosen())) await wardrobe.wear(theirs)
  }
  const tell = async (worker: WorkerId): Promise<void> => {
    const kept = shelf.of(worker)
    if (kept === null || kept.sent || telling.has(worker) || !of.isOnline()) return
    telling.add(worker)
    const answer = await net.tell(worker, kept.at, kept.settings).catch(() => null)
    telling.delete(worker)
    if (answer === null) return
    const latest = shelf.of(worker)
    if (latest?.at === kept.at) shelf.put(worker, { ...kept, sent: true })
    else void tell(worker)
    await take(worker, answer)
  }
  const ask = async (worker: WorkerId): Promise<void> => take(worker, await net.ask(worker).catch(() => null))
  const come = async (worker: WorkerId): Promise<void> => {
    const kept = shelf.of(worker)
    void wardrobe.wear(kept?.settings ?? shelf.device() ?? wardrobe.chosen())
    await (kept !== null && !kept.sent ? tell(worker) : ask(worker))
  }
  /** The same person goes on: what could not be told or asked is, once somebody can be asked. */
  const goOn = (worker: WorkerId): void => {
    const isBack = of.isOnline() && !wasOnline
    wasOnline = of.isOnline()
    void tell(worker)
    if (isBack && !isAsked && shelf.of(worker)?.sent !== false) void ask(worker)
  }
  const look = (): void => {
    const next = of.worker()
    if (next === who) return who === null ? undefined : goOn(who)
    const before = who
    who = next
    isAsked = false
    wasOnline = of.isOnline()
    wardrobe.takeOff()
    if (next === null) return void wardrobe.wear(shelf.device() ?? wardrobe.chosen())
    // After a reload in the middle of a shift what is worn is the person's, not the handheld's.
    if (before === null && shelf.of(next) === null && shelf.device() === null) shelf.keepDevice(wardrobe.chosen())
    void come(next)
  }
  settings.subscribe(() => {
    if (!wardrobe.isChange()) return
    if (who === null) return shelf.keepDevice(wardrobe.chosen())
    shelf.put(who, { at: now(), settings: wardrobe.chosen(), sent: false })
    void tell(who)
  })
  of.subscribe(look)
  look()
}

const chosenOf = ({ language, theme, text, buttons, leftHand, sound, vibration, noisy }: Settings): OwnSettings => ({
  language,
  theme,
  text,
  buttons,
  leftHand,
  sound,
  vibration,
  noisy,
})

import type { ItemId } from '../../shared/ids.ts'
import type { ProcessName } from '../../shared/process/process.ts'
import type { Scan } from '../../shared/scan/scan.ts'
import { makeCore, pushed } from './core.ts'
import type { Core, Floor } from './core.ts'
import { makeLock, unlock } from './lock.ts'
import { makeNotices } from './notices.ts'
import { press, tookPhoto } from './press.ts'
import type { Taken } from './press.ts'
import { topOf } from './state.ts'
import type { AppState, Aside, Panel, Ports } from './state.ts'
import { keyOf, typed } from './typing.ts'
import { take } from './take.ts'
import type { Update } from './update.ts'

/** Scans, keys and taps all wait in one line: the next begins when the one before is answered. */
export const WAITING_MAX = 64

export type Controller = {
  state: () => AppState
  subscribe: (listener: () => void) => () => void
  /** Back to where the worker was; call once, before the first scan. */
  start: () => Promise<void>
  scan: (scan: Scan) => Promise<void>
  /** Whether the step on the screen would take this text; asks only, nothing changes. */
  wants: (text: string) => Promise<boolean>
  /** The scanner sends each code twice: said once. */
  sendsTwice: () => void
  /** A button or key by its command code, XC… */
  press: (command: string) => Promise<void>
  number: (value: number) => Promise<void>
  choose: (n: number) => Promise<void>
  /**
   * A picture that is on disk, by its hash, and the state when it was taken; `full` and `bad` are said, and the work goes
   * on without.
   */
  photo: (taken: Taken, at: AppState) => Promise<void>
  /** One key of the keypad or of the device: a character, Backspace, Enter. */
  typeKey: (key: string) => Promise<void>
  /** A code, lot or day that was typed, by what the prompt asks for. */
  type: (text: string) => Promise<void>
  openProcess: (name: ProcessName) => Promise<void>
  /** A row of a list: a task or a document by its id. Rows that are neither do nothing. */
  openRow: (id: string) => Promise<void>
  /** One of the goods that were found. */
  lookAt: (item: ItemId) => Promise<void>
  show: (at: Aside) => void
  /** A code that nobody knows is kept for the desk. */
  park: (text: string) => Promise<void>
  /** What a person wrote of a problem, for the supervisor, with photos that are on disk. */
  note: (text: string, photos?: readonly string[]) => Promise<void>
  panel: (panel: Panel) => void
  offerUpdate: (update: Update) => void
  /** So many steps of the queue did not come through an update. */
  tellMissing: (missing: number) => void
  /** So many photos wait to be sent. */
  photosWait: (photos: number) => void
  /** Milliseconds since the last input, and whether nothing is half done: the safe moment for a new version. */
  idleMs: () => number
  isAtRest: () => boolean
  stop: () => void
}

/** `floor`: what the log-in waits for, null until it is loaded. */
export const createController = (ports: Ports, floor: () => Floor | null): Controller => {
  const core = makeCore(ports, floor)
  const notices = makeNotices(core)
  const lock = makeLock(core)
  const heard = (): void => {
    notices.heard()
    lock.heard()
  }
  const line = makeLine(core, heard)
  // Keys and taps of the work wait for the badge where the handheld lay about.
  const work = (job: (on: Floor) => Promise<void>): Promise<void> =>
    line.run(async () => {
      const on = floor()
      if (core.get().locked) core.say('wrong', 'unlock')
      else if (on !== null) await job(on)
    })
  const unfollow = follow(core, notices.changed)
  return {
    state: core.get,
    subscribe: core.subscribe,
    start: () =>
      line.run(async () => {
        await floor()?.resume(core)
        lock.start()
      }),
    scan: scan => {
      if (core.get().typed !== '') core.set({ typed: '' })
      return line.run(() => hear(core, scan))
    },
    wants: async text => (await floor()?.wants(core, text)) ?? false,
    sendsTwice: makeTwice(core),
    press: command => line.run(() => press(core, command), command === 'XCBAK'),
    number: value => work(on => on.step(core, { kind: 'number', value })),
    choose: n => work(on => on.step(core, { kind: 'choice', n })),
    photo: (taken, at) => line.run(() => tookPhoto(core, taken, at), true),
    typeKey: key => line.quick(() => keyOf(core, key)),
    type: text => line.run(() => typed(core, text)),
    openProcess: name => work(on => on.open(core, name)),
    openRow: id => work(on => on.openRow(core, id)),
    lookAt: item => work(on => on.lookAt(core, item)),
    show: at => core.set(pushed(core.get(), { at })),
    park: text => work(on => on.park(core, text)),
    note: (text, photos) => work(on => on.note(core, text, photos)),
    panel: panel => {
      heard()
      core.set({ panel })
    },
    offerUpdate: update => core.set({ update }),
    tellMissing: missing => tellMissing(core, missing),
    photosWait: photos => {
      core.set({ photos })
      notices.changed()
    },
    idleMs: () => ports.clock.mono() - line.lastAt(),
    isAtRest: () => {
      const state = core.get()
      return (
        state.stack.length === 1 &&
        line.isFree() &&
        state.question === null &&
        state.pin === null &&
        state.saving === 'idle'
      )
    },
    stop: () => {
      unfollow()
      notices.stop()
      lock.stop()
    },
  }
}

const tellMissing = (core: Core, missing: number): void => {
  core.set({ missing })
  core.say('notSaved', 'missing', { n: missing })
}

/** What has changed below the screens, and what that makes known. */
const follow = (core: Core, changed: () => void): (() => void) => {
  const { handheld } = core.ports
  let world = handheld.world()
  return handheld.subscribe(() => {
    core.set({ status: handheld.status(), session: handheld.session() })
    changed()
    // A scan leaves it the same: only rows and catalogues that came bring another one.
    if (world === handheld.world()) return
    world = handheld.world()
    void core.floor()?.knowOpen(core)
  })
}

/** A PIN that is asked for comes before everything, then a handheld that was left alone. */
const hear = (core: Core, scan: Scan): Promise<void> => {
  const { locked, pin } = core.get()
  const floor = core.floor()
  if (pin !== null && floor !== null) return floor.pin.scan(core, scan)
  return locked ? unlock(core, scan) : take(core, scan)
}

const makeTwice = (core: Core): (() => void) => {
  let said = false
  return () => {
    if (!said) core.say('note', 'double.scan')
    said = true
  }
}

type Line = {
  /** `through`: it reaches the work under a practice: Back, which ends the practice, and a photo that was taken before it. */
  run: (job: () => Promise<void>, through?: boolean) => Promise<void>
  /** Drawn at once; only what it answers waits its turn. */
  quick: (key: () => (() => Promise<void>) | null) => Promise<void>
  lastAt: () => number
  isFree: () => boolean
}

/** An answer that takes longer than this is announced: "heard you". Most come sooner, and drawing it would make them later. */
const HEARD_MS = 100

/** First in, first out, one at a time. A full line is said, never swallowed. */
const makeLine = (core: Core, heard: () => void): Line => {
  let last = core.ports.clock.mono()
  let waiting = 0
  let unsay: (() => void) | null = null
  let tail: Promise<void> = Promise.resolve()
  const rest = (): void => {
    unsay?.()
    unsay = null
    if (core.get().busy) core.set({ busy: false })
  }
  // What comes before a practice is loaded, or came before it was opened, is no work: it is answered and done nowhere.
  const isPractice = (): boolean => topOf(core.get()).at === 'practice'
  const refuse = (): void => core.say('wrong', 'slow')
  const run = async (job: () => Promise<void>, through: boolean): Promise<void> => {
    try {
      if (isPractice() && !through) refuse()
      else await job()
    } catch (error) {
      // A fault of ours must not stop the line: it is told, thrown to the caller, and the next scan is heard.
      core.say('wrong', 'fault')
      throw error
    } finally {
      waiting -= 1
      if (waiting === 0) rest()
    }
  }
  const add = (job: () => Promise<void>, through = false): Promise<void> => {
    last = core.ports.clock.mono()
    heard()
    if (waiting >= WAITING_MAX) {
      refuse()
      return Promise.resolve()
    }
    waiting += 1
    unsay ??= core.ports.timer.after(HEARD_MS, () => core.set({ busy: true }))
    const done = tail.then(() => run(job, through))
    tail = done.catch(() => undefined)
    return done
  }
  return {
    lastAt: () => last,
    isFree: () => waiting === 0,
    run: add,
    quick: key => {
      last = core.ports.clock.mono()
      heard()
      const job = isPractice() ? async () => refuse() : key()
      return job === null ? Promise.resolve() : add(job)
    },
  }
}

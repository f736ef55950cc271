import { logOut } from './badge.ts'
import { popped, pushed } from './core.ts'
import type { Core, Floor } from './core.ts'
import { choiceOf, quantityOf } from './keys.ts'
import { answer } from './question.ts'
import { resolveText } from './resolve.ts'
import { books, openOf } from './state.ts'
import type { AppState, Aside, Screen } from './state.ts'

/** What a handheld that lay about still does: nothing of it shows, books or opens work. */
const OPEN = /^XC(BAK|MNU|KEY|HLP|LGT)$/

/** A button, a key or a command barcode: all three come in here as the same code. */
export const press = async (core: Core, command: string): Promise<void> => {
  const { locked, pin, question, prompt } = core.get()
  if (pin !== null) return core.floor()?.pin.press(core, command)
  if (question !== null && command === 'XCYES') return answer(core, question, true)
  if (question !== null && (command === 'XCNAY' || command === 'XCBAK')) return answer(core, question, false)
  if (locked && !OPEN.test(command)) return core.say('wrong', 'unlock')
  const ofApp = APP[command]
  if (ofApp !== undefined) return ofApp(core)
  const floor = core.floor()
  const opening = floor?.opening(core, command) ?? null
  if (opening !== null) return opening()
  const general = floor?.general(core, command) ?? null
  if (general !== null) return general()
  const n = quantityOf(command) ?? choiceOf(command)
  const step = floor?.step
  if (step === undefined || openOf(core.get()) === null) return core.say('wrong', 'no.key')
  if (n !== null) return step(core, quantityOf(command) === null ? { kind: 'choice', n } : { kind: 'number', value: n })
  if (command === 'XCYES' && prompt?.confirm) return sayYes(core, step, prompt.confirm.code)
  await step(core, { kind: 'key', command })
}

/** Yes is the same code again, whether it is scanned or pressed. After a reload only its text is left. */
const sayYes = async (core: Core, step: Floor['step'], code: string): Promise<void> => {
  const { asked } = core.get()
  if (asked !== null) return step(core, asked)
  if (code.startsWith('XC')) return step(core, { kind: 'key', command: code })
  await step(core, { kind: 'scan', resolved: await resolveText(core, code) })
}

/** One step back: what lies on top goes first, then the question, then the screen. Nothing booked is ever lost by it. */
const back = async (core: Core): Promise<void> => {
  const { locked, panel, prompt, stack } = core.get()
  if (panel !== 'none') return core.set({ panel: 'none' })
  const step = core.floor()?.step
  const open = openOf(core.get())
  if (locked && open !== null) return core.say('wrong', 'unlock')
  if (prompt?.confirm) return step?.(core, { kind: 'key', command: 'XCNAY' })
  const isInside = open !== null && books(open.process) && prompt?.keys.some(key => key.command === 'XCBAK')
  if (isInside) return step?.(core, { kind: 'key', command: 'XCBAK' })
  if (stack.length > 1) await leave(core, popped(core.get()).stack ?? stack)
  else await core.ports.out?.()
}

/** Whoever is not logged in has nothing but the first screen and what lies on it. */
const leave = async (core: Core, stack: readonly Screen[]): Promise<void> => {
  const floor = core.floor()
  if (floor === null) core.set({ stack, panel: 'none', band: null })
  else await floor.leave(core, stack)
}

export type Taken = { sha: string } | 'full' | 'bad'

/** Whether the step on the screen has this key: it takes a photo, or shows what has moved. */
const offers = (core: Core, command: string): boolean =>
  core.get().prompt?.keys.some(key => key.command === command) ?? false

export const tookPhoto = async (core: Core, taken: Taken, at: AppState): Promise<void> => {
  // One that was taken before the handheld was left alone belongs to its step all the same.
  if (at.locked) return core.say('wrong', 'unlock')
  if (typeof taken === 'object') return core.floor()?.photo(core, taken.sha, at)
  if (core.get().panel === 'photo') core.set({ panel: 'none' })
  core.say('wrong', `photo.${taken}`)
}

const show = (core: Core, at: Aside): void => core.set(pushed(core.get(), { at }))

/** Codes that mean the same on every screen. Those of a process go to its step. */
const APP: Readonly<Record<string, (core: Core) => Promise<void> | void>> = {
  XCBAK: back,
  XCHME: core => leave(core, [{ at: 'home' }]),
  XCMNU: core => core.set({ panel: core.get().panel === 'menu' ? 'none' : 'menu' }),
  // Inside a step its exceptions are meant, elsewhere everything that needs somebody.
  XCPRB: core => (core.get().prompt === null ? show(core, 'problems') : core.set({ panel: 'problem' })),
  XCKEY: core => core.set({ panel: core.get().panel === 'code' ? 'none' : 'code' }),
  XCLKP: core => (core.get().session === null ? core.say('wrong', 'login.first') : core.floor()?.detour(core, null)),
  XCNXT: core => core.floor()?.next(core) ?? core.say('wrong', 'pick.none'),
  XCUND: core => core.floor()?.undo(core) ?? core.say('wrong', 'undo.none'),
  XCPHT: core => (offers(core, 'XCPHT') ? core.set({ panel: 'photo' }) : core.say('wrong', 'no.key')),
  XCRPT: core => {
    const { band } = core.get()
    if (!band?.event) return
    core.ports.feedback.play(band.event)
    core.set({ band: { ...band } })
  },
  XCHIS: core => (offers(core, 'XCHIS') ? core.set({ panel: 'moves', band: null }) : core.say('wrong', 'no.key')),
  XCSYN: core => {
    show(core, 'queue')
    core.ports.handheld.syncNow()
  },
  XCHLP: core => show(core, 'help'),
  XCLGT: core => core.ports.out?.() ?? logOut(core),
}

import type { Resolved, Scan } from '../../shared/scan/scan.ts'
import { PIN_MAX, PIN_MIN } from '../../shared/pin.ts'
import type { PinStop } from '../sync/handheld.ts'
import { logIn, takeBadge } from './badge.ts'
import type { Core, PinFloor } from './core.ts'
import { resolveHere } from './resolve.ts'

const close = (core: Core): void => core.set({ pin: null, typed: '', band: null })

/** "4:59": how long nobody has to try. */
const minutes = (ms: number): string => {
  const seconds = Math.ceil(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** What stands between a badge and its log-in. A wrong one may be tried again; where there is nothing to try the badge is asked for. */
const stopped = (core: Core, badge: string, stop: PinStop): void => {
  switch (stop.why) {
    case 'pin':
      core.set({ pin: { badge, name: stop.name }, typed: '', question: null, panel: 'none', band: null })
      core.ports.feedback.play('number')
      return
    case 'pinWrong':
      return core.say('wrong', 'pin.wrong', { n: stop.left })
    case 'pinWait':
      close(core)
      return core.say('refused', 'pin.wait', { time: minutes(stop.ms) })
    case 'noPin':
      close(core)
      return core.say('refused', 'pin.none')
  }
}

const isPin = (text: string): boolean => text.length >= PIN_MIN && text.length <= PIN_MAX && /^[0-9]+$/.test(text)

const attempt = async (core: Core, text: string): Promise<void> => {
  const { pin } = core.get()
  core.set({ typed: '' })
  if (pin === null) return
  // Not counted: nobody has such a PIN.
  if (!isPin(text)) return core.say('wrong', 'pin.digits', { least: PIN_MIN, most: PIN_MAX })
  await logIn(core, pin.badge, text)
}

/** Digits only, and no more than a PIN has. They are typed on the keypad, on the keys of the device, or come all at once. */
const key = (core: Core, pressed: string): (() => Promise<void>) | null => {
  const text = core.get().typed
  if (pressed === 'Enter') return text === '' ? null : () => attempt(core, text)
  if (pressed === 'Backspace') core.set({ typed: text.slice(0, -1) })
  else if (/^[0-9]$/.test(pressed)) core.set({ typed: `${text}${pressed}`.slice(0, PIN_MAX) })
  return null
}

const LEAVES: ReadonlySet<string> = new Set(['XCBAK', 'XCNAY', 'XCHME', 'XCLGT'])

const press = (core: Core, command: string): void => {
  if (LEAVES.has(command)) close(core)
  else core.say('wrong', 'no.key')
}

/** A code on goods or paper has digits too. Keys that are as quick as a scanner tell of no symbol, and nobody knows what they say. */
const isKeyed = (read: Scan, { readings }: Resolved): boolean =>
  read.source === 'typed' || (readings.length === 0 && read.aim === null && read.symbology === null)

/** Another badge starts over; digits may come from keys or a scanner; anything else is answered and forgotten, and is no try. */
const scan = async (core: Core, read: Scan): Promise<void> => {
  const resolved = await resolveHere(core, read)
  const [first] = resolved.readings
  if (isPin(read.text) && isKeyed(read, resolved)) return attempt(core, read.text)
  if (first?.kind === 'command') return press(core, first.code)
  if (first?.kind !== 'badge') return core.say('wrong', 'pin')
  close(core)
  await takeBadge(core, first.text)
}

export const pinFloor: PinFloor = { stopped, key, press, scan }

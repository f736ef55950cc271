import type { HandKey } from '../words/en-hand.ts'

/** Text of the test code on the help sheet: a keyboard layout that moves letters, figures or the hyphen shows at once. */
export const TEST_CODE = 'QWERTY-AZ-0189'

/** `look`: works, but there is something to do. `open`: nobody has tried it yet, or the answer is still coming. */
export type Result = 'good' | 'look' | 'bad' | 'open'
export const CHECKS = [
  'scanner',
  'letters',
  'camera',
  'sound',
  'vibration',
  'storage',
  'clock',
  'network',
  'offline',
] as const
export type CheckId = (typeof CHECKS)[number]
export type Check = {
  id: CheckId
  result: Result
  key: HandKey
  values: Readonly<Record<string, string | number>>
}

export type Felt = 'untried' | 'yes' | 'no'
export type CameraTry = 'untried' | 'works' | 'denied' | 'missing' | 'insecure'

/** What is known of this handheld and its browser at this moment. */
export type Facts = {
  read: { text: string; source: 'wedge' | 'camera' | 'typed' } | null
  scanner: { terminator: 'Enter' | 'Tab' | null; gapMsP95: number }
  camera: CameraTry
  sound: { level: number; heard: Felt }
  vibration: { level: number; isThere: boolean; felt: Felt }
  /** `persists` null = not known yet; `used` in percent. */
  storage: { persists: boolean | null; used: number | null }
  /** Seconds that the device's clock differs from the server's; null = never compared. */
  clockOffS: number | null
  link: 'online' | 'offline' | 'connecting' | 'unauthorised' | 'revoked' | 'outdated'
  /** A service worker keeps the app, and the catalogue is whole. */
  isReadyOffline: boolean
}

const SLOW_MS = 60
const FULL_PERCENT = 80
const CLOCK_LOOK_S = 5
/** From here on the server notes it as an exception (`clock_wrong`). */
const CLOCK_BAD_S = 120
const MINUTE_S = 60

type Answer = Omit<Check, 'id'>
const say = (result: Result, key: HandKey, values: Check['values'] = {}): Answer => ({ result, key, values })

const scanner = ({ read, scanner: { terminator, gapMsP95 } }: Facts): Answer => {
  if (read === null) return say('open', 'scanner.open')
  if (read.source === 'camera') return say('good', 'scanner.byCamera')
  if (read.source === 'typed') return say('open', 'scanner.typed')
  const ms = Math.round(gapMsP95)
  if (ms > SLOW_MS) return say('look', 'scanner.slow', { ms })
  return terminator === null ? say('look', 'scanner.noEnd') : say('good', 'scanner.good', { end: terminator, ms })
}

/** Even the layout that moves most leaves these many characters of the test code alone. */
const ALIKE_MIN = 4

/** A code that is much like the test code is the test code; what came of it says how the keyboard of the scanner is set. */
const letters = ({ read }: Facts): Answer => {
  if (read === null || read.source !== 'wedge' || read.text.length !== TEST_CODE.length)
    return say('open', 'letters.open')
  if (read.text === TEST_CODE) return say('good', 'letters.good')
  const { text } = read
  const alike = [...TEST_CODE].filter((char, at) => text[at] === char).length
  return alike < ALIKE_MIN ? say('open', 'letters.open') : say('bad', 'letters.bad')
}

const CAMERA: Readonly<Record<CameraTry, Answer>> = {
  untried: say('open', 'camera.open'),
  works: say('good', 'camera.good'),
  denied: say('bad', 'camera.denied'),
  missing: say('look', 'camera.missing'),
  insecure: say('bad', 'camera.insecure'),
}

const sound = ({ sound: { level, heard } }: Facts): Answer => {
  if (level === 0) return say('look', 'sound.off')
  return heard === 'untried'
    ? say('open', 'sound.open')
    : heard === 'yes'
      ? say('good', 'sound.good')
      : say('bad', 'sound.bad')
}

const vibration = ({ vibration: { level, isThere, felt } }: Facts): Answer => {
  if (!isThere) return say('look', 'vibration.missing')
  if (level === 0) return say('look', 'vibration.off')
  return felt === 'untried'
    ? say('open', 'vibration.open')
    : felt === 'yes'
      ? say('good', 'vibration.good')
      : say('bad', 'vibration.bad')
}

const storage = ({ storage: { persists, used } }: Facts): Answer => {
  if (persists === null) return say('open', 'storage.open')
  const n = Math.round(used ?? 0)
  if (n >= FULL_PERCENT) return say('bad', 'storage.bad', { n })
  return persists ? say('good', 'storage.good', { n }) : say('look', 'storage.look')
}

const clock = ({ clockOffS }: Facts): Answer => {
  if (clockOffS === null) return say('open', 'clock.open')
  const off = Math.abs(clockOffS)
  if (off < CLOCK_LOOK_S) return say('good', 'clock.good')
  return off < CLOCK_BAD_S
    ? say('look', 'clock.look', { n: Math.round(off) })
    : say('bad', 'clock.bad', { n: Math.round(off / MINUTE_S) })
}

const NETWORK: Readonly<Record<Facts['link'], Answer>> = {
  online: say('good', 'network.good'),
  offline: say('look', 'network.look'),
  connecting: say('open', 'network.open'),
  unauthorised: say('bad', 'network.bad'),
  revoked: say('bad', 'link.revoked'),
  outdated: say('look', 'link.outdated'),
}

const OF: Readonly<Record<CheckId, (facts: Facts) => Answer>> = {
  scanner,
  letters,
  camera: ({ camera }) => CAMERA[camera],
  sound,
  vibration,
  storage,
  clock,
  network: ({ link }) => NETWORK[link],
  offline: ({ isReadyOffline }) => (isReadyOffline ? say('good', 'offline.good') : say('open', 'offline.open')),
}

/** One clear result for each part of the handheld, in the order in which they are tried. */
export const checksOf = (facts: Facts): readonly Check[] => CHECKS.map(id => ({ id, ...OF[id](facts) }))

import type { CameraTry, Facts, Felt } from './checks.ts'

/** What the person has answered here, so that the check need not be done again for a look at it. */
export type Answers = { camera: CameraTry; heard: Felt; felt: Felt }
export const UNTRIED: Answers = { camera: 'untried', heard: 'untried', felt: 'untried' }

const KEY = 'stockhand-checks'
const FELT: readonly Felt[] = ['untried', 'yes', 'no']
const CAMERA: readonly CameraTry[] = ['untried', 'works', 'denied', 'missing', 'insecure']

export const readAnswers = (storage: Pick<Storage, 'getItem'>): Answers => {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? '{}')
    if (typeof value !== 'object' || value === null) return UNTRIED
    const kept = new Map<string, unknown>(Object.entries(value))
    const one = <T>(known: readonly T[], name: string, otherwise: T): T =>
      known.find(each => each === kept.get(name)) ?? otherwise
    return {
      camera: one(CAMERA, 'camera', 'untried'),
      heard: one(FELT, 'heard', 'untried'),
      felt: one(FELT, 'felt', 'untried'),
    }
  } catch {
    return UNTRIED
  }
}

export const keepAnswers = (storage: Pick<Storage, 'setItem'>, answers: Answers): void =>
  storage.setItem(KEY, JSON.stringify(answers))

const SCANNER = 'stockhand-scanner'

/** What the wedge has learnt; written by pwa/app/ears.ts a second after the burst. */
export const readScanner = (storage: Pick<Storage, 'getItem'>): Facts['scanner'] => {
  try {
    const value = JSON.parse(storage.getItem(SCANNER) ?? '{}') as Record<string, unknown> | null
    const ends = value?.['terminator']
    const gap = value?.['gapMsP95']
    return {
      terminator: ends === 'Enter' || ends === 'Tab' ? ends : null,
      gapMsP95: typeof gap === 'number' ? gap : 0,
    }
  } catch {
    return { terminator: null, gapMsP95: 0 }
  }
}

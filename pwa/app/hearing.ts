import type { Controller } from './controller.ts'

/** What hears scans and keys: the work, or a practice in its place. */
export type Hearing = Pick<Controller, 'scan' | 'typeKey' | 'press' | 'state'>
export type Turnout = { hears: Hearing; divert: (to: Hearing | null) => void }

export const makeTurnout = (work: Hearing): Turnout => {
  let to = work
  return {
    hears: {
      scan: scan => to.scan(scan),
      typeKey: key => to.typeKey(key),
      press: command => to.press(command),
      state: () => to.state(),
    },
    divert: next => {
      to = next ?? work
    },
  }
}

import type { Controller } from './controller.ts'
import { topOf } from './state.ts'

/** What hears scans and keys: the work, or a practice in its place. */
export type Hearing = Pick<Controller, 'scan' | 'typeKey' | 'press' | 'state'>
export type Turnout = {
  hears: Hearing
  divert: (to: Hearing | null) => void
  /** For Back of the device: it means what hears, and is ours as long as there is a screen to go back to in the work. */
  back: Pick<Controller, 'state' | 'press' | 'subscribe'>
}

export const makeTurnout = (work: Hearing & Pick<Controller, 'subscribe'>): Turnout => {
  let practice: Hearing | null = null
  // The screen decides, not who came last: a practice that is left hears nothing, whether its screen is gone yet or not.
  const now = (): Hearing => (topOf(work.state()).at === 'practice' && practice !== null ? practice : work)
  const press: Hearing['press'] = command => now().press(command)
  return {
    hears: {
      scan: scan => now().scan(scan),
      typeKey: key => now().typeKey(key),
      press,
      state: () => now().state(),
    },
    divert: next => {
      practice = next
    },
    back: { state: work.state, subscribe: work.subscribe, press },
  }
}

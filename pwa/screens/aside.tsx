import type { FunctionComponent } from 'react'
import type { Aside } from '../app/state.ts'
import { lateWithHand, MissingScreen } from './late.tsx'

const beside = (load: () => Promise<FunctionComponent>) => lateWithHand(load, MissingScreen)

/** None is needed for the first scan, so none is loaded before it; the service worker has them when the network is gone. */
export const ASIDES: Readonly<Record<Aside, FunctionComponent>> = {
  queue: beside(async () => (await import('./queue.tsx')).QueueScreen),
  settings: beside(async () => (await import('./settings.tsx')).SettingsScreen),
  check: beside(async () => (await import('./check.tsx')).CheckScreen),
  problems: beside(async () => (await import('./problems.tsx')).ProblemsScreen),
  help: beside(async () => (await import('./help.tsx')).HelpScreen),
  practice: beside(async () => (await import('./practice.tsx')).PracticeScreen),
}

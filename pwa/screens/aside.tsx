import { lazy } from 'react'
import type { FunctionComponent } from 'react'
import type { Aside } from '../app/state.ts'

/** None is needed for the first scan, so none is loaded before it; the service worker has them when the network is gone. */
export const ASIDES: Readonly<Record<Aside, FunctionComponent>> = {
  queue: lazy(async () => ({ default: (await import('./queue.tsx')).QueueScreen })),
  settings: lazy(async () => ({ default: (await import('./settings.tsx')).SettingsScreen })),
  check: lazy(async () => ({ default: (await import('./check.tsx')).CheckScreen })),
  problems: lazy(async () => ({ default: (await import('./problems.tsx')).ProblemsScreen })),
  help: lazy(async () => ({ default: (await import('./help.tsx')).HelpScreen })),
  practice: lazy(async () => ({ default: (await import('./practice.tsx')).PracticeScreen })),
}

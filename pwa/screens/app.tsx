import { lazy, Suspense } from 'react'
import type { FunctionComponent } from 'react'
import { useApp } from '../app/services.ts'
import { topOf } from '../app/state.ts'
import { LoginScreen } from './login.tsx'

// Not needed for the first scan, so not loaded before it; the service worker has them when the network is gone.
const QueueScreen = lazy(async () => ({ default: (await import('./queue.tsx')).QueueScreen }))
const SettingsScreen = lazy(async () => ({ default: (await import('./settings.tsx')).SettingsScreen }))

let work: { Home: FunctionComponent; Process: FunctionComponent } | null = null

/** What the log-in leads to, fetched while the badge is looked for. The log-in waits for it: no screen ever blinks. */
export const workScreens = async (): Promise<void> => {
  const [home, process] = await Promise.all([import('./home.tsx'), import('./process.tsx')])
  work = { Home: home.HomeScreen, Process: process.ProcessScreen }
}

/** Whatever is on top. The queue and the test page are there without a log-in: they show what is safe on this device. */
export const AppScreen = () => {
  const { state } = useApp()
  const top = topOf(state)
  if (top.at === 'queue' || top.at === 'settings') {
    return <Suspense fallback={null}>{top.at === 'queue' ? <QueueScreen /> : <SettingsScreen />}</Suspense>
  }
  if (state.session === null || state.locked || work === null) return <LoginScreen />
  return top.at === 'process' ? <work.Process /> : <work.Home />
}

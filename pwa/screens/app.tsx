import { lazy, Suspense } from 'react'
import { useApp } from '../app/services.ts'
import { topOf } from '../app/state.ts'
import { LoginScreen } from './login.tsx'

const home = () => import('./home.tsx')
const process = () => import('./process.tsx')

// Not needed for the first scan, so not loaded before it; the service worker has them when the network is gone.
const HomeScreen = lazy(async () => ({ default: (await home()).HomeScreen }))
const ProcessScreen = lazy(async () => ({ default: (await process()).ProcessScreen }))
const QueueScreen = lazy(async () => ({ default: (await import('./queue.tsx')).QueueScreen }))
const SettingsScreen = lazy(async () => ({ default: (await import('./settings.tsx')).SettingsScreen }))

/** What the log-in leads to, fetched while the badge is looked for. */
export const workScreens = (): Promise<unknown> => Promise.all([home(), process()])

/** Whatever is on top. The queue and the test page are there without a log-in: they show what is safe on this device. */
export const AppScreen = () => {
  const { state } = useApp()
  const top = topOf(state)
  if (top.at === 'queue' || top.at === 'settings') {
    return <Suspense fallback={null}>{top.at === 'queue' ? <QueueScreen /> : <SettingsScreen />}</Suspense>
  }
  if (state.session === null) return <LoginScreen />
  return <Suspense fallback={null}>{top.at === 'process' ? <ProcessScreen /> : <HomeScreen />}</Suspense>
}

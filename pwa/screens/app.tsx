import { lazy, Suspense } from 'react'
import { useApp } from '../app/services.ts'
import { topOf } from '../app/state.ts'
import { HomeScreen } from './home.tsx'
import { LoginScreen } from './login.tsx'
import { ProcessScreen } from './process.tsx'

// Not needed for the first scan, so not loaded before it; the service worker has them when the network is gone.
const QueueScreen = lazy(async () => ({ default: (await import('./queue.tsx')).QueueScreen }))
const SettingsScreen = lazy(async () => ({ default: (await import('./settings.tsx')).SettingsScreen }))

/** Whatever is on top. The queue and the test page are there without a log-in: they show what is safe on this device. */
export const AppScreen = () => {
  const { state } = useApp()
  const top = topOf(state)
  if (top.at === 'queue' || top.at === 'settings') {
    return <Suspense fallback={null}>{top.at === 'queue' ? <QueueScreen /> : <SettingsScreen />}</Suspense>
  }
  if (state.session === null) return <LoginScreen />
  return top.at === 'process' ? <ProcessScreen /> : <HomeScreen />
}

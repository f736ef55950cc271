import { useApp } from '../app/services.ts'
import { topOf } from '../app/state.ts'
import { HomeScreen } from './home.tsx'
import { LoginScreen } from './login.tsx'
import { ProcessScreen } from './process.tsx'
import { QueueScreen } from './queue.tsx'
import { SettingsScreen } from './settings.tsx'

/** Whatever is on top. The queue and the test page are there without a log-in: they show what is safe on this device. */
export const AppScreen = () => {
  const { state } = useApp()
  const top = topOf(state)
  if (top.at === 'queue') return <QueueScreen />
  if (top.at === 'settings') return <SettingsScreen />
  if (state.session === null) return <LoginScreen />
  return top.at === 'process' ? <ProcessScreen /> : <HomeScreen />
}

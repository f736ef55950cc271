import { Suspense } from 'react'
import type { FunctionComponent } from 'react'
import { useApp } from '../app/services.ts'
import { topOf } from '../app/state.ts'
import { ASIDES } from './aside.tsx'
import { LoginScreen } from './login.tsx'

let work: { Home: FunctionComponent; Process: FunctionComponent; Pin: FunctionComponent } | null = null

/** What the log-in leads to, fetched while the badge is looked for. The log-in waits for it: no screen ever blinks. */
export const workScreens = async (): Promise<void> => {
  const [home, process, pin] = await Promise.all([import('./home.tsx'), import('./process.tsx'), import('./pin.tsx')])
  work = { Home: home.HomeScreen, Process: process.ProcessScreen, Pin: pin.PinScreen }
}

/** Whatever is on top. The screens beside the work are there without a log-in: they show what is safe on this device. */
export const AppScreen = () => {
  const { state } = useApp()
  const top = topOf(state)
  if (state.pin !== null && work !== null) return <work.Pin />
  if (top.at !== 'home' && top.at !== 'process') {
    const Aside = ASIDES[top.at]
    return (
      <Suspense fallback={null}>
        <Aside />
      </Suspense>
    )
  }
  if (state.session === null || state.locked || work === null) return <LoginScreen />
  return top.at === 'process' ? <work.Process /> : <work.Home />
}

import { lazy, StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import type { Root } from 'react-dom/client'
import { begin } from './app/begin.ts'
import { ServicesProvider } from './app/services.ts'
import { openSettings, wear } from './app/settings.ts'
import type { SettingsStore } from './app/settings.ts'
import { wire } from './app/wire.ts'
import type { Wired } from './app/wire.ts'
import { AppScreen, workScreens } from './screens/app.tsx'
import { ErrorBoundary, ErrorScreen, SecondTabScreen } from './screens/apart.tsx'
import { NoDatabase } from './sync/any-queue.ts'
import { learn, speakerOf } from './words/speak.ts'
import './ui/frame.css'
import './ui/parts.css'

const EmergencyScreen = lazy(async () => ({
  default: (await import('./screens/emergency.tsx')).EmergencyScreen,
}))
const EnrolScreen = lazy(async () => ({ default: (await import('./screens/enrol.tsx')).EnrolScreen }))

/** Draws what there is to draw: set-up, the app, "another window", or the page that leads to the rescue. */
const draw = (root: Root, settings: SettingsStore, wired: Wired): void => {
  const { language } = settings.get()
  const speaker = speakerOf(language)
  if (wired.kind === 'enrol') {
    root.render(
      <ErrorBoundary speaker={speaker}>
        <Suspense fallback={null}>
          <EnrolScreen
            settings={settings}
            language={language}
            enrol={wired.enrol}
            token={wired.token}
            listen={wired.listen}
            onDone={wired.done}
          />
        </Suspense>
      </ErrorBoundary>,
    )
  } else if (wired.isActive()) {
    root.render(
      <StrictMode>
        <ErrorBoundary speaker={speaker}>
          <ServicesProvider value={wired.services}>
            <AppScreen />
          </ServicesProvider>
        </ErrorBoundary>
      </StrictMode>,
    )
  } else {
    root.render(<SecondTabScreen speaker={speaker} onUseHere={wired.useHere} />)
  }
}

/** The mark is for whoever measures. Calls of the desk come behind the floor: nobody waits for them at the log-in. */
const ahead = async (wired: Extract<Wired, { kind: 'app' }>): Promise<void> => {
  await wired.loadRules()
  performance.mark('floor')
  await begin(wired.services.handheld, async () => {
    const [{ showCalls }, api] = await Promise.all([import('./screens/calls.tsx'), wired.api()])
    showCalls(wired.services, { ...wired, api })
  })
}

/** After the next frame: the badge prompt is on the screen and hears, the rest may come. */
const whenDrawn = (run: () => void): void => void requestAnimationFrame(() => setTimeout(run, 0))

const start = async (): Promise<void> => {
  const host = document.querySelector('#app')
  if (host === null) throw new Error('the page has no place for the app')
  const root = createRoot(host)
  const settings = openSettings(localStorage, navigator.language)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const dress = (): void => wear(document.documentElement, settings.get(), dark.matches)
  dress()
  dark.addEventListener('change', dress)
  // The desk is loaded by nobody else, and opens nothing of a handheld.
  if (/^\/desk(\/|$)/.test(location.pathname)) {
    const { startDesk } = await import('./screens/desk/desk.tsx')
    return startDesk(root, settings)
  }
  await learn(settings.get().language)
  try {
    const wired = await wire(settings, workScreens)
    const redraw = (): void => draw(root, settings, wired)
    settings.subscribe(() => {
      dress()
      redraw()
    })
    redraw()
    if (wired.kind === 'app') {
      wired.onActive(redraw)
      whenDrawn(() => void ahead(wired))
    }
  } catch (error) {
    const speaker = speakerOf(settings.get().language)
    // What could not be opened is left alone; the rescue page reads it without any of our code.
    if (error instanceof NoDatabase)
      root.render(
        <ErrorBoundary speaker={speaker}>
          <Suspense fallback={null}>
            <EmergencyScreen speaker={speaker} settings={settings} />
          </Suspense>
        </ErrorBoundary>,
      )
    else root.render(<ErrorScreen speaker={speaker} error={error} />)
  }
}

void start()

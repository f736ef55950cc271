import { useCallback, useEffect, useMemo, useState } from 'react'
import type { Root } from 'react-dom/client'
import { meSchema, startSchema } from '../../../shared/desk/session.ts'
import type { Me } from '../../../shared/desk/session.ts'
import { siteAnswerSchema } from '../../../shared/desk/view.ts'
import { UTC } from '../../../shared/time.ts'
import type { SettingsStore } from '../../app/settings.ts'
import { makeApi, Refused } from './api.ts'
import type { Api } from './api.ts'
import { pageBell } from './bell.ts'
import { DeskProvider, makeNames, whyNot } from './context.ts'
import type { Desk as DeskValue, Names } from './context.ts'
import { Frame } from './frame.tsx'
import { ChangePassword, First, LogIn } from './login.tsx'
import type { Ways } from './login.tsx'
import { learnDesk } from './speak.ts'
import type { SpeakerIn } from './speak.ts'
import './desk.css'

type At = { kind: 'loading' } | { kind: 'unreachable' } | { kind: 'first' } | { kind: 'out' } | { kind: 'in'; me: Me }
const OUT: At = { kind: 'out' }

/** Who is here, by the session that the browser has. */
const look = async (api: Api, onWays: (ways: Ways) => void): Promise<At> => {
  try {
    const start = await api.get('/api/desk/start', {}, startSchema)
    onWays({ isDemo: start.demo, hasCompany: start.company })
    if (start.first) return { kind: 'first' }
    try {
      const me = await api.get('/api/desk/session', {}, meSchema)
      api.remember(me.csrf)
      return { kind: 'in', me }
    } catch (error) {
      if (error instanceof Refused && error.code === 'unauthorised') return OUT
      throw error
    }
  } catch {
    return { kind: 'unreachable' }
  }
}

/** Who is logged in decides what is drawn; the session itself is the browser's. */
const Desk = ({ speakIn, onLanguage }: { speakIn: SpeakerIn; onLanguage: () => void }) => {
  const speaker = useMemo(() => speakIn(UTC), [speakIn])
  const [at, setAt] = useState<At>({ kind: 'loading' })
  const [ways, setWays] = useState<Ways>({ isDemo: false, hasCompany: false })
  const [api] = useState(() => makeApi(() => setAt(now => (now.kind === 'in' ? OUT : now))))
  useEffect(() => {
    void look(api, setWays).then(setAt)
  }, [api])
  const enter = (me: Me): void => {
    api.remember(me.csrf)
    setAt({ kind: 'in', me })
  }
  if (at.kind === 'loading') return <p className="desk-quiet">{speaker.say('loading')}</p>
  if (at.kind === 'unreachable')
    return (
      <main className="desk-login">
        <p role="alert">{speaker.say('offline')}</p>
        <button type="button" className="desk-button primary" onClick={() => void look(api, setWays).then(setAt)}>
          {speaker.say('retry')}
        </button>
      </main>
    )
  if (at.kind === 'first') {
    // Nothing is there to be approved yet: the first page is the one that says what comes next.
    const begin = (me: Me): void => {
      history.replaceState(null, '', '/desk/live')
      enter(me)
    }
    return <First api={api} speaker={speaker} onIn={begin} />
  }
  if (at.kind === 'out') return <LogIn api={api} speaker={speaker} onIn={enter} {...ways} />
  if (at.me.mustChange) return <ChangePassword api={api} speaker={speaker} onIn={enter} />
  const inside = { api, speakIn, me: at.me, onLanguage }
  return <Inside key={`${at.me.worker} ${at.me.warehouse.id}`} {...inside} onMove={enter} onOut={() => setAt(OUT)} />
}

type InsideProps = Pick<DeskValue, 'api' | 'me'> & {
  speakIn: SpeakerIn
  onMove: (me: Me) => void
  onOut: () => void
  onLanguage: () => void
}

/** Waits for the names and the clock that every section needs. */
const Inside = ({ api, speakIn, me, onMove, onOut, onLanguage }: InsideProps) => {
  const [names, setNames] = useState<Names | null>(null)
  const [timeZone, setTimeZone] = useState(UTC)
  const speaker = useMemo(() => speakIn(timeZone), [speakIn, timeZone])
  const [, setLearnt] = useState(0)
  const [told, setTold] = useState<Parameters<DeskValue['tell']> | null>(null)
  const [turn, setTurn] = useState(0)
  const [bell] = useState(pageBell)
  useEffect(() => bell.close, [bell])
  const lookAtSite = useCallback((): void => {
    api
      .get('/api/desk/site', {}, siteAnswerSchema)
      .then(site => {
        setTimeZone(site.timeZone)
        setNames(makeNames(api, site, () => setLearnt(n => n + 1)))
      })
      .catch((error: unknown) => setTold([String(error instanceof Error ? error.message : error)]))
  }, [api])
  useEffect(lookAtSite, [lookAtSite])
  if (names === null) return <p className="desk-quiet">{told?.[0] ?? speaker.say('loading')}</p>
  const desk: DeskValue = {
    me,
    api,
    speaker,
    names,
    tell: (...what) => setTold(what),
    bell: bell.listen,
    move: warehouse => {
      api
        .post('/api/desk/warehouse', { warehouse }, meSchema)
        .then(onMove, (error: unknown) => setTold([whyNot(speaker, error)]))
    },
    changed: () => setTurn(n => n + 1),
    siteChanged: lookAtSite,
  }
  return (
    <DeskProvider value={desk}>
      <Frame told={told} onTold={() => setTold(null)} turn={turn} onOut={onOut} onLanguage={onLanguage} />
    </DeskProvider>
  )
}

/** The desk in the page that the handheld's app lies in: nothing of the queue is opened. */
export const startDesk = async (root: Root, settings: SettingsStore): Promise<void> => {
  const draw = async (): Promise<void> => {
    const { language } = settings.get()
    document.documentElement.lang = language
    const speakIn = await learnDesk(language)
    const turn = (): void => settings.set({ language: language === 'en' ? 'tr' : 'en' })
    root.render(<Desk speakIn={speakIn} onLanguage={turn} />)
  }
  settings.subscribe(() => void draw())
  await draw()
}

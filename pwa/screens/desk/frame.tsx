import { useCallback, useEffect, useRef, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { logOutSchema } from '../../../shared/desk/session.ts'
import { countsAnswerSchema } from '../../../shared/desk/view.ts'
import type { CountsAnswer } from '../../../shared/desk/view.ts'
import { mayDo } from '../../../shared/roles.ts'
import { Account } from './account.tsx'
import { Approvals } from './approvals.tsx'
import { Audit } from './audit.tsx'
import { Connections } from './connections.tsx'
import { useDesk, whyNot } from './context.ts'
import type { Desk } from './context.ts'
import { Devices } from './devices.tsx'
import { Documents } from './documents.tsx'
import { Exceptions } from './exceptions.tsx'
import { withParam } from './filter.ts'
import { Figures } from './figures.tsx'
import { Found } from './found.tsx'
import { GoingLive } from './going-live.tsx'
import { Intake } from './intake.tsx'
import { Integrations } from './integrations.tsx'
import { People } from './people.tsx'
import { Printing } from './print.tsx'
import { Policies } from './policies.tsx'
import { Lots } from './lots.tsx'
import { Past } from './past.tsx'
import { DailyFiles } from './schedules.tsx'
import { OTHERS, SECTIONS } from './sections.ts'
import type { Section } from './sections.ts'
import { Stock } from './stock.tsx'
import { Stocktakes } from './stocktake.tsx'
import { Views } from './views.tsx'

const COUNT_MS = 10_000

/** What waits, asked for every ten seconds, after every decision, and when somebody comes back to the page. */
const useCounts = (turn: number): { counts: CountsAnswer | null; isOld: boolean } => {
  const { api } = useDesk()
  const [state, setState] = useState<{ counts: CountsAnswer | null; isOld: boolean }>({ counts: null, isOld: false })
  const look = useCallback(() => {
    api.get('/api/desk/counts', {}, countsAnswerSchema).then(
      counts => setState({ counts, isOld: false }),
      () => setState(before => ({ ...before, isOld: true })),
    )
  }, [api])
  useEffect(look, [look, turn])
  useEffect(() => {
    const timer = setInterval(look, COUNT_MS)
    window.addEventListener('focus', look)
    return () => {
      clearInterval(timer)
      window.removeEventListener('focus', look)
    }
  }, [look])
  return state
}

type FrameProps = {
  told: Parameters<Desk['tell']> | null
  onTold: () => void
  turn: number
  onOut: () => void
  onLanguage: () => void
}

type At = {
  section: string | undefined
  mine: readonly Section[]
  go: (path: string, options?: { replace: boolean }) => void
}

export const Frame = ({ told, onTold, turn, onOut, onLanguage }: FrameProps) => {
  const { me, speaker } = useDesk()
  const [location, go] = useLocation()
  const { counts, isOld } = useCounts(turn)
  const mine = SECTIONS.filter(
    ({ roles, strictly, whole }) =>
      (whole !== true || me.clients === null) &&
      (strictly === true ? roles.some(role => me.roles.includes(role)) : mayDo(me.roles, roles)),
  )
  const [, , at = ''] = location.split('/')
  const section = OTHERS.find(one => one === at) ?? (mine.find(one => one.path === at) ?? mine[0])?.path
  const find = (text: string): void => go(`/desk/find?q=${encodeURIComponent(text)}`)
  useEffect(() => {
    document.title = `${speaker.say('desk')} · Stockhand`
  }, [speaker])
  return (
    <div className="desk">
      <Header counts={counts} isOld={isOld} go={go} onFind={find} onOut={onOut} onLanguage={onLanguage} />
      <Nav section={section} mine={mine} go={go} counts={counts} />
      <Main section={section} mine={mine} go={go} onFind={find} />
      <div className="desk-told" role="status">
        {told === null ? null : (
          <p>
            {told[0]}{' '}
            {told[1] === undefined ? null : (
              <button
                type="button"
                className="desk-button"
                onClick={() => {
                  told[1]?.run()
                  onTold()
                }}
              >
                {told[1].label} <kbd>U</kbd>
              </button>
            )}
            <button type="button" className="desk-button" onClick={onTold}>
              {speaker.say('close')}
            </button>
          </p>
        )}
      </div>
    </div>
  )
}

type HeaderProps = { counts: CountsAnswer | null; isOld: boolean; go: At['go']; onFind: (text: string) => void } & Pick<
  FrameProps,
  'onOut' | 'onLanguage'
>

/** Where, who, how fresh, and the search that a slash leads to. */
const Header = ({ counts, isOld, go, onFind, onOut, onLanguage }: HeaderProps) => {
  const { speaker, api, tell } = useDesk()
  const field = useRef<HTMLInputElement>(null)
  // Whoever could not be logged out stays logged in, and is told so.
  const logOut = (): void => {
    api.post('/api/desk/session/end', {}, logOutSchema).then(
      ({ to }) => {
        onOut()
        // The provider would let the next person at this desk in as this one.
        if (to !== null) location.assign(to)
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return
      event.preventDefault()
      field.current?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  const asOf = counts === null ? '' : speaker.say('asOf', { time: speaker.time(counts.asOf) })
  return (
    <header className="desk-head">
      <a href="/desk" className="desk-brand">
        Stockhand
      </a>
      <Warehouses />
      <form
        role="search"
        onSubmit={event => {
          event.preventDefault()
          const text = field.current?.value.trim() ?? ''
          if (text !== '') onFind(text)
        }}
      >
        <input
          ref={field}
          type="search"
          maxLength={200}
          aria-label={speaker.say('search')}
          placeholder={`/  ${speaker.say('search')}`}
        />
      </form>
      <span className="desk-as-of" data-old={isOld}>
        {isOld ? speaker.say('offline') : asOf}
      </span>
      <button type="button" className="desk-button" onClick={onLanguage} lang={speaker.language === 'en' ? 'tr' : 'en'}>
        {speaker.language === 'en' ? 'Türkçe' : 'English'}
      </button>
      <MyAccount go={go} />
      <button type="button" className="desk-button" onClick={logOut}>
        {speaker.say('logout')}
      </button>
    </header>
  )
}

/** Where: a choice for whoever works in several warehouses. */
const Warehouses = () => {
  const { me, speaker, move } = useDesk()
  if (me.warehouses.length < 2) return <span>{me.warehouse.name}</span>
  return (
    <select
      aria-label={speaker.say('warehouse')}
      value={me.warehouse.id}
      onChange={event => {
        const there = me.warehouses.find(one => one.id === event.currentTarget.value)
        if (there !== undefined) move(there.id)
      }}
    >
      {me.warehouses.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  )
}

const MyAccount = ({ go }: Pick<At, 'go'>) => {
  const { me, speaker } = useDesk()
  return (
    <a
      className="desk-me"
      href="/desk/account"
      title={speaker.say('s.account')}
      onClick={event => {
        event.preventDefault()
        go('/desk/account')
      }}
    >
      {me.name}
    </a>
  )
}

const Nav = ({ section, mine, go, counts }: At & { counts: CountsAnswer | null }) => {
  const { speaker } = useDesk()
  return (
    <nav className="desk-nav" aria-label={speaker.say('desk')}>
      {mine.map(({ path, word, count }) => (
        <a
          key={path}
          href={`/desk/${path}`}
          aria-current={path === section ? 'page' : undefined}
          onClick={event => {
            event.preventDefault()
            go(`/desk/${path}`)
          }}
        >
          {speaker.say(word)}
          {count === undefined || counts === null || counts[count] === 0 ? null : (
            <span className="desk-count">{speaker.number(counts[count])}</span>
          )}
        </a>
      ))}
    </nav>
  )
}

const Main = ({ section, mine, go, onFind }: At & { onFind: (text: string) => void }) => {
  const { speaker } = useDesk()
  const [search] = useSearchParams()
  return (
    <main className="desk-main">
      <div className="desk-heading">
        <h1>
          {speaker.say(
            mine.find(one => one.path === section)?.word ?? (section === 'account' ? 's.account' : 'search'),
          )}
        </h1>
        {section === 'account' ? null : (
          <Views here={withParam(`/desk/${section ?? ''}`, search, 'id', null)} onGo={go} />
        )}
      </div>
      {section === 'approvals' ? <Approvals onScan={onFind} /> : null}
      {section === 'exceptions' ? <Exceptions onScan={onFind} /> : null}
      {section === 'orders' || section === 'receipts' ? (
        <Documents
          key={section}
          kind={section === 'orders' ? 'order' : 'receipt'}
          q={search.get('q') ?? ''}
          open={search.get('id')}
          onOpen={id => go(withParam(`/desk/${section}`, search, 'id', id))}
          onScan={onFind}
        />
      ) : null}
      {section === 'stock' ? (
        <Stock
          q={search.get('q') ?? ''}
          onFind={q => go(withParam('/desk/stock', search, 'q', q === '' ? null : q))}
          onScan={onFind}
        />
      ) : null}
      {section === 'figures' ? <Figures onScan={onFind} /> : null}
      {section === 'lots' ? <Lots search={search} onGo={go} onScan={onFind} /> : null}
      {section === 'stocktake' ? <Stocktakes search={search} onGo={go} onScan={onFind} /> : null}
      {section === 'past' ? <Past search={search} onGo={go} onScan={onFind} /> : null}
      {section === 'devices' ? <Devices onScan={onFind} /> : null}
      {section === 'integrations' ? <Integrations onScan={onFind} /> : null}
      {section === 'exports' ? <DailyFiles onScan={onFind} /> : null}
      {section === 'print' ? <Printing onScan={onFind} /> : null}
      {section === 'people' ? <People onScan={onFind} /> : null}
      {section === 'audit' ? <Audit onScan={onFind} /> : null}
      {section === 'connections' ? <Connections onScan={onFind} /> : null}
      {section === 'policies' ? <Policies onScan={onFind} /> : null}
      {section === 'live' ? <GoingLive onGo={go} onScan={onFind} /> : null}
      {section === 'intake' ? <Intake kind={search.get('kind')} onGo={go} onScan={onFind} /> : null}
      {section === 'account' ? <Account onScan={onFind} /> : null}
      {section === 'find' ? <Found q={search.get('q') ?? ''} onGo={go} onScan={onFind} /> : null}
    </main>
  )
}

import { useState } from 'react'
import { exceptionsAnswerSchema } from '../../../shared/desk/exceptions.ts'
import type { ExceptionsAnswer } from '../../../shared/desk/exceptions.ts'
import { STRANGERS } from '../../../shared/desk/rescue.ts'
import { decisionsAnswerSchema } from '../../../shared/sync/decision.ts'
import { MAX_SETTLED } from '../../../shared/sync/settle.ts'
import type { DeskKey } from '../../words/en-desk.ts'
import { useDesk, whyNot } from './context.ts'
import { ErpCauses } from './erp-causes.tsx'
import { LossFacts } from './devices-loss.tsx'
import { RescueFacts } from './devices-rescue.tsx'
import { Strangers } from './devices-strangers.tsx'
import { About } from './exception-facts.tsx'
import { Settle } from './exception-settle.tsx'
import type { OnSettle } from './exception-settle.tsx'
import { choiceWords, kindWords } from './exception-words.ts'
import { v7 } from './id.ts'
import { useFilter } from './filter.ts'
import { useKeys } from './keys.ts'
import { byKind, OwnerActs, PartChips, useOwner, useParts, Whose } from './exception-owner.tsx'
import type { OnOwn } from './exception-owner.tsx'
import { Photos, photosIn } from './photos.tsx'
import { useLive, useLoaded } from './query.ts'
import { Chips, Listed } from './table.tsx'

type Row = ExceptionsAnswer['exceptions'][number]
const PAGES = 20

/** Why it was not done; everything else is that it has happened again. */
const WHY: Readonly<Record<string, DeskKey>> = {
  gone: 'x.why.gone',
  linked: 'x.why.linked',
  over_bulk: 'x.why.over_bulk',
  recalled: 'x.why.recalled',
  untrusted: 'x.why.untrusted',
  still: 'x.why.still',
  fault: 'x.why.fault',
  bad_request: 'x.why.bad_request',
}

const readAll = async ({ api, me, names }: ReturnType<typeof useDesk>, state: string): Promise<readonly Row[]> => {
  const rows: Row[] = []
  let after = ''
  for (let page = 0; page < PAGES; page += 1) {
    const query = { worker: me.worker, state, limit: '200', ...(after === '' ? {} : { after }) }
    const answer = await api.get('/api/exceptions', query, exceptionsAnswerSchema)
    rows.push(...answer.exceptions)
    if (answer.next === null) break
    after = answer.next
  }
  await names.learn(rows.flatMap(row => (typeof row.body['item'] === 'string' ? [row.body['item']] : [])))
  return rows
}

/** Settles rows in as few requests as there may be, and says what came of it. */
const useSettle = (reload: () => void, onDone: () => void): OnSettle => {
  const desk = useDesk()
  const { speaker } = desk
  return async (rows, choice, words, args) => {
    try {
      let done = 0
      let code = ''
      for (let from = 0; from < rows.length; from += MAX_SETTLED) {
        const decisions = rows
          .slice(from, from + MAX_SETTLED)
          .map(row => ({ id: v7(), exception: row.id, expectedVersion: row.version, choice, words, args }))
        const body = { worker: desk.me.worker, session: v7(), decisions }
        const { results } = await desk.api.post('/api/exceptions', body, decisionsAnswerSchema)
        done += results.filter(one => one.outcome === 'done').length
        code = results.find(one => one.outcome === 'refused')?.code ?? code
      }
      desk.tell(speaker.say(done === rows.length ? 'x.settled' : (WHY[code] ?? 'x.stale'), { n: done }))
      onDone()
    } catch (error) {
      desk.tell(whyNot(speaker, error))
    }
    reload()
    desk.changed()
  }
}

/** One row a cause, the causes grouped by kind; settling may settle all of a kind at once. */
export const Exceptions = ({ onScan }: { onScan: (text: string) => void }) => {
  const desk = useDesk()
  const { speaker } = desk
  const [state, setState] = useFilter('state', ['open', 'settled'], 'open')
  const loaded = useLoaded(`exceptions ${state}`, () => readAll(desk, state))
  useLive(loaded.reload)
  const [open, setOpen] = useState<string | null>(null)
  const own = useOwner(loaded.reload)
  const { part, setPart, parts, now } = useParts(loaded.value ?? [])
  const shown = state === 'open' ? parts[part] : (loaded.value ?? [])
  const current = shown.find(row => row.id === open)
  const take = (): void => {
    if (current?.state === 'open') own(current, current.owner === desk.me.worker ? null : desk.me.worker)
  }
  useKeys({ Escape: () => setOpen(null), h: take }, onScan)
  const groups = byKind(shown, now)
  const settle = useSettle(loaded.reload, () => setOpen(null))
  return (
    <section aria-label={speaker.say('s.exceptions')}>
      <div className="desk-tools">
        <Chips<'open' | 'settled'>
          label={speaker.say('s.exceptions')}
          value={state}
          choices={[
            { value: 'open', word: speaker.say('x.open') },
            { value: 'settled', word: speaker.say('x.done') },
          ]}
          onChoose={setState}
        />
        {state === 'open' ? <PartChips part={part} parts={parts} onChoose={setPart} /> : null}
      </div>
      <Listed loaded={{ ...loaded, isEmpty: groups.length === 0 }} empty={speaker.say('x.empty')}>
        {groups.map(([kind, rows]) => (
          <section key={kind} className="desk-group" aria-label={kindWords(speaker.language, kind)}>
            <h2>
              {kindWords(speaker.language, kind)} <small>{speaker.number(rows.length)}</small>
            </h2>
            <ul>
              {rows.map(row => (
                <Cause
                  key={row.id}
                  row={row}
                  like={rows}
                  isOpen={open === row.id}
                  onOpen={() => setOpen(open === row.id ? null : row.id)}
                  onSettle={settle}
                  onOwn={own}
                />
              ))}
            </ul>
          </section>
        ))}
      </Listed>
      {state === 'open' ? <ErpCauses /> : null}
    </section>
  )
}

type CauseProps = {
  row: Row
  like: readonly Row[]
  isOpen: boolean
  onOpen: () => void
  onSettle: OnSettle
  onOwn: OnOwn
}

/** Also what of it is kept in quarantine without a number. */
const isOfRescue = ({ kind, subject }: Row): boolean =>
  kind === 'rescued' || (kind === 'quarantined' && subject.split('/')[1] === 'rescue')

const Cause = ({ row, like, isOpen, onOpen, onSettle, onOwn }: CauseProps) => {
  const { speaker, names } = useDesk()
  const photos = photosIn(row.body['photos'])
  return (
    <li className="desk-cause">
      <button type="button" className="desk-cause-head" aria-expanded={isOpen} onClick={onOpen}>
        <span>
          <About body={row.body} />
        </span>
        <span className="desk-quiet">
          {row.version > 1 ? `${speaker.say('x.times', { n: row.version })} · ` : ''}
          {row.workers.length === 0
            ? ''
            : `${speaker.say('x.who', { who: row.workers.map(names.person).join(', ') })} · `}
          {speaker.stamp(row.openedAt)}
          {photos.length === 0 ? '' : ` · ${speaker.say('ph.count', { n: photos.length })}`}
          <Whose row={row} />
        </span>
      </button>
      {isOpen && row.kind === 'device_lost' && typeof row.body['device'] === 'string' ? (
        <LossFacts device={row.body['device']} />
      ) : null}
      {isOpen && isOfRescue(row) && typeof row.body['device'] === 'string' ? (
        <RescueFacts device={row.body['device']} />
      ) : null}
      {isOpen && row.kind === 'rescued' && row.subject === STRANGERS ? <Strangers /> : null}
      {row.settled === null ? null : (
        <p>
          {choiceWords(speaker.language, row.settled.choice)}: {row.settled.words} ({names.person(row.settled.worker)},{' '}
          {speaker.stamp(row.settled.at)})
        </p>
      )}
      {isOpen ? <Photos shas={photos} of={`${kindWords(speaker.language, row.kind)}, ${row.subject}`} /> : null}
      {isOpen && row.state === 'open' ? <OwnerActs row={row} onOwn={onOwn} /> : null}
      {isOpen ? <Settle row={row} like={like} onSettle={onSettle} /> : null}
    </li>
  )
}

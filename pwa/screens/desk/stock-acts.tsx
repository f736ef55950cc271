import { availableOf } from '../../../shared/desk/view.ts'
import type { StockAnswer } from '../../../shared/desk/view.ts'
import { workDoneSchema } from '../../../shared/desk/work.ts'
import { mayDo } from '../../../shared/roles.ts'
import { decisionsAnswerSchema } from '../../../shared/sync/decision.ts'
import type { DeskKey } from '../../words/en-desk.ts'
import { useDesk, whyNot } from './context.ts'
import { textOf } from './form.ts'
import { v7 } from './id.ts'

type Row = StockAnswer['rows'][number]
const WHY: Readonly<Record<string, DeskKey>> = {
  gone: 'w.bring.gone',
  taken: 'w.bring.taken',
  bad_request: 'w.bring.bad',
}

/** A supervisor has the row counted, or free goods of it brought somewhere. */
export const StockActs = ({ row }: { row: Row }) => {
  const { speaker, api, me, names, tell } = useDesk()
  if (!mayDo(me.roles, ['supervisor'])) return null
  const { client, item, lot, serial, location, lpn, status } = row
  const said = (done: boolean, word: DeskKey, otherwise: DeskKey): void => tell(speaker.say(done ? word : otherwise))
  const failed = (error: unknown): void => tell(whyNot(speaker, error))
  const count = (): void => {
    const decision = { id: v7(), kind: 'count.request', target: location, expectedVersion: 0, args: { client, item } }
    api
      .post('/api/decisions', { worker: me.worker, session: v7(), decisions: [decision] }, decisionsAnswerSchema)
      .then(({ results }) => said(results[0]?.outcome === 'done', 'l.countAsked', 'a.stale'), failed)
  }
  const bring = (to: string, qty: number): void => {
    const goods = { client, item, lot, serial, from: { location, lpn, status }, to, qty }
    api
      .post('/api/desk/work', { act: 'bring', id: v7(), ...goods }, workDoneSchema)
      .then(({ outcome, code }) => said(outcome === 'done', 'w.bring.done', WHY[code ?? ''] ?? 'w.bring.bad'), failed)
  }
  const free = availableOf(row)
  return (
    <div className="desk-actions">
      <button type="button" className="desk-button" onClick={count}>
        {speaker.say('w.count')}
      </button>
      {free !== null && free <= 0 ? null : (
        <form
          className="desk-inline"
          onSubmit={event => {
            event.preventDefault()
            const form = new FormData(event.currentTarget)
            const to = names.placeCoded(textOf(form, 'to').trim())
            if (to === undefined) tell(speaker.say('w.bring.bad'))
            else bring(to, Number(textOf(form, 'qty')))
          }}
        >
          <label>
            {speaker.say('w.bring')} <input name="to" required maxLength={40} autoComplete="off" size={12} />
          </label>
          <label>
            {speaker.say('w.bring.qty')}{' '}
            <input name="qty" type="number" required min={1} max={free ?? undefined} size={6} />
          </label>
          <button type="submit" className="desk-button">
            {speaker.say('w.bring.go')}
          </button>
        </form>
      )}
    </div>
  )
}

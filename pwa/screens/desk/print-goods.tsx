import { useState } from 'react'
import * as v from 'valibot'
import { codesAnswerSchema } from '../../../shared/desk/view.ts'
import type { CodesAnswer } from '../../../shared/desk/view.ts'
import { labelSchema } from '../../../shared/label/label.ts'
import type { Label } from '../../../shared/label/label.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk } from './context.ts'
import { textOf } from './form.ts'
import { PrintOut } from './print-out.tsx'
import { useLoaded } from './query.ts'
import { Listed } from './table.tsx'

type Item = CodesAnswer['rows'][number]
type Choice = { item: Item; code: Item['codes'][number] }

/** Goods by what is typed or scanned; of each the code that is to stand on the label, with lot and date where wanted. */
export const GoodsLabels = () => {
  const { speaker, api } = useDesk()
  const [q, setQ] = useState('')
  const found = useLoaded(`codes ${q}`, async () =>
    q === '' ? { rows: [] } : api.get('/api/desk/codes', { q }, codesAnswerSchema),
  )
  const [choice, setChoice] = useState<Choice | null>(null)
  return (
    <>
      <form
        className="desk-tools"
        onSubmit={event => {
          event.preventDefault()
          setQ(textOf(new FormData(event.currentTarget), 'q').trim())
          setChoice(null)
        }}
      >
        <input
          name="q"
          type="search"
          className="desk-wide"
          maxLength={80}
          aria-label={speaker.say('pr.goods.find')}
          placeholder={speaker.say('pr.goods.find')}
        />
        <button type="submit" className="desk-button">
          {speaker.say('search')}
        </button>
      </form>
      {choice === null ? null : <GoodsLabel key={`${choice.item.id} ${choice.code.code}`} {...choice} />}
      {q === '' ? (
        <p className="desk-quiet">{speaker.say('pr.goods.how')}</p>
      ) : (
        <Listed loaded={{ ...found, isEmpty: found.value?.rows.length === 0 }} empty={speaker.say('f.none', { q })}>
          <ul className="desk-group">
            {(found.value?.rows ?? []).map(item => (
              <li key={item.id}>
                <Code>{item.sku}</Code> {item.name}{' '}
                {item.codes.map(code => (
                  <button
                    key={code.code}
                    type="button"
                    className="desk-button"
                    aria-pressed={choice?.code.code === code.code && choice.item.id === item.id}
                    onClick={() => setChoice({ item, code })}
                  >
                    <Code>{code.code}</Code> {code.quantity > 1 ? `${code.packaging} ${code.quantity}` : ''}
                  </button>
                ))}
              </li>
            ))}
          </ul>
        </Listed>
      )}
    </>
  )
}

const GoodsLabel = ({ item, code }: Choice) => {
  const { speaker } = useDesk()
  const [lot, setLot] = useState('')
  const [expiry, setExpiry] = useState('')
  const label: Label = {
    kind: 'item',
    code: code.code,
    name: item.name,
    sku: item.sku,
    packaging: code.quantity > 1 ? { name: code.packaging, quantity: code.quantity } : null,
    lot,
    expiry: expiry === '' ? null : expiry,
  }
  const isFit = v.is(labelSchema, label)
  return (
    <aside className="desk-panel" aria-label={item.name}>
      <h2>
        {item.name} · <Code>{code.code}</Code>
      </h2>
      <div className="desk-tools">
        <label>
          {speaker.say('a.lot')}{' '}
          <input value={lot} maxLength={20} onChange={event => setLot(event.currentTarget.value)} />
        </label>
        <label>
          {speaker.say('t.expiry')}{' '}
          <input type="date" value={expiry} onChange={event => setExpiry(event.currentTarget.value)} />
        </label>
      </div>
      {isFit ? <PrintOut labels={[label]} /> : <p className="desk-worry">▲ {speaker.say('pr.unfit', { n: 1 })}</p>}
    </aside>
  )
}

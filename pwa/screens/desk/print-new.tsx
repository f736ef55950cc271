import { useState } from 'react'
import type { Label } from '../../../shared/label/label.ts'
import { makeLabel } from '../../../shared/scan/own-label.ts'
import type { LabelPrefix } from '../../../shared/scan/own-label.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk } from './context.ts'
import { NumberField, PrintOut } from './print-out.tsx'
import { Chips } from './table.tsx'

const KINDS = ['pallet', 'tote', 'carton', 'cart'] as const
type Kind = (typeof KINDS)[number]
const PREFIX: Readonly<Record<Kind, LabelPrefix>> = { pallet: 'XP', tote: 'XT', carton: 'XS', cart: 'XW' }
const LETTERS = 'ABCDEFGHJKMNPQRSTVWXYZ0123456789'

/** 40 random bits: among a million labels two alike are not to be expected, and nobody keeps a list of numbers. */
const newBody = (): string => [...crypto.getRandomValues(new Uint8Array(8))].map(byte => LETTERS[byte % 32]).join('')

const newLabel = (kind: Kind): Label => {
  const code = makeLabel(PREFIX[kind], newBody())
  return kind === 'pallet' ? { kind, code, content: [] } : { kind, code, words: '' }
}

/** Labels for pallets, totes, cartons and carts that nobody has used yet: the first scan makes the thing. */
export const NewLabels = () => {
  const { speaker } = useDesk()
  const [kind, setKind] = useState<Kind>('pallet')
  const [n, setN] = useState(14)
  const [labels, setLabels] = useState<readonly Label[]>([])
  return (
    <>
      <div className="desk-tools">
        <Chips<Kind>
          label={speaker.say('pr.new')}
          value={kind}
          choices={KINDS.map(value => ({ value, word: speaker.say(`pr.kind.${value}`) }))}
          onChoose={value => {
            setKind(value)
            setLabels([])
          }}
        />
        <NumberField label={speaker.say('pr.howMany')} value={n} max={500} onChange={setN} />
        <button
          type="button"
          className="desk-button"
          onClick={() => setLabels(Array.from({ length: n }, () => newLabel(kind)))}
        >
          {speaker.say('pr.make')}
        </button>
      </div>
      {labels.length === 0 ? (
        <p className="desk-quiet">{speaker.say('pr.new.how')}</p>
      ) : (
        <>
          <p>{speaker.say('pr.labels', { n: labels.length })}</p>
          <PrintOut labels={labels} onDone={() => setLabels([])} />
          <ul className="desk-codes">
            {labels.map(({ code }) => (
              <li key={code}>
                <Code>{code}</Code>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

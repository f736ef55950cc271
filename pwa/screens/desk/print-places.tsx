import { useState } from 'react'
import * as v from 'valibot'
import { siteAnswerSchema } from '../../../shared/desk/view.ts'
import type { SiteAnswer } from '../../../shared/desk/view.ts'
import { labelSchema } from '../../../shared/label/label.ts'
import type { Label } from '../../../shared/label/label.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk } from './context.ts'
import { PrintOut } from './print-out.tsx'
import { useLoaded } from './query.ts'
import { Listed } from './table.tsx'

const SHOWN = 200
/** Totes, cartons and carts have labels of their own; what is nowhere has none. */
const STANDING = ['pickable', 'reserve', 'dock', 'staging', 'pack', 'aside', 'returns', 'hospital']

const labelOf = ({ code, zone }: SiteAnswer['places'][number]): Label => ({
  kind: 'location',
  code,
  arrow: null,
  words: zone ?? '',
})

/** Places whose code or zone is meant, all of them at once. */
export const PlaceLabels = () => {
  const { speaker, api } = useDesk()
  const site = useLoaded('site', () => api.get('/api/desk/site', {}, siteAnswerSchema))
  const [q, setQ] = useState('')
  const wanted = q.trim().toLocaleUpperCase('en')
  const places = (site.value?.places ?? [])
    .filter(place => STANDING.includes(place.kind))
    .filter(
      ({ code, zone }) => wanted === '' || code.toUpperCase().startsWith(wanted) || zone?.toUpperCase() === wanted,
    )
  // A code of fewer than four letters is no label: a scanner reads such a thing out of a stain.
  const labels = places.map(labelOf).filter(label => v.is(labelSchema, label))
  return (
    <Listed loaded={{ ...site, isEmpty: false }} empty="">
      <div className="desk-tools">
        <input
          type="search"
          className="desk-wide"
          maxLength={40}
          value={q}
          aria-label={speaker.say('pr.places.find')}
          placeholder={speaker.say('pr.places.find')}
          onChange={event => setQ(event.currentTarget.value)}
        />
        <p>{speaker.say('pr.labels', { n: labels.length })}</p>
      </div>
      {labels.length === places.length ? null : (
        <p className="desk-quiet">{speaker.say('pr.unfit', { n: places.length - labels.length })}</p>
      )}
      <PrintOut labels={labels} />
      <ul className="desk-codes">
        {places.slice(0, SHOWN).map(place => (
          <li key={place.id}>
            <Code>{place.code}</Code>
          </li>
        ))}
      </ul>
      {places.length > SHOWN ? (
        <p className="desk-quiet">{speaker.say('pr.andMore', { n: places.length - SHOWN })}</p>
      ) : null}
    </Listed>
  )
}

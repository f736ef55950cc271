import { useDesk } from './context.ts'
import type { Asked } from './figure-panel.tsx'
import { Chips } from './table.tsx'

const PERIODS = ['7', '30', '90'] as const
const DAY_MS = 86_400_000

type Props = { asked: Asked; today: string; onChoose: (more: Readonly<Record<string, string | null>>) => void }

/** Which days, whose goods, which part of the warehouse. */
export const FigureTools = ({ asked, today, onChoose }: Props) => {
  const { speaker, names } = useDesk()
  const { from = '', to = '' } = asked
  const days = String((Date.parse(to) - Date.parse(from)) / DAY_MS + 1)
  const period = PERIODS.find(one => to === today && one === days) ?? ''
  const day = (name: 'from' | 'to', value: string): void => {
    // Half a date is none yet.
    if (value !== '') onChoose({ from, to, days: null, [name]: value })
  }
  return (
    <div className="desk-tools">
      <Chips<string>
        label={speaker.say('k.period')}
        value={period}
        choices={PERIODS.map(one => ({ value: one, word: speaker.say('k.days', { n: Number(one) }) }))}
        onChoose={one => onChoose({ days: one, from: null, to: null })}
      />
      <label>
        {speaker.say('k.from')}{' '}
        <input type="date" value={from} max={to} onChange={event => day('from', event.currentTarget.value)} />
      </label>
      <label>
        {speaker.say('k.to')}{' '}
        <input type="date" value={to} min={from} onChange={event => day('to', event.currentTarget.value)} />
      </label>
      <Choice
        label={speaker.say('k.client')}
        value={asked['client'] ?? ''}
        choices={names.clients.map(({ id, name }) => [id, name])}
        onChoose={client => onChoose({ client })}
      />
      <Choice
        label={speaker.say('k.zone')}
        value={asked['zone'] ?? ''}
        choices={names.zones.map(zone => [zone, zone])}
        onChoose={zone => onChoose({ zone })}
      />
    </div>
  )
}

type ChoiceProps = {
  label: string
  value: string
  choices: readonly (readonly [value: string, word: string])[]
  onChoose: (value: string) => void
}

const Choice = ({ label, value, choices, onChoose }: ChoiceProps) => {
  const { speaker } = useDesk()
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={event => onChoose(event.currentTarget.value)}>
        <option value="">{speaker.say('k.all')}</option>
        {choices.map(([one, word]) => (
          <option key={one} value={one}>
            {word}
          </option>
        ))}
      </select>
    </label>
  )
}

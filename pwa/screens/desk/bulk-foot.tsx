import { LEFT_OUT } from '../../../shared/desk/approver.ts'
import type { inOneGo } from '../../../shared/desk/approver.ts'
import { atStake } from '../../../shared/desk/tolerance.ts'
import type { ShownVariance } from '../../../shared/desk/variances.ts'
import { useDesk } from './context.ts'
import type { DeskSpeaker } from './speak.ts'

type Props = {
  bulk: ReturnType<typeof inOneGo<ShownVariance>>
  all: number
  isSure: boolean
  onSure: (isSure: boolean) => void
  onApprove: () => void
}

/** The limits that all of them are within, where they have the same. */
const limitsOf = (speaker: DeskSpeaker, [first, ...rest]: readonly ShownVariance[]): string[] => {
  if (first === undefined) return []
  const { qty, pct, value } = first.bulk
  const isSame = rest.every(({ bulk }) => bulk.qty === qty && bulk.pct === pct && bulk.value === value)
  const words = [
    ...(qty === null ? [] : [`±${speaker.number(qty)}`]),
    ...(pct === null ? [] : [`±${speaker.percent(pct / 100)}`]),
    ...(value === null ? [] : [`±${speaker.money(value)}`]),
  ]
  return isSame && words.length > 0 ? [speaker.say('a.bulk.limits', { list: words.join(', ') })] : []
}

/** Two presses: the first says what would be approved and what is left out, the second does it. */
export const BulkFoot = ({ bulk: { taken: rows, left }, all, isSure, onSure, onApprove }: Props) => {
  const { speaker } = useDesk()
  if (rows.length === 0) return null
  const { net, gross } = atStake(rows)
  const values = { n: rows.length, all, net: speaker.money(net), gross: speaker.money(gross) }
  const leftOut = LEFT_OUT.filter(why => left[why] > 0).map(why => speaker.say(`a.left.${why}`, { n: left[why] }))
  if (!isSure)
    return (
      <div className="desk-foot">
        <button type="button" className="desk-button primary" onClick={() => onSure(true)}>
          {speaker.say('a.bulk', { n: rows.length })} <kbd>B</kbd>
        </button>
      </div>
    )
  const approve = (): void => {
    onSure(false)
    onApprove()
  }
  return (
    <div className="desk-foot">
      <p>{[speaker.say('a.bulk.sure', values), ...limitsOf(speaker, rows), ...leftOut].join(' · ')}</p>
      <button type="button" className="desk-button primary" onClick={approve}>
        {speaker.say('a.bulk', { n: rows.length })}
      </button>
      <button type="button" className="desk-button" onClick={() => onSure(false)}>
        {speaker.say('cancel')}
      </button>
    </div>
  )
}

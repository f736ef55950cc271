import { useCallback, useEffect, useState } from 'react'
import { movesOf } from '../../shared/process/lookup.ts'
import type { MovesAnswer, MovesOf } from '../../shared/sync/moves.ts'
import { isLookup } from '../app/opening.ts'
import { useApp, zoneHere } from '../app/services.ts'
import type { App } from '../app/services.ts'
import { shortTime } from '../app/short-time.ts'
import { openOf } from '../app/state.ts'
import type { HandSpeaker } from '../words/hand-speaker.ts'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { useHand } from './use-hand.ts'

type Move = MovesAnswer['moves'][number]
/** `away`: nobody could be asked. */
type Asked = 'asking' | 'away' | MovesAnswer

/** What has moved last of what Look-up shows. It is asked of the server: no handheld keeps the ledger. */
export const MovesPanel = () => {
  const app = useApp()
  const open = openOf(app.state)
  const of = open !== null && isLookup(open.state) ? movesOf(open.state) : null
  return of === null ? null : <Moves app={app} of={of} />
}

const Moves = ({ app, of }: { app: App; of: MovesOf }) => {
  const hand = useHand(app.chosen.language)
  const [asked, again] = useMoves(app, of)
  const { waiting } = app.state.status
  return (
    <div className="stack">
      <p role="status" className="quiet">
        {asked === 'asking' ? hand.say('moves.asking') : asked === 'away' ? hand.say('moves.away') : sumOf(asked, hand)}
      </p>
      {typeof asked === 'string' ? null : (
        <ul className="lines">
          {asked.moves.map((move, n) => (
            <Row key={`${move.at}/${n}`} app={app} hand={hand} move={move} isOfItem={of.kind === 'item'} />
          ))}
        </ul>
      )}
      {waiting > 0 ? <p className="quiet">{hand.say('moves.unsent')}</p> : null}
      {asked === 'away' ? <Button onPress={again}>{app.speaker.word('b.retry')}</Button> : null}
      <Button onPress={() => app.controller.panel('none')}>{app.speaker.word('b.close')}</Button>
    </div>
  )
}

const sumOf = ({ moves, hidden }: MovesAnswer, hand: HandSpeaker): string =>
  [
    moves.length === 0 ? hand.say('moves.none') : hand.say('moves.last'),
    ...(hidden ? [hand.say('moves.hidden')] : []),
  ].join(' ')

const useMoves = ({ moves }: App, of: MovesOf): [Asked, () => void] => {
  const [asked, setAsked] = useState<Asked>('asking')
  const about = JSON.stringify(of)
  const ask = useCallback(async (): Promise<Asked> => {
    const answer = await moves(JSON.parse(about) as MovesOf).catch(() => null)
    return answer ?? 'away'
  }, [moves, about])
  useEffect(() => {
    let gone = false
    const first = async (): Promise<void> => {
      const answer = await ask()
      if (!gone) setAsked(answer)
    }
    void first()
    return () => {
      gone = true
    }
  }, [ask])
  const again = async (): Promise<void> => {
    setAsked('asking')
    setAsked(await ask())
  }
  return [asked, () => void again()]
}

const Row = ({ app, hand, move, isOfItem }: { app: App; hand: HandSpeaker; move: Move; isOfItem: boolean }) => {
  const who = app.handheld.roster()?.workers.find(worker => worker.id === move.worker)?.name
  const marks = [move.lot, move.serial].filter(mark => mark !== '')
  return (
    <li className="line">
      <span className="what">
        {isOfItem ? null : (
          <>
            <bdi translate="no">{move.name}</bdi>{' '}
          </>
        )}
        <Place hand={hand} end={move.from} /> → <Place hand={hand} end={move.to} />
        <span className="details">
          <span>{shortTime(move.at, app.handheld.now(), zoneHere(app))}</span>
          {who === undefined ? null : <bdi translate="no">{who}</bdi>}
          {marks.map(mark => (
            <Code key={mark}>{mark}</Code>
          ))}
        </span>
      </span>
      <span className="much">
        <Code>{move.qty}</Code>
      </span>
    </li>
  )
}

/** A place by its code; where goods come from and go to outside of the warehouse, in words. */
const Place = ({ hand, end: { code, kind } }: { hand: HandSpeaker; end: Move['from'] }) => {
  const key = OUTSIDE.find(one => one === `moves.${kind}`)
  return key === undefined ? <Code>{code}</Code> : hand.say(key)
}
const OUTSIDE = [
  'moves.supplier',
  'moves.customer',
  'moves.adjustment',
  'moves.scrap',
  'moves.transit',
  'moves.unknown',
] as const

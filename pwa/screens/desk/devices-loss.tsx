import { useState } from 'react'
import type { ReactNode } from 'react'
import { lossAnswerSchema, lossDoneSchema } from '../../../shared/desk/loss.ts'
import type { LossAnswer } from '../../../shared/desk/loss.ts'
import { useDesk, whyNot } from './context.ts'
import { LateSteps } from './devices-late.tsx'
import { Rescues } from './devices-rescue.tsx'
import { textOf } from './form.ts'
import { v7 } from './id.ts'
import { useLoaded } from './query.ts'
import { Listed, Table } from './table.tsx'

const LOOK_MS = 5_000

type Props = { device: string; onChanged: () => void; onClose: () => void }

const useLoss = (device: string) => {
  const { api } = useDesk()
  const read = () => api.get('/api/desk/devices/loss', { device }, lossAnswerSchema)
  return useLoaded(`loss ${device}`, read, LOOK_MS)
}

/** What is known of a handheld before it is said to be lost, and how far its places are counted afterwards. */
export const LossPanel = ({ device, onChanged, onClose }: Props) => {
  const { speaker } = useDesk()
  const found = useLoss(device)
  const answer = found.value
  return (
    <div className="desk-panel" role="dialog" aria-label={speaker.say('v.loss.look')}>
      <Listed loaded={{ ...found, isEmpty: false }} empty="">
        {answer === null ? null : (
          <>
            <h2>{speaker.say(answer.loss === null ? 'v.loss.title' : 'v.loss.title.was', { n: answer.number })}</h2>
            <Known answer={answer} />
            {answer.loss === null ? (
              <Declare answer={answer} onDone={() => (found.reload(), onChanged())} />
            ) : (
              <Progress answer={answer} />
            )}
            <Rescues device={device} />
            <LateSteps device={device} onChanged={() => (found.reload(), onChanged())} />
            <Places answer={answer} />
          </>
        )}
      </Listed>
      <button type="button" className="desk-button" onClick={onClose}>
        {speaker.say('close')}
      </button>
    </div>
  )
}

/** The same where the loss stands among the exceptions; for those who may see it. */
export const LossFacts = ({ device }: { device: string }) => {
  const { me } = useDesk()
  const isMine = me.clients === null && me.roles.some(role => role === 'supervisor' || role === 'administrator')
  return isMine ? <LossStanding device={device} /> : null
}

const LossStanding = ({ device }: { device: string }) => {
  const found = useLoss(device)
  const answer = found.value
  return (
    <Listed loaded={{ ...found, isEmpty: false }} empty="">
      {answer === null ? null : (
        <>
          <Known answer={answer} />
          <Progress answer={answer} />
          <LateSteps device={device} onChanged={found.reload} />
          <Places answer={answer} />
        </>
      )}
    </Listed>
  )
}

const Lines = ({ children }: { children: readonly (string | null)[] }): ReactNode =>
  children.flatMap(line => (line === null ? [] : [<p key={line}>{line}</p>]))

const Known = ({ answer: { known, held, beyond } }: { answer: LossAnswer }) => {
  const { speaker, names } = useDesk()
  const { missing, announced, acked, waiting, oldest, holes, seenAt, worker } = known
  const person = worker === null ? speaker.say('v.nobody') : names.person(worker)
  const heard = { time: speaker.stamp(seenAt), name: person }
  return (
    <Lines>
      {[
        speaker.say('v.loss.numbers', { missing, announced, acked }),
        seenAt === null ? speaker.say('v.never') : speaker.say('v.loss.heard', heard),
        waiting === 0 ? null : speaker.say('v.loss.waiting', { n: waiting, time: speaker.stamp(oldest) }),
        holes === 0 ? null : speaker.say('v.loss.holes', { n: holes }),
        held.tasks === 0 ? null : speaker.say('v.loss.held', { tasks: held.tasks, n: held.reserved }),
        held.totes.length === 0 ? null : speaker.say('v.loss.totes', { codes: held.totes.join(', ') }),
        beyond === 0 ? null : speaker.say('v.loss.beyond', { n: beyond }),
      ]}
    </Lines>
  )
}

const Progress = ({ answer: { loss, places, handedIn } }: { answer: LossAnswer }) => {
  const { speaker, names } = useDesk()
  if (loss === null) return null
  const counted = places.filter(place => place.state !== 'open').length
  const said = { name: names.person(loss.worker), time: speaker.stamp(loss.at), reason: loss.reason }
  return (
    <>
      <p>{speaker.say('v.loss.said', said)}</p>
      <p className="desk-worry">{speaker.say('v.loss.progress', { counted, places: places.length })}</p>
      {handedIn === 0 ? null : <p className="desk-worry">▲ {speaker.say('v.loss.handedIn', { n: handedIn })}</p>}
    </>
  )
}

/** Names what was seen: whoever is heard of meanwhile is looked at once more. */
const Declare = ({ answer, onDone }: { answer: LossAnswer; onDone: () => void }) => {
  const { speaker, api, tell } = useDesk()
  const [id, setId] = useState(v7)
  const declare = async (reason: string): Promise<void> => {
    const { device, version: expectedVersion, known } = answer
    const ask = { id, device, expectedVersion, acked: known.acked, reason }
    const { outcome } = await api.post('/api/desk/devices/loss', ask, lossDoneSchema)
    tell(speaker.say(outcome === 'done' ? 'v.loss.done' : 'v.loss.stale'))
    setId(v7())
    onDone()
  }
  return (
    <form
      className="desk-form"
      onSubmit={event => {
        event.preventDefault()
        const reason = textOf(new FormData(event.currentTarget), 'reason').trim()
        declare(reason).catch((error: unknown) => tell(whyNot(speaker, error)))
      }}
    >
      <p>{speaker.say('v.loss.then', { n: answer.places.length })}</p>
      <label>
        {speaker.say('v.loss.reason')}{' '}
        <input name="reason" required maxLength={200} pattern=".*\S.*" className="desk-wide" />
      </label>
      <button type="submit" className="desk-button primary">
        {speaker.say('v.loss')}
      </button>
    </form>
  )
}

const Places = ({ answer: { places } }: { answer: LossAnswer }) => {
  const { speaker } = useDesk()
  if (places.length === 0) return <p>{speaker.say('v.loss.none')}</p>
  return (
    <Table
      caption={speaker.say('v.loss.places')}
      rows={places}
      rowKey={place => place.id}
      columns={[
        { key: 'place', head: speaker.say('v.loss.place'), code: true, cell: place => place.code },
        { key: 'cause', head: speaker.say('v.loss.cause'), cell: place => speaker.say(`v.cause.${place.cause}`) },
        { key: 'state', head: speaker.say('v.loss.state'), cell: place => speaker.say(`v.place.${place.state}`) },
      ]}
    />
  )
}

import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import * as v from 'valibot'
import type { Mine } from '../../../shared/desk/mine.ts'
import type { Person } from '../../../shared/desk/people.ts'
import { leastDigits, PIN_MAX, pinFault } from '../../../shared/pin.ts'
import type { PinFault } from '../../../shared/pin.ts'
import { useDesk, whyNot } from './context.ts'
import { textOf } from './form.ts'
import { Field, wordsFor } from './login.tsx'
import type { DeskSpeaker } from './speak.ts'

const none = v.object({})

const wordsOf = (speaker: DeskSpeaker, fault: PinFault, least: number): string =>
  fault === 'plain' ? speaker.say('pin.plain') : speaker.say('pin.length', { least, most: PIN_MAX })

type FormProps = {
  name: string
  /** Whether there is one already. */
  isSet: boolean
  least: number
  faultOf: (pin: string) => PinFault | null
  send: (form: FormData) => Promise<void>
  why: (error: unknown) => string
  children?: ReactNode
}

/** The same rules as at the server, said before anything is sent. The fields are emptied when it worked. */
const PinForm = ({ name, isSet, least, faultOf, send, why, children }: FormProps) => {
  const { speaker, tell } = useDesk()
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = event.currentTarget
    const typed = new FormData(form)
    const fault = faultOf(textOf(typed, 'pin'))
    setError(fault === null ? null : wordsOf(speaker, fault, least))
    if (fault !== null) return
    setBusy(true)
    send(typed)
      .then(
        () => {
          form.reset()
          tell(speaker.say('pin.saved'))
        },
        (problem: unknown) => setError(why(problem)),
      )
      .finally(() => setBusy(false))
  }
  return (
    <form className="desk-form desk-narrow" aria-label={name} onSubmit={onSubmit}>
      <label>
        {speaker.say('pin.new', { least, most: PIN_MAX })}
        <input name="pin" type="password" inputMode="numeric" required maxLength={PIN_MAX} autoComplete="off" />
      </label>
      {children}
      {error === null ? null : (
        <p role="alert" className="desk-alert">
          {error}
        </p>
      )}
      <div className="desk-actions">
        <button type="submit" className="desk-button" disabled={isBusy}>
          {speaker.say(isSet ? 'pin.change' : 'pin.set')}
        </button>
      </div>
    </form>
  )
}

/** One's own PIN: the password once more, because a session that was left open must not give a badge away. */
export const OwnPin = ({ mine, onDone }: { mine: Mine['pin']; onDone: () => void }) => {
  const { speaker, api, me } = useDesk()
  return (
    <>
      <h2>{speaker.say('pin.title')}</h2>
      <p>{speaker.say('pin.why')}</p>
      <p>
        {speaker.say(mine.set ? 'pin.is' : 'pin.isNot')}
        {mine.asked && !mine.set ? ` ${speaker.say('pin.asked')}` : ''}
      </p>
      <PinForm
        name={speaker.say('pin.title')}
        isSet={mine.set}
        least={mine.least}
        // What another warehouse lets the person do, the server says.
        faultOf={pin => (/^[0-9]*$/.test(pin) && pin.length < mine.least ? 'short' : pinFault(pin, me.roles))}
        send={async form => {
          await api.post('/api/desk/mine/pin', { pin: textOf(form, 'pin'), password: textOf(form, 'password') }, none)
          onDone()
        }}
        why={problem => wordsFor(speaker, problem)}
      >
        <Field name="password" label={speaker.say('pin.password')} type="password" complete="current-password" />
      </PinForm>
    </>
  )
}

/** The first PIN of somebody, or none any more. */
export const PersonPin = ({ person, onDone }: { person: Person; onDone: () => void }) => {
  const { speaker, api, tell } = useDesk()
  const put = (pin: string | null): Promise<unknown> =>
    api.post('/api/desk/people/pin', { worker: person.id, pin }, none).then(onDone)
  return (
    <>
      <h3>{speaker.say('pin.title')}</h3>
      <p>{speaker.say(person.pin ? 'pin.has' : 'pin.hasNot')}</p>
      <PinForm
        name={speaker.say('pin.title')}
        isSet={person.pin}
        least={leastDigits(person.roles)}
        faultOf={pin => pinFault(pin, person.roles)}
        send={async form => void (await put(textOf(form, 'pin')))}
        why={problem => whyNot(speaker, problem)}
      />
      {person.pin ? (
        <div className="desk-actions">
          <button
            type="button"
            className="desk-button"
            onClick={() =>
              void put(null).then(
                () => tell(speaker.say('pin.ended')),
                (problem: unknown) => tell(whyNot(speaker, problem)),
              )
            }
          >
            {speaker.say('pin.end')}
          </button>
        </div>
      ) : null}
    </>
  )
}

import { useEffect, useState } from 'react'
import { isOld } from '../app/as-of.ts'
import { useApp, zoneHere } from '../app/services.ts'
import { shortTime } from '../app/short-time.ts'

const AGAIN_MS = 30_000

/** When the server was heard last: stock and tasks are shown as they were then, with what was done here since. */
export const AsOf = () => {
  const app = useApp()
  const { handheld, speaker, state } = app
  const [, again] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => again(n => n + 1), AGAIN_MS)
    return () => clearInterval(timer)
  }, [])
  const heard = state.status.lastGoodRound
  const now = handheld.now()
  return (
    <p className="asof" data-old={isOld(heard, now)}>
      {speaker.say('as.of', heard === null ? {} : { time: shortTime(heard, now, zoneHere(app)) })}
    </p>
  )
}

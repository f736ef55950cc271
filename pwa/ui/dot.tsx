import { useApp } from '../app/services.ts'
import { troublesOf } from '../sync/troubles.ts'
import type { SyncStatus } from '../sync/handheld.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'

const LATE_MS = 15 * 60_000
const LATE_COUNT = 200

export type DotState = { icon: Extract<IconName, 'sent' | 'waiting' | 'offline' | 'late' | 'needsMe'>; count: number }

/**
 * What the dot shows; decided by the last round, never by what the browser thinks of the network. A photo waits like a step,
 * but work is not late for it.
 */
export const dotOf = (status: SyncStatus, photos: number, now: string): DotState => {
  const waiting = status.waiting + photos
  const troubles = troublesOf(status).length
  if (troubles > 0) return { icon: 'needsMe', count: troubles }
  const age = status.oldest === null ? 0 : Date.parse(now) - Date.parse(status.oldest)
  if (status.waiting >= LATE_COUNT || age >= LATE_MS) return { icon: 'late', count: waiting }
  if (status.link === 'offline') return { icon: 'offline', count: waiting }
  if (waiting > 0) return { icon: 'waiting', count: waiting }
  return { icon: status.link === 'online' ? 'sent' : 'offline', count: 0 }
}

export const Dot = () => {
  const { controller, handheld, state, speaker } = useApp()
  const dot = dotOf(state.status, state.photos, handheld.now())
  const word = speaker.word(`dot.${dot.icon}`)
  return (
    <Button
      kind="icon"
      className={`icon dot`}
      label={dot.count > 0 ? `${word} ${dot.count}` : word}
      onPress={() => controller.show(dot.icon === 'needsMe' ? 'problems' : 'queue')}
    >
      <Icon name={dot.icon} />
      {dot.count > 0 ? <span>{speaker.number(dot.count)}</span> : null}
    </Button>
  )
}

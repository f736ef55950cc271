import { MAX_RESCUE_PARTS, partsOf, RESCUE_PART_BYTES } from '../../shared/sync/rescue-parts.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'

export type Opened = { steps: number; known: number; booked: number; inbox: number; waits: number }
export type Sent =
  /** `opened` null = it is kept, and was not read as a queue. */
  { kind: 'sent'; opened: Opened | null } | { kind: 'offline' } | { kind: 'refused'; status: number }

export type SendPorts = {
  /** Rejects where there is no network. */
  post: (path: string, body: string) => Promise<{ status: number; retryAfter: number | null; body: unknown }>
  pause: (seconds: number) => Promise<void>
  progress: (done: number, parts: number) => void
}

const MAX_WAITS = 20
const MAX_WAIT_S = 60

const isOpened = (value: unknown): value is { opened: Opened } =>
  typeof value === 'object' &&
  value !== null &&
  'opened' in value &&
  typeof value.opened === 'object' &&
  value.opened !== null

/**
 * Sends a queue in parts, each as often as it takes; what has arrived once is not sent again by the next press. The server
 * puts them together by the name of the series, which is the hash of the whole.
 */
export const makeSender = (ports: SendPorts, size = RESCUE_PART_BYTES): ((text: string) => Promise<Sent>) => {
  const arrived = new Set<string>()
  return async text => {
    const series = sha256Hex(text)
    const parts = partsOf(text, Math.max(size, Math.ceil((text.length * 4) / MAX_RESCUE_PARTS)))
    let opened: Opened | null = null
    let waits = 0
    for (let n = 1; n <= parts.length;) {
      ports.progress(n - 1, parts.length)
      const key = `${series}/${n}`
      // The last one opens the series: it is always sent.
      if (arrived.has(key) && n < parts.length) {
        n += 1
        continue
      }
      const answer = await ports
        .post(`/api/rescue?series=${series}&part=${n}&parts=${parts.length}`, parts[n - 1] ?? '')
        .catch(() => null)
      if (answer === null) return { kind: 'offline' }
      if ((answer.status === 429 || answer.status === 503) && waits < MAX_WAITS) {
        waits += 1
        await ports.pause(Math.min(answer.retryAfter ?? 5, MAX_WAIT_S))
        continue
      }
      if (answer.status !== 200) return { kind: 'refused', status: answer.status }
      arrived.add(key)
      if (isOpened(answer.body)) ({ opened } = answer.body)
      n += 1
    }
    ports.progress(parts.length, parts.length)
    return { kind: 'sent', opened }
  }
}

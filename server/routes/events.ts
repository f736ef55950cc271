import type { Context } from 'hono'
import type { WarehouseId } from '../../shared/ids.ts'
import { msOf } from '../../shared/time.ts'
import type { AppDeps } from './deps.ts'
import { deskEndpoint, deviceEndpoint, NOTHING } from './endpoint.ts'

export const HEARTBEAT_MS = 20_000
/** A reader that lets more than this wait is dropped: it will pull when it returns. */
const MAX_WAITING_BYTES = 64 * 1024

const encoder = new TextEncoder()
const HEARTBEAT = encoder.encode(': still here\n\n')

/** Encodes each number once, however many listen. */
const eventOf = (() => {
  let last = { commit: -1, bytes: new Uint8Array() }
  return (commit: number): Uint8Array => {
    if (last.commit !== commit) last = { commit, bytes: encoder.encode(`id: ${commit}\ndata: {"n":${commit}}\n\n`) }
    return last.bytes
  }
})()

/** `isOver`: whoever listens may not listen any longer; looked at with every heartbeat. */
const stream = (c: Context, deps: AppDeps, warehouse: WarehouseId, isOver: () => boolean): Response => {
  let stop = (): void => {}
  const body = new ReadableStream<Uint8Array>(
    {
      start: controller => {
        const close = (): void => {
          stop()
          controller.close()
        }
        const write = (bytes: Uint8Array): void => {
          controller.enqueue(bytes)
          if ((controller.desiredSize ?? 0) <= 0) close()
        }
        const silence = deps.every(HEARTBEAT_MS, () => (isOver() ? close() : write(HEARTBEAT)))
        let leave = (): void => {}
        let open = true
        stop = () => {
          open = false
          silence()
          leave()
        }
        // A heartbeat at once lets a reader tell an open stream from a proxy that holds it back.
        write(HEARTBEAT)
        leave = deps.doorbell.listen(warehouse, commit => open && write(eventOf(commit)), close)
      },
      cancel: () => stop(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
  )
  c.header('content-type', 'text/event-stream; charset=utf-8')
  c.header('cache-control', 'no-store, no-transform')
  c.header('x-accel-buffering', 'no')
  return c.body(body)
}

const EVENTS = { 200: { description: 'Server-sent events `data: {"n":12391}`', type: 'text/event-stream' } }

/** The doorbell: says "look", nothing else. Read by `fetch` streaming, because EventSource cannot send the proof. */
export const eventsEndpoint = deviceEndpoint(
  {
    method: 'GET',
    path: '/api/events',
    body: NOTHING,
    summary:
      'Doorbell: an event with the commit number whenever the warehouse has changed. Ends with the access token.',
    answers: EVENTS,
  },
  async ({ c, deps, device, expiresAtMs }) => stream(c, deps, device.warehouse, () => msOf(deps.now()) >= expiresAtMs),
)

/** A desk that has logged out, or whose person may not look any more, hears nothing after so long. */
const DESK_MS = 5 * 60_000

/** The same for the desk; a browser asks again by itself, and then its session is looked at again. */
export const deskEventsEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/events',
    body: NOTHING,
    summary:
      'Doorbell of the desk: an event with the commit number whenever the warehouse has changed. Ends after five minutes.',
    roles: ['supervisor', 'integrator', 'administrator', 'client'],
    answers: EVENTS,
  },
  async ({ c, deps, warehouse }) => {
    const endsMs = msOf(deps.now()) + DESK_MS
    return stream(c, deps, warehouse, () => msOf(deps.now()) >= endsMs)
  },
)

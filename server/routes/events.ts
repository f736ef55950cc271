import { msOf } from '../../shared/time.ts'
import { deviceEndpoint, NOTHING } from './endpoint.ts'

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

/** The doorbell: says "look", nothing else. Read by `fetch` streaming, because EventSource cannot send the proof. */
export const eventsEndpoint = deviceEndpoint(
  {
    method: 'GET',
    path: '/api/events',
    body: NOTHING,
    summary:
      'Doorbell: an event with the commit number whenever the warehouse has changed. Ends with the access token.',
    answers: { 200: { description: 'Server-sent events `data: {"n":12391}`', type: 'text/event-stream' } },
  },
  async ({ c, deps, device, expiresAtMs }) => {
    let stop = (): void => {}
    const stream = new ReadableStream<Uint8Array>(
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
          const silence = deps.every(HEARTBEAT_MS, () => (msOf(deps.now()) >= expiresAtMs ? close() : write(HEARTBEAT)))
          let leave = (): void => {}
          let open = true
          stop = () => {
            open = false
            silence()
            leave()
          }
          // A heartbeat at once lets a reader tell an open stream from a proxy that holds it back.
          write(HEARTBEAT)
          leave = deps.doorbell.listen(device.warehouse, commit => open && write(eventOf(commit)), close)
        },
        cancel: () => stop(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
    )
    c.header('content-type', 'text/event-stream; charset=utf-8')
    c.header('cache-control', 'no-store, no-transform')
    c.header('x-accel-buffering', 'no')
    return c.body(stream)
  },
)

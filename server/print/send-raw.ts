import { connect } from 'node:net'

/** `unsent`: not one byte has left us. `unknown`: some have, and the printer did not take its leave as it should. */
export type Sent = { kind: 'done' } | { kind: 'unsent' | 'unknown'; words: string }
export type SendRaw = (want: {
  host: string
  port: number
  bytes: Uint8Array
  signal: AbortSignal
  /** Called once connected, before the first byte; false = send nothing. */
  before: () => Promise<boolean>
}) => Promise<Sent>

type Limits = { connectMs: number; totalMs: number }
const LIMITS: Limits = { connectMs: 5_000, totalMs: 30_000 }

/**
 * Raw printing (port 9100): a connection a label, ended by us, then by the printer when it has read everything. It says
 * nothing else, so that a connection that breaks after the first byte leaves open what was printed.
 */
export const makeSendRaw =
  (limits: Limits = LIMITS): SendRaw =>
  ({ host, port, bytes, signal, before }) =>
    new Promise(resolve => {
      let [isTouched, isWritten, isOver] = [false, false, false]
      const socket = connect({ host, port })
      const finish = (words: string | null): void => {
        if (isOver) return
        isOver = true
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        socket.destroy()
        resolve(words === null ? { kind: 'done' } : { kind: isTouched ? 'unknown' : 'unsent', words })
      }
      const onAbort = (): void => finish('The server ended.')
      let timer = setTimeout(() => finish('The printer does not answer.'), limits.connectMs)
      signal.addEventListener('abort', onAbort)
      socket.once('error', error => finish(`The connection failed: ${codeOf(error)}.`))
      // The printer's own end counts only behind ours: before that it has not read everything.
      socket.once('end', () => finish(isWritten ? null : 'The printer ended the connection too early.'))
      socket.once('close', () => finish('The connection broke.'))
      socket.once('connect', () => {
        clearTimeout(timer)
        // Read from the start, so that an end which comes before our first byte is seen before it.
        socket.resume()
        timer = setTimeout(() => finish('The printer did not take everything in time.'), limits.totalMs)
        before().then(
          may => {
            if (isOver) return
            if (!may) return finish('Somebody else sends it.')
            isTouched = true
            socket.end(bytes, () => {
              isWritten = true
            })
          },
          () => finish('The store does not answer.'),
        )
      })
      if (signal.aborted) onAbort()
    })

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.message).slice(0, 100)

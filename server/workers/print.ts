import { drawLabel } from '../../shared/label/layout.ts'
import { zplOf } from '../../shared/label/zpl.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { ClaimedJob, PrintStore } from '../print-ports.ts'
import type { SendRaw } from '../print/send-raw.ts'
import { MAX_ATTEMPTS, nextTry } from './retry.ts'

export type PrintDeps = {
  print: Pick<PrintStore, 'claim' | 'touch' | 'finish'>
  send: SendRaw
  now: () => string
  /** In [0, 1). */
  random: () => number
  newToken: () => string
}

/** Longer than the longest sending: whoever holds a lease still lives. */
const LEASE_MS = 120_000
/** Printers that are served at once, one label each. */
const AT_ONCE = 20

/** One label for every printer that has one due; says whether there may be more. */
export const printRound = async (deps: PrintDeps, signal: AbortSignal): Promise<boolean> => {
  const token = deps.newToken()
  const now = deps.now()
  const leaseUntil = isoOf(msOf(now) + LEASE_MS)
  const jobs = await deps.print.claim({ now, token, leaseUntil, limit: AT_ONCE })
  const ends = await Promise.all(jobs.map(job => printOne(deps, job, token, signal)))
  // What has failed waits for its time; a printer that works has its next label at once.
  return ends.includes('done')
}

type End = 'done' | 'unknown' | 'failed' | 'waiting'

const printOne = async (deps: PrintDeps, job: ClaimedJob, token: string, signal: AbortSignal): Promise<End> => {
  const { id, printer, attempts } = job
  const finish = async (state: End, words: string | null, nextAt: string = deps.now()): Promise<End> => {
    await deps.print.finish(id, token, { state, words, now: deps.now(), nextAt })
    return state
  }
  const bytes = formatOf(job)
  if (bytes === null) return finish('failed', 'This label cannot be drawn for this printer.')
  const { host, port } = printer
  const sent = await deps.send({
    host,
    port,
    bytes,
    signal,
    before: () => deps.print.touch(id, token),
  })
  switch (sent.kind) {
    case 'done':
      return finish('done', null)
    case 'unknown':
      return finish('unknown', sent.words)
    case 'unsent':
      return attempts >= MAX_ATTEMPTS
        ? finish('failed', sent.words)
        : finish('waiting', sent.words, nextTry(deps.now(), attempts, deps.random()))
  }
}

/** Ours is drawn when it is sent, for the printer as it is by then; a carrier's goes as it came. */
const formatOf = ({ body, copies, printer }: ClaimedJob): Buffer | null => {
  if (body === null) return null
  if ('zpl' in body) return Buffer.concat(Array<Buffer>(copies).fill(Buffer.from(body.zpl, 'base64')))
  try {
    return Buffer.from(zplOf(drawLabel(body.label, body.captions, printer.size), printer.dpi, copies))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

import { endLine } from '../../shared/sync/rescue-parts.ts'
import { OWN_STATE } from './birth.ts'
import { heard, noMark } from './marks.ts'
import { allRows, commandOf } from './own-commands.ts'
import type { Birth, CacheHead, Ports, QueueLook, QueueRow } from './ports.ts'

/**
 * Epochs that were begun under another id of this handheld. Their steps name that id and are signed for it: under the present
 * one they could only be kept as forged. The rescue door books them as what they are, once, however often they come.
 */
const HANDED_IN = `${OWN_STATE}earlier/`

/** A body that cannot be read says nothing of whose it is. */
export const isOurs = (row: Pick<QueueRow, 'body'> | undefined, { device }: Pick<Birth, 'device'>): boolean =>
  row === undefined || (commandOf(row)?.device ?? device) === device

/** What was acknowledged to an earlier id: every snapshot contains it, and none says so to the present one. */
export const throughOfEarlier = async (
  { queue }: Pick<Ports, 'queue'>,
  birth: Birth,
): Promise<Readonly<Record<string, number>>> => {
  const through: Record<string, number> = {}
  for (const epoch of await queue.epochs()) {
    if (epoch === birth.epoch) continue
    const [first] = await queue.rows(epoch, 0, 1)
    if (first !== undefined && !isOurs(first, birth)) through[epoch] = (await queue.mark(epoch))?.acked ?? 0
  }
  return through
}

/**
 * Hands in one such epoch, whole: what waits of it, and all of it once for each feed epoch, because a server that was restored
 * may lack what it had acknowledged. Returns how far the confirmed rows can be said to contain it, null = nothing was due.
 */
export const handInEarlier = async (
  ports: Pick<Ports, 'clock' | 'net' | 'queue'>,
  { epochs, noted }: QueueLook,
  birth: Birth,
  { feedEpoch }: Pick<CacheHead, 'feedEpoch'>,
): Promise<{ epoch: string; through: number } | null> => {
  for (const { epoch, mark, unsent } of epochs) {
    const key = HANDED_IN + epoch
    if (epoch === birth.epoch || (unsent.length === 0 && noted.get(key) === feedEpoch)) continue
    const rows = await allRows(ports.queue, epoch, 0)
    const last = rows.at(-1)
    if (last === undefined || isOurs(rows[0], birth)) {
      if (unsent.length === 0) await ports.queue.saveState({ key, value: feedEpoch })
      continue
    }
    if ((await ports.net.rescue(textOf(rows))).kind !== 'ok') return null
    const before = mark ?? noMark(epoch, last.warehouse)
    const said = { acked: last.seq, durable: before.durable, results: [], exactly: false }
    await ports.queue.changeMark(epoch, now => heard(now ?? before, said, ports.clock.now()))
    await ports.queue.saveState({ key, value: feedEpoch })
    return { epoch, through: last.seq }
  }
  return null
}

/** As the rescue page writes a queue that it could read to its end. */
const textOf = (rows: readonly QueueRow[]): string =>
  [...rows.map(row => JSON.stringify({ store: 'cmd', row })), endLine(rows.length)].join('\n')

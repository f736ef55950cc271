import * as v from 'valibot'
import { commandSchema } from '../../shared/sync/command.ts'
import type { Command } from '../../shared/sync/command.ts'
import type { OwnCommand } from '../../shared/sync/rebase.ts'
import type { QueueRow, QueueStore } from './ports.ts'

/** Null where this version of the app cannot read the body: it is sent all the same, only not drawn. */
export const commandOf = (row: Pick<QueueRow, 'body'>): Command | null => {
  try {
    const read = v.safeParse(commandSchema, JSON.parse(row.body))
    return read.success ? read.output : null
  } catch {
    return null
  }
}

/** Own command by the row that holds it. */
export const ownOf = (row: QueueRow): OwnCommand | null => {
  const command = commandOf(row)
  return command && { key: { device: command.device, epoch: row.epoch, seq: row.seq }, command }
}

const PIECE = 500

/** All rows of an epoch above a number, piece by piece, so that a long queue is never asked for at once. */
export const allRows = async (queue: QueueStore, epoch: string, after: number): Promise<QueueRow[]> => {
  const rows: QueueRow[] = []
  for (;;) {
    const piece = await queue.rows(epoch, rows.at(-1)?.seq ?? after, PIECE)
    rows.push(...piece)
    if (piece.length < PIECE) return rows
  }
}

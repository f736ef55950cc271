import { sql } from 'kysely'
import { derivedId } from '../../shared/ids.ts'
import type { MessageWrite } from '../sync/ports.ts'
import type { Entry } from './batch.ts'
import type { Scope } from './load.ts'
import type { Executor } from './names.ts'

/** Which messages a connection takes; nothing said = all. */
export type Takes = { types?: readonly string[]; clients?: readonly string[] }

/**
 * Messages as rows of the outbox, one for each connection that takes them. A row's key is derived from connection and
 * message: commands that are sent again after a restore make the same keys. A message that no connection takes is kept under
 * its own key until there is one that does.
 */
export const messageRows = async (
  db: Executor,
  at: Scope,
  messages: readonly MessageWrite[],
  entries: readonly Entry[],
): Promise<Record<string, unknown>[]> => {
  if (messages.length === 0) return []
  const { rows: connections } = await sql<{ uid: string; takes: Takes }>`
    select uid, takes from connector where warehouse_id = ${at.id} and mode <> 'off' order by uid`.execute(db)
  const times = new Map(entries.map(({ origin, sealed, at: time }) => [nameOf({ ...origin, seq: sealed.seq }), time]))
  const rows = messages.flatMap((message): Record<string, unknown>[] => {
    const takers = connections.filter(({ takes }) => takesIt(takes, message))
    const row = {
      message: message.key,
      client: message.client,
      subject: message.subject,
      type: message.type,
      payload: message.payload,
      covers: message.covers,
      captured_at: times.get(nameOf({ ...message.closing, name: message.closing.device })) ?? null,
    }
    return takers.length > 0
      ? takers.map(({ uid }) => ({ ...row, key: keyFor(uid, message.key), connector: uid }))
      : [{ ...row, key: message.key, connector: null }]
  })
  return rows.map((row, n) => ({ n, ...row }))
}

const nameOf = ({ name, epoch, seq }: { name: string; epoch: string; seq: number }): string => `${name}/${epoch}/${seq}`

export const keyFor = (connector: string, message: string): string => derivedId('outbox', connector, message)

export const takesIt = ({ types, clients }: Takes, message: Pick<MessageWrite, 'type' | 'client'>): boolean =>
  (types === undefined || types.includes(message.type)) &&
  (clients === undefined || message.client === null || clients.includes(message.client))

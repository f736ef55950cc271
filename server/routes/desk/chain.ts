import { chainAnswerSchema, chainQuery, erasedSchema, eraseSchema } from '../../../shared/desk/chain.ts'
import { signRoster } from '../../auth/roster.ts'
import { sendJson } from '../answer.ts'
import { deskEndpoint, json } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { ofAllClients, view } from './parts.ts'

/** A backup a day, and an hour for it to be made in. */
const BACKUP_MS = 90_000_000

/** GET /api/desk/chain: whether anything was changed, taken out or put in, and how far back the last copy lies. */
export const chainEndpoint = view(
  {
    path: '/api/desk/chain',
    summary:
      'Whether the hash chain of the audit log holds, and when the last backup was made; with a handheld, whether the chain of its signed commands holds.',
    query: chainQuery,
    answer: chainAnswerSchema,
    roles: ['administrator'],
  },
  async (at, { device }, { stores, now }) => {
    ofAllClients(at)
    const of = device === '' ? null : await stores.audit.checkDevice(at.warehouse, device)
    if (device !== '' && of === null) throw refused('not_found', 'There is no such handheld.')
    const { lastBackupAt } = await stores.figures.read()
    const isDue = lastBackupAt === null || Date.parse(now()) - Date.parse(lastBackupAt) > BACKUP_MS
    return { audit: await stores.audit.check(at.warehouse), device: of, backup: { at: lastBackupAt, isDue } }
  },
)

/** POST /api/desk/people/erase: the name goes, the ledger stays. */
export const eraseEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/people/erase',
    summary:
      'Erases the name of somebody who has left, everywhere; ids, ledger and chains stay. It cannot be taken back.',
    body: json(4096, eraseSchema),
    roles: ['administrator'],
    strictly: true,
    answers: { 200: { description: 'What stands instead, and notes to be read', schema: erasedSchema } },
    refusals: ['role', 'not_found', 'stale', 'leased'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    ofAllClients({ who })
    const { worker, expectedVersion } = body
    const entry = { warehouse, at: deps.now(), worker: who.id, kind: 'worker.erase', subject: worker, body: {} }
    const sign = (roster: Parameters<typeof signRoster>[1]) => signRoster(deps.serverKey, roster)
    const done = await deps.stores.leavers.erase({ warehouse, worker, expectedVersion, entry, sign })
    if (done.kind === 'refused')
      throw refused(
        done.code,
        done.code === 'leased' ? 'Somebody who works here, or has work in hand, keeps the name.' : undefined,
      )
    deps.doorbell.ring(warehouse)
    return sendJson(c, { name: done.name, notes: done.notes })
  },
)

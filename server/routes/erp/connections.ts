import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import type { ClientId, ConnectorId, SessionId, WorkerId } from '../../../shared/ids.ts'
import { uuid } from '../../../shared/sync/fields.ts'
import { RENEWALS } from '../../continuity-ports.ts'
import type { Connection } from '../../workers/connection.ts'
import { OUTBOX_STATES } from '../../workers/outbox-port.ts'
import { orWords } from '../../workers/erp-desk.ts'
import { sendJson } from '../answer.ts'
import { json, NOTHING, personEndpoint } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { askSignal, asker, bridgeOf, connectionAt, erpAt, KEEPERS } from './erp-call.ts'
import type { At } from './erp-call.ts'

const MASK = '•••'
const text = v.pipe(v.string(), v.maxLength(300))
const record = <T extends v.GenericSchema>(value: T) => v.record(v.pipe(v.string(), v.maxLength(60)), value)
const modes = v.picklist(['off', 'readOnly', 'shadow', 'live'])
const takes = v.object({
  types: v.optional(v.pipe(v.array(text), v.maxLength(20))),
  clients: v.optional(v.pipe(v.array(uuid<ClientId>()), v.maxLength(500))),
})

const shownSchema = v.object({
  id: v.string(),
  name: v.string(),
  kind: v.string(),
  settings: v.record(v.string(), v.unknown()),
  /** Which secrets are there; never what they are. */
  secrets: v.record(v.string(), v.nullable(v.literal(MASK))),
  mode: modes,
  /** A change names it. */
  version: v.number(),
  allow: v.record(v.string(), v.string()),
  takes: v.object({ types: v.optional(v.array(v.string())), clients: v.optional(v.array(v.string())) }),
  circuit: v.looseObject({ state: v.string() }),
  health: v.nullable(v.looseObject({ ok: v.boolean() })),
  healthAt: v.nullable(v.string()),
  messages: v.record(v.picklist(OUTBOX_STATES), v.number()),
  /** Since when nothing is delivered because the database has lost something, and which handhelds have not reported since. */
  held: v.nullable(v.object({ since: v.string(), why: v.picklist(RENEWALS), missing: v.array(v.string()) })),
  /** Open differences of the books. */
  drifts: v.number(),
})
export type ShownConnection = v.InferOutput<typeof shownSchema>

const shown = async ({ erp }: At, connection: Connection): Promise<ShownConnection> => {
  const { id, name, kind, settings, mode, version, allow, takes: taken, circuit, health, healthAt } = connection
  const held = erp.open(connection) ?? {}
  const fields = erp.kinds[kind]?.secrets ?? []
  return {
    id,
    name,
    kind,
    settings,
    secrets: Object.fromEntries(fields.map(field => [field.name, held[field.name] ? MASK : null])),
    mode,
    version,
    allow,
    takes: {
      ...(taken.types === undefined ? {} : { types: [...taken.types] }),
      ...(taken.clients === undefined ? {} : { clients: [...taken.clients] }),
    },
    circuit,
    health: health === null ? null : { ...health },
    healthAt,
    messages: await erp.stores.outbox.counts(id),
    held: connection.held === null ? null : { ...connection.held, missing: [...connection.held.missing] },
    drifts: await erp.stores.compare.openDrifts(id),
  }
}

export const erpKindsEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/erp/kinds',
    summary: 'The kinds of ERPs that can be connected, with the settings and secrets that each needs.',
    query: v.object({ worker: uuid<WorkerId>() }),
    body: NOTHING,
    roles: KEEPERS,
    answers: {
      200: {
        description: 'Kinds',
        schema: v.object({
          kinds: v.array(
            v.object({
              name: v.string(),
              title: v.string(),
              /** JSON Schema. */
              settings: v.record(v.string(), v.unknown()),
              secrets: v.array(v.object({ name: v.string(), title: v.string(), optional: v.boolean() })),
            }),
          ),
        }),
      },
    },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who }) => {
    const { erp } = erpAt(deps, who)
    const kinds = Object.values(erp.kinds).map(kind => ({
      name: kind.name,
      title: kind.title,
      settings: toJsonSchema(kind.settings, { errorMode: 'ignore', typeMode: 'input' }),
      secrets: kind.secrets.map(({ name, title, optional }) => ({ name, title, optional: optional === true })),
    }))
    return sendJson(c, { kinds })
  },
)

export const erpConnectionsEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/erp/connections',
    summary:
      'Connections of the warehouse with their state: circuit, last check, messages by state. Secrets are masked.',
    query: v.object({ worker: uuid<WorkerId>() }),
    body: NOTHING,
    roles: KEEPERS,
    answers: { 200: { description: 'Connections', schema: v.object({ connections: v.array(shownSchema) }) } },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    const at = erpAt(deps, who)
    const all = await at.erp.stores.connections.list()
    const mine = all.filter(one => one.warehouse === warehouse)
    return sendJson(c, { connections: await Promise.all(mine.map(one => shown(at, one))) })
  },
)

const changeSchema = v.object({
  worker: uuid<WorkerId>(),
  session: uuid<SessionId>(),
  id: uuid<ConnectorId>(),
  /** The one that was seen; null = a new connection. */
  version: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  name: v.pipe(text, v.trim(), v.minLength(1)),
  kind: text,
  settings: record(v.unknown()),
  /** Those that are new; the others stay as they are. */
  secrets: v.optional(record(v.pipe(v.string(), v.maxLength(4000))), {}),
  mode: modes,
  allow: v.optional(record(text), {}),
  takes: v.optional(takes, {}),
})
type Change = v.InferOutput<typeof changeSchema>

/** Settings as their kind reads them; the sentence names the field, never its value. */
const checkedSettings = ({ erp }: At, { kind, settings }: Change): void => {
  const known = erp.kinds[kind]
  if (known === undefined) throw refused('bad_request', `There is no kind of ERP called ${kind}.`)
  const read = v.safeParse(known.settings, settings)
  if (!read.success) throw refused('bad_request', `${v.getDotPath(read.issues[0]) ?? 'settings'} is not as it must be.`)
}

/**
 * What was given over what is kept. Secrets do not follow to another address or another kind: whoever may change settings must
 * not be able to send them somewhere.
 */
const sealedFor = ({ erp }: At, before: Connection | null, change: Change): string | null => {
  const fields = erp.kinds[change.kind]?.secrets ?? []
  const unknown = Object.keys(change.secrets).find(name => !fields.some(field => field.name === name))
  if (unknown !== undefined) throw refused('bad_request', `There is no secret called ${unknown}.`)
  const isSame = before?.kind === change.kind && before.settings['url'] === change.settings['url']
  const kept = before === null || !isSame ? {} : erp.open(before)
  if (kept === null && fields.some(field => !(field.name in change.secrets)))
    throw refused('bad_request', 'The secrets that are kept cannot be opened; give all of them again.')
  const all = { ...kept, ...change.secrets }
  const missing = fields.find(field => field.optional !== true && !all[field.name])
  if (missing !== undefined && change.mode !== 'off') throw refused('bad_request', `${missing.title} is missing.`)
  if (Object.keys(all).length === 0) return null
  const sealed = erp.seal(change.id, all)
  if (sealed === null) throw refused('bad_request', 'STOCKHAND_SECRET_KEY is not set: no secret can be kept.')
  return sealed
}

export const changeErpConnectionEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/erp/connections',
    summary:
      'Makes a connection or changes one, on the version that was seen. Secrets are sealed and never shown again.',
    body: json(64 * 1024, changeSchema),
    roles: KEEPERS,
    strictly: true,
    answers: { 200: { description: 'The connection as it is now', schema: shownSchema } },
    refusals: ['role', 'not_found', 'stale'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const at = erpAt(deps, who)
    const before = body.version === null ? null : await connectionAt(at, warehouse, body.id)
    if (body.mode !== 'off' || body.version === null) checkedSettings(at, body)
    const sealed = sealedFor(at, before, body)
    const { name, kind, settings, mode, allow, takes: taken } = body
    const change = { name, kind, settings, sealed, mode, allow, takes: clean(taken) }
    const where = { id: body.id, warehouse: warehouse, version: body.version }
    const after = await at.erp.stores.connections.put(where, change)
    if (after === null) throw refused('stale', 'Somebody else has changed it meanwhile.')
    await at.erp.bridges.renew()
    return sendJson(c, await shown(at, after))
  },
)
const clean = ({ types, clients }: Change['takes']): Connection['takes'] => ({
  ...(types === undefined ? {} : { types }),
  ...(clients === undefined ? {} : { clients }),
})

const wordsSchema = v.object({ class: v.string(), words: v.string() })
export const checkErpEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/erp/check',
    summary:
      'Logs in over there and tries every right that is needed, without effect. Credentials that were refused are not tried again until they change.',
    body: json(4096, v.object({ ...asker, session: uuid<SessionId>() })),
    roles: KEEPERS,
    strictly: true,
    answers: {
      200: {
        description: 'What was found, or in words why nothing could be',
        schema: v.union([v.looseObject({ ok: v.boolean() }), wordsSchema]),
      },
    },
    refusals: ['role', 'not_found'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const at = erpAt(deps, who)
    const connection = await connectionAt(at, warehouse, body.connection)
    const { outbox, connections } = at.erp.stores
    const circuit = await outbox.circuit(connection.id)
    if (circuit.state === 'open' && circuit.cause === 'auth' && circuit.version === connection.version)
      return sendJson(c, { class: 'auth', words: circuit.words })
    const { connector } = bridgeOf(at, connection)
    const found = await orWords(() => connector.check(askSignal()))
    const now = deps.now()
    if ('class' in found) {
      await connections.saveHealth(connection.id, null, now)
      if (found.class === 'auth') {
        const refusal = { cause: 'auth', since: now, version: connection.version, words: found.words } as const
        await outbox.saveCircuit(connection.id, { state: 'open', ...refusal })
      }
    } else {
      await connections.saveHealth(connection.id, found, now)
      if (circuit.state === 'open') {
        await outbox.saveCircuit(connection.id, { state: 'closed' })
        await outbox.dueNow(connection.id, now)
      }
    }
    return sendJson(c, found)
  },
)

import type { Task } from '../../shared/catalogue.ts'
import type { ExceptionKind } from '../../shared/exception.ts'
import { isUuid } from '../../shared/ids.ts'
import type { ClientId, DeviceId, DocumentId, ItemId, LocationId, LpnId } from '../../shared/ids.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import type { View } from '../../shared/ledger/world.ts'
import { isVirtual } from '../../shared/process/virtual.ts'
import type { DecisionTx } from './ports.ts'
import { countsFor } from './renew-counts.ts'

/** A place to be counted; no item = all that lies there. */
export type Spot = { client: ClientId; location: LocationId; item: ItemId | null }
type Cause = {
  kind: ExceptionKind
  subject: string
  body: Record<string, unknown>
  movements: readonly Movement[]
}

/** Kinds that are about a handheld: whatever it has touched last may be otherwise than the books say. */
const OF_DEVICE: ReadonlySet<ExceptionKind> = new Set(['device_silent', 'storage_lost', 'movements_missing'])
export const deviceToCount = ({ kind, body }: Pick<Cause, 'kind' | 'body'>): DeviceId | null => {
  const { device } = body
  return OF_DEVICE.has(kind) && typeof device === 'string' && isUuid(device) ? (device as DeviceId) : null
}

/** Fields that name a place, by its id or as an address. */
const PLACES = ['location', 'place', 'said', 'books', 'from', 'to']

const placeIn = (value: unknown): readonly LocationId[] => {
  if (typeof value === 'string') return isUuid(value) ? [value as LocationId] : []
  const { location } = (value ?? {}) as { location?: unknown }
  return typeof location === 'string' ? placeIn(location) : []
}

const idIn = (body: Cause['body'], key: string): string => (typeof body[key] === 'string' ? body[key] : '')

const clientOf = (view: View, { body, subject, movements }: Cause): ClientId | undefined => {
  const known =
    view.item(idIn(body, 'item') as ItemId)?.client ??
    view.lpn(idIn(body, 'lpn') as LpnId)?.client ??
    view.document((idIn(body, 'document') || (subject.split('/')[0] ?? '')) as DocumentId)?.client
  const { client } = body
  return typeof client === 'string' ? (client as ClientId) : (known ?? movements[0]?.client)
}

/** Where somebody has to look: the places that the facts name, else where its goods were moved from and to, else where its pallet stands. */
export const spotsOf = (view: View, cause: Cause): readonly Spot[] => {
  const client = clientOf(view, cause)
  if (client === undefined) return []
  const { body, movements } = cause
  const isHere = (id: LocationId): boolean => view.location(id) !== undefined && !isVirtual(view.location(id))
  const named = PLACES.flatMap(key => placeIn(body[key])).filter(isHere)
  const moved = movements.flatMap(m => [m.to.location, m.from.location]).filter(isHere)
  const stands = view.stockOn(idIn(body, 'lpn') as LpnId).flatMap(row => (row.onHand > 0 ? [row.location] : []))
  const places = [named, moved, stands].find(all => all.length > 0) ?? []
  const item = isUuid(idIn(body, 'item')) ? (idIn(body, 'item') as ItemId) : null
  return [...new Set(places)].map(location => ({ client, location, item }))
}

/** One open count for each place; `before`: tasks that this transaction has made already. */
export const countsOf = async (
  tx: DecisionTx,
  before: readonly Task[],
  cause: ExceptionKind,
  spots: readonly Spot[],
): Promise<readonly Task[]> => {
  if (spots.length === 0) return []
  const { policies } = await tx.counts.facts({ tasks: [], items: [], places: [] })
  const made = before.filter(task => task.kind === 'count')
  const open = [...(await tx.counts.openCounts(spots.map(spot => spot.location))), ...made]
  const wishes = spots.map(({ client, location: place, item }) => ({ client, place, item, cause }))
  return countsFor(tx.counts, wishes, open, policies, made.length)
}

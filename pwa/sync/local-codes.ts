import type { Location, LocationKind } from '../../shared/catalogue.ts'
import type { LocationId } from '../../shared/ids.ts'
import type { View } from '../../shared/ledger/world.ts'
import { lpnId } from '../../shared/process/lpn.ts'
import { codeKey } from '../../shared/scan/code-key.ts'
import type { CodeHit } from '../../shared/scan/scan.ts'

const MOBILE = new Set<LocationKind>(['tote', 'carton', 'cart'])
const VIRTUAL = new Set<LocationKind>(['supplier', 'customer', 'adjustment', 'scrap', 'transit', 'unknown'])

const hitOf = (location: Location): CodeHit => {
  const kind =
    location.kind === 'tote' || location.kind === 'carton' || location.kind === 'cart' ? location.kind : 'location'
  return { kind, location: location.id }
}

/** 34 values, no I and no O. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** Check character of an own label over prefix and body (ISO 7064's hybrid scheme with 34): `XLA1203` → `3`. */
export const labelCheck = (text: string): string => {
  let p = 34
  for (const letter of text) p = (((p + ALPHABET.indexOf(letter)) % 34 || 34) * 2) % 35
  return ALPHABET[(1 - p + 34) % 34] ?? ''
}

/** `A-12-03` is printed as `XLA1203` + check character: without what keyboards move about and without I and O. */
export const placeLabel = (code: string): string | null => {
  const body = code.toUpperCase().replaceAll(/[^0-9A-HJ-NP-Z]/g, '')
  return body.length < 2 || body.length > 20 || /[IO]/i.test(code) ? null : `XL${body}${labelCheck(`XL${body}`)}`
}

/** Keys under which the places of the warehouse are found: what is printed as text, and the own label. */
export const placeCodes = (locations: Iterable<Location>): ReadonlyMap<string, readonly CodeHit[]> => {
  const found = new Map<string, CodeHit[]>()
  const add = (key: string, hit: CodeHit): void => {
    const at = found.get(key)
    if (at === undefined) found.set(key, [hit])
    else if (!at.some(one => JSON.stringify(one) === JSON.stringify(hit))) at.push(hit)
  }
  for (const location of locations) {
    // A box that has left may come back, by its own label or the carrier's.
    const hasLeft = location.carton?.shipped === true
    if ((!location.active && !hasLeft) || VIRTUAL.has(location.kind)) continue
    add(codeKey(location.code), hitOf(location))
    if (hasLeft && location.carton?.tracking) add(codeKey(location.carton.tracking), hitOf(location))
    const label = MOBILE.has(location.kind) ? null : placeLabel(location.code)
    if (label !== null) add(codeKey(label), hitOf(location))
  }
  return found
}

/** What the own rows say to a key besides the catalogue: places, totes, pallets, documents by their number, tasks by their id. */
export const localHits = (
  view: View,
  places: ReadonlyMap<string, readonly CodeHit[]>,
  confirmed: ReadonlyMap<LocationId, Location>,
  keys: ReadonlySet<string>,
): ReadonlyMap<string, readonly CodeHit[]> => {
  const found = new Map<string, CodeHit[]>()
  const add = (key: string, hit: CodeHit): void => {
    if (keys.has(key)) found.set(key, [...(found.get(key) ?? []), hit])
  }
  for (const key of keys) for (const hit of places.get(key) ?? []) add(key, hit)
  for (const key of keys) {
    const lpn = view.lpn(lpnId(view.warehouse, key))
    if (lpn !== undefined) add(key, { kind: 'lpn', lpn: lpn.id, client: lpn.client })
  }
  // Totes and cartons that a waiting command has made are not among the confirmed places yet.
  for (const place of view.locations())
    if (MOBILE.has(place.kind) && !confirmed.has(place.id)) add(codeKey(place.code), hitOf(place))
  for (const document of view.documents())
    add(codeKey(document.number), { kind: 'document', document: document.id, client: document.client })
  for (const task of view.tasks()) {
    add(codeKey(task.id), { kind: 'task', task: task.id, client: task.client })
  }
  return found
}

import type { Document, Line } from '../catalogue.ts'
import type { ExceptionKind } from '../exception.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { DocumentId, LpnId } from '../ids.ts'
import type { ExceptionDraft } from '../ledger/effects.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { CommandKey, CommandOf } from '../sync/command.ts'
import { contradiction } from './contradiction.ts'
import type { CommandTimes } from './process.ts'
import { announcedOn, asnTrustOf, restOf } from './receive-asn.ts'
import { limitOf } from './receive-limit.ts'
import { cameOn } from './receive-lines.ts'
import { goodFrom, lifeNeeded, todayAt } from './shelf-life.ts'
import { isVirtual } from './virtual.ts'

type Came = CommandOf<'receive'>
type Add = (kind: ExceptionKind, subject: string, body: Record<string, unknown>) => void

/** What received goods contradict: the delivery, their lot, what the client accepts, the books. */
export const contradictionsOf = (
  view: View,
  c: Came,
  key: CommandKey,
  times: CommandTimes,
  at: { document: Document; lines: readonly Line[]; isOver: boolean },
): ExceptionDraft[] => {
  const item = view.item(c.item)
  const [line] = at.lines
  if (item === undefined || line === undefined) return []
  const found: ExceptionDraft[] = []
  const add: Add = (kind, subject, body) => {
    // An exception is named by its command and kind: the first of a kind tells of the command.
    if (found.some(one => one.kind === kind)) return
    found.push(contradiction(key, kind, subject, { item: c.item, qty: c.qty, document: c.document, ...body }))
  }
  if (at.isOver) add('late_line', c.document, { state: at.document.state })
  if (at.document.client !== c.client) add('other_client', c.document, { client: c.client })
  if (line.source === null && !at.document.blind) add('unexpected_item', line.id, { line: line.id })
  const { limit, received } = limitOf(view, c.document, item)
  if (received + c.qty > limit) add('over_receipt', line.id, { received: received + c.qty, limit })
  const known = c.lot === '' ? undefined : view.lot(c.client, c.item, c.lot)
  if (known !== undefined && known.expiry !== null && c.expiry !== null && known.expiry !== c.expiry)
    add('lot_date', `${c.item}/${c.lot}`, { known: known.expiry, came: c.expiry })
  // Broken goods are nobody's to sell, however long they would live.
  const isJudged =
    c.expiry !== null && c.to.status !== 'damaged' && policyFor(view.policies, c.client).shelf.track !== 'none'
  if (isJudged && c.expiry !== null && c.expiry < goodFrom(view, item, todayAt(view, times.at)))
    add('short_life', `${c.item}/${c.lot}`, { expiry: c.expiry, days: lifeNeeded(view, item) ?? 0 })
  const twice = c.serial === '' ? undefined : elsewhere(view, c)
  if (twice !== undefined) add('serial_twice', `${c.item}/${c.serial}`, { serial: c.serial, place: twice })
  labelTrouble(view, c, add)
  announcedOtherwise(view, c, add)
  return found
}

const elsewhere = (view: View, c: Came): string | undefined =>
  view
    .stockOf(c.client, c.item)
    .find(row => row.serial === c.serial && row.onHand > 0 && !isVirtual(view.location(row.location)))?.location

/** Two handhelds that could not see each other may have used one label. */
export const labelTrouble = (view: View, c: Pick<Came, 'client' | 'to'>, add: Add): void => {
  const { lpn, location, status } = c.to
  if (lpn === NO_LPN) return
  const rows = view.stockOn(lpn).filter(row => row.onHand > 0)
  const known = view.lpn(lpn)
  if ((known !== undefined && known.client !== c.client) || rows.some(row => row.client !== c.client))
    add('other_client', lpn, { lpn, client: c.client })
  const away = rows.find(row => row.location !== location)
  if (away !== undefined) add('lpn_elsewhere', lpn, { lpn, books: away.location, said: location })
  if (rows.some(row => row.status !== status)) add('forbidden_place', lpn, { lpn, trouble: 'mix', status })
}

/** The pallet holds more, another lot or other goods than its supplier has announced. */
const announcedOtherwise = (view: View, c: Came, add: Add): void => {
  const lpn = cameOn(view, c)
  const found = differenceOn(view, c.document, lpn, c, lines => doneOf(lines) + c.qty)
  if (found !== null) add('asn_difference', `${c.document}/${lpn}`, found)
}

const doneOf = (lines: readonly Line[]): number => lines.reduce((sum, line) => sum + line.done, 0)

/** `after` says how many of the item will have been received on these lines of the pallet. */
const differenceOn = (
  view: View,
  document: DocumentId,
  lpn: LpnId,
  { client, item, lot }: Pick<Came, 'client' | 'item' | 'lot'>,
  after: (lines: readonly Line[]) => number,
): Record<string, unknown> | null => {
  const announced = asnTrustOf(view, client) === 'off' ? [] : announcedOn(view, document, lpn)
  if (announced.length === 0) return null
  const own = announced.filter(line => line.item === item)
  const fits = own.filter(line => !line.lot || line.lot === lot)
  // What is withheld here is compared by the server.
  const isWithheld = own.some(line => line.hidden === true)
  const wanted = fits.reduce((sum, line) => sum + line.wanted, 0)
  const difference =
    own.length === 0 ? 'item' : fits.length === 0 ? 'lot' : !isWithheld && after(own) > wanted ? 'more' : null
  return difference === null ? null : { lpn, difference, lot, wanted, done: doneOf(own) }
}

/** The same of goods that were counted before the label was read. `changed`: the lines as they are from then on. */
export const gatheredOtherwise = (
  view: View,
  c: CommandOf<'move'>,
  changed: readonly Line[],
  key: CommandKey,
): ExceptionDraft[] => {
  const { document, item, qty } = c
  const { lpn } = c.to
  if (document === undefined) return []
  const now = (line: Line): Line => changed.find(one => one.id === line.id) ?? line
  const found = differenceOn(view, document, lpn, c, lines => doneOf(lines.map(now)))
  const subject = `${document}/${lpn}`
  return found === null ? [] : [contradiction(key, 'asn_difference', subject, { item, qty, document, ...found })]
}

/** What was announced on pallets and has not come by the time the delivery is closed, one for each pallet. */
export const missingOnPallets = (view: View, document: Document, key: CommandKey): ExceptionDraft[] => {
  if (asnTrustOf(view, document.client) === 'off') return []
  const lines = view.linesOf(document.id).filter(line => line.lpn && line.state !== 'cancelled' && restOf(line) > 0)
  return [...new Set(lines.flatMap(line => line.lpn ?? []))].map(lpn => {
    const missing = lines.filter(line => line.lpn === lpn).map(line => ({ item: line.item, qty: restOf(line) }))
    const body = { document: document.id, lpn, difference: 'less', missing }
    const draft = contradiction(key, 'asn_difference', `${document.id}/${lpn}`, body)
    // One close may find several pallets wanting: each has an exception of its own.
    return { ...draft, id: derivedId('exception', key.device, key.epoch, key.seq, 'asn_difference', lpn) }
  })
}

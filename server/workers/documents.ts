import type { Document, DocumentKind, Item, Line, Lpn, Task } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId, ConnectorId, DocumentId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { allocate } from '../../shared/ledger/reservation.ts'
import type { View, World } from '../../shared/ledger/world.ts'
import { lpnId } from '../../shared/process/lpn.ts'
import { leavesFrom } from '../../shared/process/shelf-life.ts'
import { policyFor } from '../../shared/policy.ts'
import { cancelDocument } from '../sync/cancel-document.ts'

/** A purchase or sales order as the ERP has it, mapped to our items and client; quantities in whole base units. */
export type ErpDocument = {
  kind: DocumentKind
  remote: string
  number: string
  client: ClientId
  partner: string
  due: string | null
  priority: number
  state: 'open' | 'closed' | 'cancelled'
  /** A receipt whose supplier has announced lots and pallets. */
  asn?: boolean
  carrier?: string | null
  /** False: only what has been received or shipped has changed since the last import, not what is ordered. */
  changed?: boolean
  lines: readonly ErpLine[]
}
export type ErpLine = {
  remote: string
  item: Item
  wanted: number
  done: number
  closed: boolean
  lot?: string | null
  expiry?: string | null
  /** Label of the announced pallet. */
  lpn?: string | null
}

/** Imported things are named after (client, connector, remote id): a repeated or restored import names them alike. */
export const documentId = (document: Pick<ErpDocument, 'client' | 'remote'>, connector: ConnectorId): DocumentId =>
  derivedId('document', document.client, connector, document.remote)
const lineId = (document: DocumentId, remote: string): Line['id'] => derivedId('line', document, remote)
const taskId = (kind: Task['kind'], document: DocumentId): Task['id'] => derivedId('task', kind, document)

const kindOfTask = (kind: DocumentKind): Task['kind'] => (kind === 'receipt' ? 'receive' : 'pick')
const isBegun = (document: Document | undefined, task: Task | undefined): boolean =>
  document?.state === 'started' || task?.state === 'leased' || task?.state === 'started' || task?.state === 'parked'
const isOver = (document: Document | undefined): boolean =>
  document?.state === 'closed' || document?.state === 'cancelled'

/**
 * What a page of the ERP changes in the warehouse. A document that nobody has begun takes every change; a begun one keeps
 * its lines and the change becomes a person's task; a cancellation always wins on paper.
 */
export const documentEffects = (erp: ErpDocument, connector: ConnectorId, view: View): Effects => {
  const id = documentId(erp, connector)
  const before = view.document(id)
  const task = view.taskOf(id)
  if (isOver(before)) return NOTHING
  if (erp.state === 'cancelled') return before === undefined ? NOTHING : cancelDocument(view, before)
  if (erp.state === 'closed' && before === undefined) return NOTHING
  const lines = linesOf(erp, id, view)
  // What we have received or shipped ourselves comes back as done: that is no change of the order.
  if (isBegun(before, task)) return erp.changed === false ? NOTHING : changedWhileBegun(before, lines, view)
  const document: Document = {
    id,
    kind: erp.kind,
    client: erp.client,
    number: erp.number,
    partner: erp.partner,
    state: erp.state === 'closed' ? 'closed' : 'open',
    due: erp.due,
    priority: before?.ranked === true ? before.priority : erp.priority,
    ...ofTheDesk(before),
    blind: false,
    ...(erp.asn === true ? { asn: true } : {}),
    ...(erp.carrier === undefined || erp.carrier === null ? {} : { carrier: erp.carrier }),
  }
  const next: Task = {
    id: taskId(kindOfTask(erp.kind), id),
    kind: kindOfTask(erp.kind),
    client: erp.client,
    document: id,
    state: erp.state === 'closed' ? 'cancelled' : 'ready',
    lease: null,
    tote: null,
  }
  return { ...NOTHING, documents: [document], lines, tasks: [next], lpns: announcedPallets(erp, view) }
}

/** What people have decided about it stays, whatever the ERP sends of it. */
const ofTheDesk = (before: Document | undefined): Pick<Document, 'ranked' | 'turn' | 'hold'> => ({
  ...(before?.ranked === true ? { ranked: true } : {}),
  ...(before?.turn ? { turn: before.turn } : {}),
  ...(before?.hold ? { hold: before.hold } : {}),
})

/** Pallets of an announced delivery that are new here: their labels are known before they arrive. */
const announcedPallets = (erp: ErpDocument, view: View): Lpn[] =>
  [...new Set(erp.lines.flatMap(line => line.lpn ?? []))]
    .map(label => ({ id: lpnId(view.warehouse, label), client: erp.client, label }))
    .filter(lpn => view.lpn(lpn.id) === undefined)

const linesOf = (erp: ErpDocument, document: DocumentId, view: View): Line[] => {
  const known = view.linesOf(document)
  const listed = erp.lines.map((line, i): Line => {
    const id = lineId(document, line.remote)
    const before = known.find(row => row.id === id)
    const wanted = Math.max(0, line.wanted - line.done)
    return {
      id,
      document,
      client: erp.client,
      item: line.item.id,
      source: line.remote,
      no: i + 1,
      wanted,
      done: before?.done ?? 0,
      state: line.closed || wanted === 0 ? 'cancelled' : 'open',
      // A smaller or another wish is reserved anew; an equal one keeps what it has.
      claims:
        before !== undefined && before.wanted === wanted && before.item === line.item.id && !line.closed
          ? before.claims
          : [],
      reason: null,
      ...(line.lot ? { lot: line.lot } : {}),
      ...(line.expiry ? { expiry: line.expiry.slice(0, 10) } : {}),
      ...(line.lpn ? { lpn: lpnId(view.warehouse, line.lpn) } : {}),
    }
  })
  const gone = known
    .filter(row => !listed.some(line => line.id === row.id))
    .map((row): Line => ({ ...row, state: 'cancelled', claims: [] }))
  return [...listed, ...gone]
}

const changedWhileBegun = (before: Document | undefined, lines: readonly Line[], view: View): Effects => {
  if (before === undefined) return NOTHING
  const shape = (rows: readonly Line[]): string =>
    JSON.stringify(rows.map(line => [line.id, line.item, line.wanted, line.state === 'cancelled']).sort())
  const known = view.linesOf(before.id)
  const open = known.map((line): Line => ({ ...line, state: line.state === 'cancelled' ? 'cancelled' : 'open' }))
  if (shape(open) === shape(lines)) return NOTHING
  return {
    ...NOTHING,
    exceptions: [
      {
        id: derivedId('exception', 'order_changed', before.id, shape(lines)),
        kind: 'order_changed',
        subject: before.id,
        body: {
          number: before.number,
          lines: lines.map(line => ({ line: line.id, item: line.item, wanted: line.wanted, state: line.state })),
        },
      },
    ],
  }
}

/** Where each open line's rest shall come from, each wish seeing the ones before it. `world` is written to. */
export const wishes = (world: World, lines: readonly Line[], today: string): { line: Line; claims: Line['claims'] }[] =>
  lines.flatMap(line => {
    const item = world.item(line.item)
    // What was picked lies in the tote and is claimed there, so the claims alone say what is taken care of.
    const missing = line.wanted - line.claims.reduce((sum, claim) => sum + claim.qty, 0)
    const { pick } = policyFor(world.policies, line.client)
    // What a short has let go of is a person's decision by these policies, also when new stock comes.
    const isDecided = line.reason !== null && (pick.reallocation === 'none' || pick.reallocation === 'manual')
    if (item === undefined || line.state !== 'open' || missing <= 0 || isDecided) return []
    const claims = allocate({
      item,
      qty: missing,
      rows: world.stockOf(line.client, line.item),
      lot: row => world.lot(row.client, row.item, row.lot),
      location: row => world.location(row.location),
      notExpiringBefore: leavesFrom(world.policies, item, today),
    })
    if (claims.length === 0) return []
    world.apply({ ...NOTHING, lines: [{ ...line, claims: [...line.claims, ...claims] }] })
    return [{ line, claims }]
  })

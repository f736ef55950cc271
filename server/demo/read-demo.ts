import { isVirtual } from '../../shared/process/virtual.ts'
import type { Document, Item } from '../../shared/catalogue.ts'
import type { ClientId, DeviceId, WarehouseId } from '../../shared/ids.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import type { MutableTables } from '../../shared/sync/rows.ts'
import type { Stores } from '../ports.ts'
import { itemsIn } from '../store/catalogue-blocks.ts'
import type { DemoData, DemoDocument, DemoItem } from './demo-data.ts'

type From = {
  stores: Pick<Stores, 'sync' | 'catalogue' | 'site'>
  warehouse: WarehouseId
  /** In whose name the snapshot is read; the server's own. */
  device: DeviceId
  enrolment: () => { code: string; url: string }
}

const MAX_OF_A_KIND = 100

/** Reads the demo page's data by the same ports that handhelds are served from: what is not in their copy is not shown. */
export const readDemo = ({ stores, warehouse, device, enrolment }: From): DemoData => ({
  enrolment,
  read: async () => {
    const rows = emptyTables(warehouse)
    await stores.sync.snapshot({ warehouse, device, worker: null, clients: null }, async page => {
      for (const row of page) putRow(rows, row)
    })
    for (const item of await allItems(stores.catalogue, warehouse)) rows.items.set(item.id, item)
    const clients = new Map((await stores.site.clients(warehouse)).map(client => [client.id, client.name]))
    return {
      items: [...rows.items.values()]
        .sort((a, b) => a.name.localeCompare(b.name, 'tr'))
        .map(item => itemOf(item, rows, clients.get(item.client) ?? '')),
      documents: (['receipt', 'order'] as const).flatMap(kind =>
        [...rows.documents.values()]
          .filter(document => document.kind === kind)
          .sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || a.number.localeCompare(b.number))
          .slice(0, MAX_OF_A_KIND)
          .map(document => documentOf(document, rows, clients.get(document.client) ?? '')),
      ),
      places: [...rows.locations.values()]
        .filter(place => place.active && !isVirtual(place))
        .sort((a, b) => a.sequence - b.sequence),
    }
  },
})

const isOver = (document: Document): boolean => document.state === 'closed' || document.state === 'cancelled'

/** Items are not in the feed; they lie in the catalogue's blocks. */
const allItems = async (catalogue: Stores['catalogue'], warehouse: WarehouseId): Promise<readonly Item[]> => {
  const { families } = await catalogue.manifest(warehouse)
  const ofClients = Object.entries(families).map(async ([family, { blocks }]) => {
    const [kind, client] = family.split('/')
    if (kind !== 'item') return []
    const found = await catalogue.blocks(blocks.filter(sha => sha !== null))
    return found.flatMap(block => (block === null ? [] : itemsIn(block, client as ClientId)))
  })
  return (await Promise.all(ofClients)).flat()
}

const itemOf = (item: Item, rows: MutableTables, client: string): DemoItem => ({
  sku: item.sku,
  name: item.name,
  client,
  code: item.codes[0] ?? item.sku,
  packagings: item.packagings.flatMap(({ name, quantity, codes }) =>
    codes[0] === undefined ? [] : [{ name, quantity, code: codes[0] }],
  ),
  asks: (['lot', 'serial', 'expiry'] as const).filter(what => item.tracking[what]),
  places: [...rows.stock.values()]
    .filter(row => row.item === item.id && row.onHand > 0)
    .flatMap(row => {
      const place = rows.locations.get(row.location)
      return place === undefined || isVirtual(place) ? [] : [{ code: place.code, onHand: row.onHand }]
    }),
})

const documentOf = (document: Document, rows: MutableTables, client: string): DemoDocument => ({
  kind: document.kind,
  number: document.number,
  client,
  partner: document.partner,
  state: document.state,
  lines: [...rows.lines.values()]
    .filter(line => line.document === document.id)
    .sort((a, b) => a.no - b.no)
    .map(({ item, wanted, done }) => ({
      item: rows.items.get(item)?.name ?? '',
      sku: rows.items.get(item)?.sku ?? '',
      wanted,
      done,
    })),
})

import type { SimOrder } from '../../../server/erp/sim/state.ts'
import type { Payload } from '../../../server/workers/payload.ts'
import { derivedId } from '../../../shared/ids.ts'
import { placeId } from '../../support/site.ts'
import type { ErpStage } from './stage.ts'
import type { Theirs } from './theirs.ts'

type Kind = 'receipt' | 'shipment' | 'adjustment' | 'transfer' | 'return'

/** Messages as the floor makes them, about documents and items that have come in. */
export const makeFloor = (stage: ErpStage, theirs: Theirs) => {
  const { dice, site, client, imports, outbox } = stage
  const place = placeId(site, 'A-01')
  let seq = 0
  const send = (subject: string, payload: Payload): void => {
    seq += 1
    const key = derivedId('outbox', 'erp simulation', stage.seed, seq)
    const at = { connector: stage.connector, warehouse: site.warehouse.id, now: stage.clock.now() }
    outbox.add({ ...at, key, seq, subject, type: payload.type, payload })
    stage.say(`message ${seq} ${payload.type} of ${subject.slice(0, 20)}`)
  }
  const goods = (remote: string, qty: number, lot: string) => {
    const item = imports.itemOf(remote) ?? ''
    return { item, lot, serial: '', expiry: null, status: 'available', place, qty }
  }
  const lotOf = (remote: string): string =>
    stage.state.items[remote]?.tracking.lot === true ? dice.pick(['LOT-A', 'LOT-B']) : ''
  const known = (): string[] => theirs.stocked().filter(remote => imports.itemOf(remote) !== null)
  /** Whether the order is still open over there is not known here. */
  const orders = (kind: SimOrder['kind']): SimOrder[] =>
    Object.values(stage.state.orders).filter(order => order.kind === kind && imports.documentOf(order.id) !== null)

  const receipt = (): void => {
    const all = orders('purchase')
    if (all.length === 0) return
    const order = dice.pick(all)
    const document = imports.documentOf(order.id) ?? ''
    const lines = order.lines.map(line => goods(line.item, 1 + dice.int(9), lotOf(line.item)))
    send(`receipt/${document}`, { v: 1, type: 'receipt', document, client: client.id, final: dice.chance(0.5), lines })
  }
  const shipment = (): void => {
    const all = orders('sales')
    if (all.length === 0) return
    const order = dice.pick(all)
    const document = imports.documentOf(order.id) ?? ''
    const lines = order.lines.flatMap(line => {
      const lot = lotOf(line.item)
      const n = theirs.take(line.item, 'MAIN', lot, 1 + dice.int(5))
      return n === 0 ? [] : [goods(line.item, n, lot)]
    })
    if (lines.length === 0) return
    const box = { label: `XC${seq}`, type: null, weightG: 500, size: null, tracking: `TRK-${seq}`, lines }
    const head = { v: 1, document, client: client.id, final: dice.chance(0.4), carrier: null } as const
    send(`shipment/${document}`, { ...head, type: 'shipment', packages: [box] })
  }
  const adjustment = (): void => {
    const remote = dice.pick(known())
    const lot = lotOf(remote)
    const taken = theirs.take(remote, 'MAIN', lot, 1 + dice.int(4))
    const delta = dice.chance(0.5) && taken > 0 ? -taken : 1 + dice.int(4)
    const book = theirs.onHand(remote, 'MAIN', lot)
    const count = { counted: book + delta, bookAtCount: book, countedAt: stage.clock.now(), countLine: `${seq}` }
    const { item } = goods(remote, 0, lot)
    const reason = dice.chance(0.25) ? 'breakage' : 'count'
    const about = {
      v: 1,
      client: client.id,
      item,
      lot,
      serial: '',
      place: { location: place, status: 'available' },
    } as const
    send(`stock/${item}`, { ...about, type: 'adjustment', delta, reason, by: 'worker', count })
  }
  const transfer = (): void => {
    const remote = dice.pick(known())
    const lot = lotOf(remote)
    const qty = theirs.take(remote, 'MAIN', lot, 1 + dice.int(4))
    if (qty === 0) return
    const { item } = goods(remote, 0, lot)
    const at = (status: string) => ({ location: place, status })
    const lines = [{ lot, serial: '', qty, from: at('available'), to: at('damaged') }]
    send(`stock/${item}`, { v: 1, type: 'transfer', client: client.id, item, by: 'worker', lines })
  }
  const customerReturn = (): void => {
    const remote = dice.pick(known())
    const document = derivedId('document', 'return', stage.seed, seq)
    const lines = [goods(remote, 1 + dice.int(3), lotOf(remote))]
    send(`return/${document}`, { v: 1, type: 'return', document, client: client.id, final: true, origin: null, lines })
  }
  const make: Readonly<Record<Kind, () => void>> = { receipt, shipment, adjustment, transfer, return: customerReturn }
  return {
    sent: (): number => seq,
    work: (): void => {
      if (known().length === 0) return
      make[dice.pick<Kind>(['receipt', 'receipt', 'shipment', 'shipment', 'adjustment', 'transfer', 'return'])]()
    },
  }
}

import type { Profile } from './profile.ts'
import { SimRefusal } from './refusal.ts'
import type { SimDelivery, SimLabel, SimOrder, SimState, SimStatus } from './state.ts'

type Said = Pick<SimDelivery, 'order' | 'carrier' | 'tracking' | 'state'>
export type ShippingDeps = {
  state: SimState
  profile: Profile
  order: (id: string) => SimOrder
  stamp: () => Pick<SimDelivery, 'changed' | 'at' | 'childAt'>
}

/** How far orders are, labels of carriers, and what carriers say of parcels. None of it moves stock. */
export const makeShipping = ({ state, profile, order, stamp }: ShippingDeps) => {
  const labelOf = (of: SimStatus, label: string): SimLabel => {
    const tracking = `TRK${String(Object.keys(state.labels ?? {}).length + 1).padStart(9, '0')}`
    const zpl = `^XA^FO40,40^A0N,40^FD${of.carrier ?? 'Carrier'} ${order(of.order).number}^FS^FO40,120^BCN,120^FD${tracking}^FS^XZ`
    const content = Buffer.from(zpl).toString('base64')
    return { id: `label,${label}`, order: of.order, package: label, tracking, format: 'zpl', content, ...stamp() }
  }
  const labels = (of: SimStatus): void => {
    if (!profile.carrierLabels) return
    for (const { label, tracking } of of.packages) {
      // A carton has one label, however often we are told of it; one with a number has come with its own.
      if (tracking !== null || state.labels?.[`label,${label}`] !== undefined) continue
      const made = labelOf(of, label)
      state.labels = { ...state.labels, [made.id]: made }
    }
  }
  return {
    status: (key: string): SimStatus | undefined => state.statuses?.[key],
    /** The same key again is the same word. */
    tellStatus: (given: SimStatus): SimStatus => {
      const before = state.statuses?.[given.key]
      if (before !== undefined) return before
      if (!profile.statuses) throw new SimRefusal(422, 'nobody here wants to know it')
      order(given.order)
      labels(given)
      state.statuses = { ...state.statuses, [given.key]: given }
      return given
    },
    /** The carrier, by way of the shop or of a person. */
    parcelSaid: ({ order: of, ...said }: Said): SimDelivery => {
      const id = `parcel,${order(of).number}/${said.tracking ?? ''}`
      const made: SimDelivery = { ...said, id, order: of, ...stamp() }
      state.deliveries = { ...state.deliveries, [id]: made }
      return made
    },
  }
}

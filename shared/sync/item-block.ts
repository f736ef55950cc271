import type { Item, Tracking } from '../catalogue.ts'
import type { ClientId } from '../ids.ts'

/** An item as it lies in a block: what the family says of all (the client) and what most items have is left out. */
export type PackedItem = Omit<Item, 'client' | 'active' | 'codes' | 'packagings' | 'tracking'> &
  Partial<Pick<Item, 'codes' | 'packagings'>> & { tracking?: (keyof Tracking)[] }

const TRACKED = ['lot', 'serial', 'expiry'] as const

/** Text of a block: the active items of one client. */
export const packItems = (items: readonly Item[]): string => JSON.stringify(items.map(packed))

const packed = (item: Item): PackedItem => {
  const { client: _, active: __, codes, packagings, tracking, ...rest } = item
  const tracked = TRACKED.filter(what => tracking[what])
  return {
    ...rest,
    ...(codes.length > 0 ? { codes } : {}),
    ...(packagings.length > 0 ? { packagings } : {}),
    ...(tracked.length > 0 ? { tracking: tracked } : {}),
  }
}

/** Blocks are verified by their hash and come from our own server: their shape is known. */
export const readItems = (text: string): readonly PackedItem[] => JSON.parse(text) as PackedItem[]

/** The whole item. A look-up reads a block of a hundred and needs one, so only that one is made. */
export const unpackItem = ({ tracking = [], ...rest }: PackedItem, client: ClientId): Item => ({
  codes: [],
  packagings: [],
  ...rest,
  client,
  active: true,
  tracking: {
    lot: tracking.includes('lot'),
    serial: tracking.includes('serial'),
    expiry: tracking.includes('expiry'),
  },
})

import { parcel } from './drawing.ts'
import { emptyState, MAIN, stockKey } from './state.ts'
import type { SimItem, SimOrder, SimState } from './state.ts'

/** mulberry32: the demo is the same on every machine. */
const seeded = (seed: number) => (): number => {
  let a = (seed += 0x6d2b79f5) | 0
  a = Math.imul(a ^ (a >>> 15), 1 | a)
  a = (a + Math.imul(a ^ (a >>> 7), 61 | a)) ^ a
  return ((a ^ (a >>> 14)) >>> 0) / 4294967296
}

const checkDigit = (digits: string): string => {
  const sum = [...digits].reverse().reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 3 : 1), 0)
  return String((10 - (sum % 10)) % 10)
}
const gtin13 = (n: number): string => {
  const body = `8690${String(n).padStart(8, '0')}`
  return body + checkDigit(body)
}
const gtin14 = (level: number, gtin: string): string => {
  const body = `${level}${gtin.slice(0, 12)}`
  return body + checkDigit(body)
}

/** Real labels that the demo knows, so that a book from the shelf can be scanned. GTINs of published goods. */
const REAL: readonly (readonly [string, string])[] = [
  ['9780764544200', 'Book, blue cover'],
  ['9780201310054', 'Book, white cover'],
  ['9780735619937', 'Book, red cover'],
  ['9780441014989', 'Paperback, dark cover'],
  ['9780446579803', 'Paperback, light cover'],
  ['9784872348880', 'Paperback, Japanese'],
]

const COLOURS = ['Blue', 'Red', 'White', 'Black', 'Green', 'Grey', 'Yellow', 'Natural'] as const
const WARES = [
  'mug 350 ml',
  'bowl 16 cm',
  'plate 26 cm',
  'glass set',
  'teapot 1 l',
  'tray 40 cm',
  'jar 500 ml',
  'lamp E27',
  'drill bit 6 mm',
  'screwdriver',
  'pliers 160 mm',
  'work gloves',
  'tape 48 mm',
  'extension lead 5 m',
  'hand brush',
  'bucket 10 l',
] as const
const FOODS = [
  'Zeytinyağı 1 l',
  'Süzme bal 850 g',
  'Kuru incir 500 g',
  'Çilek reçeli 380 g',
  'Siyah çay 1 kg',
  'Türk kahvesi 250 g',
  'Fındık ezmesi 350 g',
  'Domates salçası 700 g',
  'Nar ekşisi 330 ml',
  'Kırmızı mercimek 1 kg',
  'Bulgur pilavlık 1 kg',
  'Beyaz peynir 500 g',
  'Kaşar peyniri 400 g',
  'İnce tarhana 400 g',
  'Ihlamur çayı 100 g',
  'Sızma yağ 5 l',
] as const
const BRANDS = ['Ege', 'Toros', 'Kaçkar', 'Anadolu', 'Işık', 'Güneş', 'Şirin', 'Öz'] as const

const ITEMS_PER_CLIENT = 264
/** Of the first client's articles; the other has sent none. */
const PARCELS = Array.from({ length: 8 }, (_, n) => parcel(n))

const wareItem = (n: number, changed: number, at: string): SimItem => {
  const real = REAL[n]
  const gtin = real?.[0] ?? gtin13(1000 + n)
  const cased = real === undefined && n % 3 === 0
  return {
    id: `item,${1000 + n}`,
    client: 'marmara',
    sku: `MT-${String(n + 1).padStart(4, '0')}`,
    name:
      real?.[1] ??
      `${COLOURS[n % COLOURS.length]} ${WARES[Math.floor(n / COLOURS.length) % WARES.length]}${n >= 128 ? ` ${['M', 'L', 'XL'][Math.floor(n / 128) - 1] ?? ''}` : ''}`.trim(),
    unit: 'pcs',
    barcodes: [gtin],
    packagings: cased
      ? [
          {
            id: 'case',
            name: 'case',
            quantity: [6, 12, 24][n % 9 === 0 ? 0 : n % 2 === 0 ? 1 : 2] ?? 12,
            barcodes: [gtin14(1, gtin)],
          },
        ]
      : [],
    tracking: { lot: false, serial: real === undefined && n % 53 === 17, expiry: false },
    picture: PARCELS[n % PARCELS.length] ?? null,
    active: true,
    changed,
    at,
    childAt: at,
  }
}
const foodItem = (n: number, changed: number, at: string): SimItem => {
  const gtin = gtin13(5000 + n)
  const dated = n % 2 === 0
  return {
    id: `item,${5000 + n}`,
    client: 'anadolu',
    sku: `AG-${String(n + 1).padStart(4, '0')}`,
    name: `${BRANDS[Math.floor(n / FOODS.length) % BRANDS.length]} ${FOODS[n % FOODS.length]}${n >= 128 ? ` ${Math.floor(n / 128) + 1}'li` : ''}`,
    unit: 'pcs',
    barcodes: [gtin],
    packagings: n % 3 === 0 ? [{ id: 'case', name: 'case', quantity: 12, barcodes: [gtin14(1, gtin)] }] : [],
    tracking: { lot: dated, serial: false, expiry: dated },
    active: true,
    changed,
    at,
    childAt: at,
  }
}

const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** The demo ERP's first state: two clients, their items, opening stock by lot, open purchase and sales orders. */
export const seedErp = (today: string = new Date().toISOString().slice(0, 10)): SimState => {
  const random = seeded(20261123)
  const below = (n: number): number => Math.floor(random() * n)
  const at = `${today}T06:00:00.000Z`
  const state = emptyState()
  const tick = (): number => (state.clock += 1)
  for (let n = 0; n < ITEMS_PER_CLIENT; n += 1) {
    for (const item of [wareItem(n, tick(), at), foodItem(n, tick(), at)]) state.items[item.id] = item
  }
  const all = Object.values(state.items)
  for (const item of all) {
    if (item.tracking.serial) continue
    const lots = item.tracking.lot ? [`L${100 + below(800)}A`, `L${100 + below(800)}B`] : ['']
    for (const [i, lot] of lots.entries()) {
      const expiry = item.tracking.expiry ? addDays(today, 60 + i * 90 + below(60)) : null
      const quantity = below(12) === 0 && !REAL.some(([code]) => item.barcodes.includes(code)) ? 0 : 12 + below(80)
      if (quantity > 0)
        state.stock[stockKey(item.id, MAIN, lot)] = { item: item.id, place: MAIN, lot, expiry, quantity, row: 0 }
    }
  }
  const ofClient = (client: string) => all.filter(item => item.client === client && !item.tracking.serial)
  const order = (
    kind: SimOrder['kind'],
    n: number,
    client: string,
    lines: { item: SimItem; quantity: number }[],
    due: number,
  ): void => {
    const number = kind === 'purchase' ? `PO-${700 + n}` : `SO-${1040 + n}`
    const id = `${kind},${n}`
    const partner =
      kind === 'purchase'
        ? ['Ege Toptan', 'Karadeniz Gıda', 'Marmara Hırdavat', 'Paperback Ltd'][n % 4]
        : ['Café Ihlamur', 'Köşe Market', 'Studio Nord', 'Ayşe Yılmaz', 'Hotel Bosphorus'][n % 5]
    state.orders[id] = {
      id,
      kind,
      number,
      client,
      partner: partner ?? '',
      due: addDays(today, due),
      priority: 0,
      state: 'open',
      changed: tick(),
      at,
      childAt: at,
      lines: lines.map((line, i) => ({
        id: `${id}/${i + 1}`,
        item: line.item.id,
        quantity: line.quantity,
        done: 0,
        closed: false,
      })),
    }
  }
  const first = state.items['item,1000']
  if (first) order('purchase', 1, 'marmara', [{ item: first, quantity: 5 }], 0)
  for (let n = 2; n <= 14; n += 1) {
    const client = n % 2 === 0 ? 'anadolu' : 'marmara'
    const items = ofClient(client)
    order(
      'purchase',
      n,
      client,
      Array.from({ length: 2 + below(5) }, (_, i) => ({
        item: items[(n * 17 + i * 31) % items.length] ?? (items[0] as SimItem),
        quantity: 6 + below(30),
      })),
      below(5),
    )
  }
  for (let n = 1; n <= 28; n += 1) {
    const client = n % 2 === 0 ? 'anadolu' : 'marmara'
    const items = ofClient(client).filter(item => Object.values(state.stock).some(row => row.item === item.id))
    order(
      'sales',
      n,
      client,
      Array.from({ length: 1 + below(5) }, (_, i) => ({
        item: items[(n * 13 + i * 7) % items.length] ?? (items[0] as SimItem),
        quantity: 1 + below(4),
      })),
      below(3),
    )
  }
  return state
}

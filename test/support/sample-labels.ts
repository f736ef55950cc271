import type { Captions } from '../../shared/label/captions.ts'
import type { Label, Sheet, Slip } from '../../shared/label/label.ts'
import { makeLabel } from '../../shared/scan/own-label.ts'

export const TURKISH: Captions = {
  lot: 'Parti',
  expiry: 'SKT',
  quantity: 'Adet',
  pallet: 'Palet',
  tote: 'Kutu',
  carton: 'Koli',
  cart: 'Araba',
  task: 'Görev',
  setUp: 'Cihaz kurulumu',
  validUntil: 'Geçerli:',
  order: 'Sipariş',
  item: 'Ürün',
  page: 'Sayfa',
  total: 'Toplam',
}

const item = { kind: 'item', sku: '', packaging: null, lot: '', expiry: null } as const
/** One label of each kind, and such as are long, tracked or full of signs that printers take for commands. */
export const SAMPLES = {
  item: { ...item, code: '4006381333931', name: 'Su bardağı 20 cl', sku: 'BRD-20' },
  tracked: {
    ...item,
    code: '4006381333931',
    name: 'İçme suyu çok uzun bir ad ile, şişeler hâlinde, güneş ışığından korunmuş, serin yerde saklanır',
    packaging: { name: 'koli', quantity: 12 },
    lot: 'L2-A/7',
    expiry: '2027-03-31',
  },
  sku: { ...item, code: 'A_B^C~D>E', name: 'Signs ^XZ ~JA _5E \\& > end' },
  location: { kind: 'location', code: 'A-01-02', arrow: 'up', words: 'Soğuk oda' },
  longPlace: { kind: 'location', code: 'DEPO1-KORIDOR-A-01-02-03', arrow: 'down', words: '' },
  pallet: { kind: 'pallet', code: '340123450000000017', content: ['12 × Su bardağı 20 cl', 'Acme'] },
  ownPallet: { kind: 'pallet', code: makeLabel('XP', 'H12000042'), content: [] },
  tote: { kind: 'tote', code: makeLabel('XT', '0042'), words: '' },
  badge: { kind: 'badge', code: makeLabel('XB', 'K7F2M9Q4R8'), name: 'Ayşe Yılmaz', words: 'Depo 1' },
  enrolment: {
    kind: 'enrolment',
    code: makeLabel('XE', 'Q7F2M9'),
    link: 'https://depo.example/enrol#t=XEQ7F2M9K',
    until: '12.03.2027 14:30',
    expiresAt: '2027-03-12T11:30:00.000Z',
  },
} as const satisfies Record<string, Label>

export const SHEET: Sheet = {
  kind: 'commands',
  title: 'Komutlar',
  hint: 'Okutmak dokunmakla aynıdır.',
  groups: [
    { heading: 'Her ekranda', cells: ['DNE', 'YES', 'NAY', 'UND'].map(code => ({ code: `XC${code}`, word: 'Söz' })) },
    {
      heading: 'Sayılar',
      cells: Array.from({ length: 20 }, (_, i) => ({
        code: `XCQ${String(i + 1).padStart(2, '0')}`,
        word: String(i + 1),
      })),
    },
  ],
}

export const SLIP: Slip = {
  kind: 'slip',
  title: 'İrsaliye',
  number: 'SO-1001',
  to: ['Şirket A.Ş.', 'Çiçek Sokağı 5', 'İzmir'],
  rows: Array.from({ length: 60 }, (_, i) => ({ sku: `SKU-${i + 1}`, name: `Ürün ${i + 1}`, quantity: `${i + 1}` })),
  note: 'Teşekkürler',
}

import type { Captions } from '../../shared/label/captions.ts'
import type { Language } from './words.ts'

/** What stands on labels and slips. The desk sends them with what it has printed; a missing word does not compile. */
export const LABEL_CAPTIONS: Readonly<Record<Language, Captions>> = {
  en: {
    lot: 'Lot',
    expiry: 'Expires',
    quantity: 'Qty',
    pallet: 'Pallet',
    tote: 'Tote',
    carton: 'Carton',
    cart: 'Cart',
    task: 'Task',
    setUp: 'Set up a handheld',
    validUntil: 'Valid until',
    order: 'Order',
    item: 'Item',
    page: 'Page',
    total: 'Lines',
  },
  tr: {
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
    total: 'Satır',
  },
}

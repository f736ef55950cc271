import { gtin14 } from '../scan/gtin.ts'
import type { Element } from '../scan/gs1.ts'
import type { Captions } from './captions.ts'
import type { Code } from './drawing.ts'
import { isSscc } from './label.ts'
import type { Label } from './label.ts'

/** What stands on a label, before it is known how large it is. */
export type Face = {
  /** A name may take several lines and is cut; a `big` title is never cut, its letters are as large as there is room. */
  title: string
  big: boolean
  details: readonly string[]
  code: Code
  /** A short code beside a QR code, for scanners without a camera. */
  second: Code | null
  arrow: 'up' | 'down' | null
}

const plainCode = (text: string): Code => ({ symbology: 'code128', text })
const bare = { second: null, arrow: null }
const filled = (lines: readonly string[]): string[] => lines.filter(line => line !== '')

const itemCode = ({ code, lot, expiry }: Extract<Label, { kind: 'item' }>): Code => {
  const gtin = gtin14(code)
  // Only a GTIN tells a lot from a code: another code with a lot behind it would be another code.
  if (gtin === null) return plainCode(code)
  const elements: Element[] = [{ ai: '01', value: gtin }]
  if (expiry !== null) elements.push({ ai: '17', value: expiry.slice(2).replaceAll('-', '') })
  if (lot !== '') elements.push({ ai: '10', value: lot })
  return { symbology: 'gs1', elements }
}

const itemFace = (label: Extract<Label, { kind: 'item' }>, words: Captions): Face => {
  const { name, sku, packaging, lot, expiry } = label
  const details = filled([
    lot === '' ? '' : `${words.lot} ${lot}`,
    expiry === null ? '' : `${words.expiry} ${expiry}`,
    packaging === null ? '' : `${words.quantity} ${packaging.quantity}${packaging.name && ` · ${packaging.name}`}`,
    sku,
  ])
  return { ...bare, title: name, big: false, details, code: itemCode(label) }
}

const palletFace = ({ code, content }: Extract<Label, { kind: 'pallet' }>, words: Captions): Face => {
  if (!isSscc(code))
    return { ...bare, title: code, big: true, details: filled([words.pallet, ...content]), code: plainCode(code) }
  // People tell pallets by the last digits; the first ones are the company's.
  const elements = [{ ai: '00', value: code }]
  const details = filled([words.pallet, ...content])
  return { ...bare, title: `…${code.slice(-6)}`, big: true, details, code: { symbology: 'gs1', elements } }
}

export const faceOf = (label: Label, words: Captions): Face => {
  switch (label.kind) {
    case 'item':
      return itemFace(label, words)
    case 'pallet':
      return palletFace(label, words)
    case 'location': {
      const { code, arrow } = label
      return { title: code, big: true, details: filled([label.words]), code: plainCode(code), second: null, arrow }
    }
    case 'tote':
    case 'carton':
    case 'cart':
    case 'task': {
      const details = filled([words[label.kind], label.words])
      return { ...bare, title: label.code, big: true, details, code: plainCode(label.code) }
    }
    case 'badge':
      return { ...bare, title: label.name, big: false, details: filled([label.words]), code: plainCode(label.code) }
    case 'enrolment': {
      const code: Code = { symbology: 'qr', text: label.link }
      const details = [`${words.validUntil} ${label.until}`]
      return { title: words.setUp, big: false, details, code, second: plainCode(label.code), arrow: null }
    }
  }
}

import { checkDigitHolds } from './check-digit.ts'
import { parseDigitalLink } from './digital-link.ts'
import { parseElements, writeElements } from './gs1.ts'
import type { Element, ParseOptions, Problem } from './gs1.ts'
import { GS } from './scan.ts'

export type ScanData =
  | {
      ok: true
      carrier: string
      elements: readonly Element[] | null
      /** Canonical text, `^` standing for FNC1. */ text: string
      link: string | null
    }
  | { ok: false; problem: Problem }

const ELEMENT_CARRIERS: Readonly<Record<string, string>> = {
  ']C1': 'GS1_128_CCA',
  ']e0': 'DataBarExpanded',
  ']d2': 'DM',
  ']Q3': 'QR',
  ']J1': 'DotCode',
}
const PLAIN_CARRIERS: Readonly<Record<string, string>> = { ']Q1': 'QR', ']d1': 'DM', ']J0': 'DotCode' }

/** What a scanner sends, AIM identifier first (ISO/IEC 15424), as carrier and data. */
export const parseScanData = (aim: string, data: string, options: ParseOptions): ScanData => {
  const elementCarrier = ELEMENT_CARRIERS[aim]
  if (elementCarrier !== undefined) return elementString(elementCarrier, data, options)
  const plain = PLAIN_CARRIERS[aim]
  if (plain !== undefined) return plainData(plain, data, options)
  if (aim !== ']E0' && aim !== ']E4') return { ok: false, problem: 'carrier' }
  const [primary = '', ...composite] = data.split('|]e0')
  if (primary.length !== (aim === ']E0' ? 13 : 8) || !checkDigitHolds(primary)) return { ok: false, problem: 'check' }
  const carrier = aim === ']E0' ? 'EAN13' : 'EAN8'
  if (composite.length === 0) return { ok: true, carrier, elements: [], text: primary, link: null }
  const rest = elementString(carrier, composite.join('|]e0'), options)
  return rest.ok ? { ...rest, text: `${primary}|${rest.text}` } : rest
}

const elementString = (carrier: string, data: string, options: ParseOptions): ScanData => {
  if (data === '' || data.includes('^')) return { ok: false, problem: data === '' ? 'empty' : 'charset' }
  const text = `^${data.replaceAll(GS, '^')}`
  const parsed = parseElements(text, options)
  return parsed.ok
    ? { ok: true, carrier, elements: parsed.elements, text: writeElements(parsed.elements), link: null }
    : { ok: false, problem: parsed.problem }
}

const plainData = (carrier: string, data: string, options: ParseOptions): ScanData => {
  const text = data.startsWith('^') ? `\\${data}` : data
  if (!/^(https?|HTTPS?):\/\//.test(data)) return { ok: true, carrier, elements: null, text, link: '' }
  const link = parseDigitalLink(data, options)
  if (!link.ok) return { ok: false, problem: 'link' }
  return { ok: true, carrier, elements: link.elements, text, link: writeElements(link.elements) }
}

import { GS } from './scan.ts'
import type { Scan, Symbology } from './scan.ts'

/** AIM identifiers (ISO/IEC 15424) that carry meaning here; the others are kept as text and count as plain. */
const BY_AIM: Readonly<Record<string, Symbology>> = {
  ']E0': 'ean13',
  ']E4': 'ean8',
  ']C0': 'code128',
  ']C1': 'gs1-128',
  ']A0': 'code39',
  ']I0': 'itf',
  ']I1': 'itf',
  ']Q1': 'qr',
  ']Q3': 'gs1-qr',
  ']d1': 'datamatrix',
  ']d2': 'gs1-datamatrix',
  ']e0': 'databar',
  ']L2': 'pdf417',
  ']z0': 'aztec',
}
export const symbologyOf = (aim: string): Symbology | null => BY_AIM[aim] ?? null

/** Ways in which a keyboard scanner spells the group separator; a printable stand-in only where the profile names one. */
const SPELLINGS = /<GS>|\{GS\}|\^\]/g

export type ScanExtra = {
  aim?: string | null
  symbology?: Symbology | null
  equalReads?: number
  gapMsP95?: number
  gsSubstitute?: string | null
}

/** What arrived as a Scan: AIM identifier cut off, separators mapped, ends trimmed; `raw` stays as it was. `t0` in ms, monotonic. */
export const scanOf = (raw: string, source: Scan['source'], t0: number, extra: ScanExtra = {}): Scan => {
  const given = extra.aim ?? null
  const prefix = given === null && /^\][A-Za-z][0-9A-Za-z]/.test(raw) ? raw.slice(0, 3) : null
  const body = prefix === null ? raw : raw.slice(3)
  const spelled = source === 'camera' ? body : body.replaceAll(SPELLINGS, GS)
  const mapped = extra.gsSubstitute ? spelled.replaceAll(extra.gsSubstitute, GS) : spelled
  const aim = given ?? prefix
  return {
    source,
    raw,
    text: mapped.replaceAll(/^[\r\n\t ]+|[\r\n\t ]+$/g, ''),
    aim,
    symbology: extra.symbology ?? (aim === null ? null : symbologyOf(aim)),
    t0,
    equalReads: extra.equalReads ?? 1,
    ...(extra.gapMsP95 === undefined ? {} : { gapMsP95: extra.gapMsP95 }),
  }
}

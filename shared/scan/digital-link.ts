import { aiNamed, unknownAi } from './gs1-ai.ts'
import type { Ai } from './gs1-ai.ts'
import { bad, valueLength } from './gs1.ts'
import type { Element, Parsed, ParseOptions } from './gs1.ts'

export type LinkOptions = ParseOptions & {
  zeroSuppressedGtin?: boolean
  convenienceAlphas?: boolean
  unknownAIasAttribute?: boolean
}

const ALPHAS: Readonly<Record<string, string>> = {
  gtin: '01',
  sscc: '00',
  lot: '10',
  ser: '21',
  cpv: '22',
  gln: '414',
  glnx: '254',
  giai: '8004',
  grai: '8003',
  gcn: '255',
  gdti: '253',
  gsin: '402',
  ginc: '401',
  gsrn: '8018',
  gsrnp: '8017',
  srin: '8019',
  itip: '8006',
  cpid: '8010',
  cpsn: '8011',
  gmn: '8013',
  party: '417',
  refno: '8020',
}
const URI = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/

const decoded = (text: string, query: boolean): string | null => {
  if (/%(?![0-9A-Fa-f]{2})|%00/.test(text)) return null
  return (query ? text.replaceAll('+', ' ') : text).replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** Key and qualifiers, in order, as one of the allowed sequences: each alternative may be used in part but in order. */
const sequenceFits = (key: Ai, qualifiers: readonly string[]): boolean =>
  (key.key ?? []).some(allowed => {
    let at = 0
    return qualifiers.every(ai => {
      const found = allowed.indexOf(ai, at)
      at = found + 1
      return found >= 0
    })
  })

const elementOf = (ai: Ai, raw: string, options: LinkOptions): Element | null => {
  const value =
    ai.ai === '01' && options.zeroSuppressedGtin && /^(\d{8}|\d{12,13})$/.test(raw) ? raw.padStart(14, '0') : raw
  return valueLength(ai, value, options.today) === value.length ? { ai: ai.ai, value } : null
}

/** A GS1 Digital Link (uncompressed) read offline from its text; the address is never opened. Host and stem are free. */
export const parseDigitalLink = (text: string, options: LinkOptions): Parsed => {
  const match = /^(?:https?|HTTPS?):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?$/.exec(text)
  const [, host = '', path = '', query = ''] = match ?? []
  if (match === null || !URI.test(text) || host === '' || /[_~?#@!$&'()*+,;=%]/.test(host)) return bad('link', 0)
  const found = readPath(path, options)
  if (found === null) return bad('link', 0)
  const elements = readQuery(query, found, options)
  return elements === null ? bad('link', 0) : { ok: true, elements }
}

type Path = { key: Ai; elements: Element[] }

/** Walks the path pairs from the end back to the first primary key; what lies before is the stem. */
const readPath = (path: string, options: LinkOptions): Path | null => {
  const parts = path.split('/').slice(1)
  const pairs: Element[] = []
  for (let i = parts.length - 2; i >= 0; i -= 2) {
    const name = parts[i] ?? ''
    const named = options.convenienceAlphas && Object.hasOwn(ALPHAS, name) ? (ALPHAS[name] ?? '') : name
    const ai = /^\d{2,4}$/.test(named)
      ? (aiNamed(named) ?? (options.unknownAIs ? unknownAi(named) : undefined))
      : undefined
    const value = decoded(parts[i + 1] ?? '', false)
    if (ai === undefined || value === null || value === '') return null
    const element = elementOf(ai, value, options)
    if (element === null) return null
    pairs.unshift(element)
    if (ai.key !== null)
      return sequenceFits(
        ai,
        pairs.slice(1).map(pair => pair.ai),
      )
        ? { key: ai, elements: pairs }
        : null
  }
  return null
}

const readQuery = (query: string, path: Path, options: LinkOptions): Element[] | null => {
  const elements = [...path.elements]
  const qualifiers = path.elements.slice(1).map(element => element.ai)
  for (const part of query.split('&')) {
    const [name = '', ...rest] = part.split('=')
    if (rest.length === 0 || !/^\d+$/.test(name)) continue
    const known = aiNamed(name)
    const ai = known ?? (options.unknownAIasAttribute && options.unknownAIs ? unknownAi(name) : undefined)
    const value = decoded(rest.join('='), true)
    if (ai === undefined || value === null || value === '' || elements.some(element => element.ai === ai.ai))
      return null
    if (known !== undefined && (!known.attribute || fitsPath(path.key, qualifiers, known.ai))) return null
    const element = elementOf(ai, value, options)
    if (element === null) return null
    elements.push(element)
  }
  return elements
}

/** An attribute that could have stood in the path, among the qualifiers that are there, belongs there. */
const fitsPath = (key: Ai, qualifiers: readonly string[], ai: string): boolean =>
  Array.from({ length: qualifiers.length + 1 }, (_, i) => [...qualifiers.slice(0, i), ai, ...qualifiers.slice(i)]).some(
    sequence => sequenceFits(key, sequence),
  )

const escaped = (text: string, query: boolean): string =>
  [...text]
    .map(c =>
      /[A-Za-z0-9\-._~]/.test(c)
        ? c
        : query && c === ' '
          ? '+'
          : `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')

/** Writes a link: first primary key, the longest qualifier sequence that the data fill, the rest as attributes. Null without a key. */
export const writeDigitalLink = (elements: readonly Element[], stem: string | null = null): string | null => {
  const key = elements.find(element => aiNamed(element.ai)?.key)
  const rule = key === undefined ? undefined : aiNamed(key.ai)
  if (key === undefined || rule?.key === undefined || rule.key === null) return null
  const sequences = rule.key.map(allowed => allowed.filter(ai => elements.some(element => element.ai === ai)))
  const longest = sequences.reduce(
    (best, sequence) => (sequence.length > best.length ? sequence : best),
    [] as readonly string[],
  )
  const path = [key, ...longest.flatMap(ai => elements.filter(element => element.ai === ai).slice(0, 1))]
  const used = new Set(path.map(element => element.ai))
  const rest = elements.filter(
    (element, i) => !used.has(element.ai) && elements.findIndex(other => other.ai === element.ai) === i,
  )
  // What is neither key, qualifier nor allowed attribute cannot be said in a link.
  if (rest.some(element => aiNamed(element.ai)?.attribute === false)) return null
  const fixed = (element: Element): boolean => aiNamed(element.ai)?.fixed ?? false
  const query = [...rest.filter(fixed), ...rest.filter(element => !fixed(element))]
  const base = (stem ?? 'https://id.gs1.org').replace(/\/$/, '')
  const tail = query.length === 0 ? '' : `?${query.map(({ ai, value }) => `${ai}=${escaped(value, true)}`).join('&')}`
  return `${base}${path.map(({ ai, value }) => `/${ai}/${escaped(value, false)}`).join('')}${tail}`
}

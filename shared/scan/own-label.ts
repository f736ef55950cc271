/** Alphabet of our own labels: no I and no O, because they are misread and mistyped (ISO 7064 hybrid scheme over 34). */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const M = ALPHABET.length

export const LABELS = {
  XL: 'location',
  XP: 'lpn',
  XT: 'tote',
  XK: 'task',
  XS: 'carton',
  XB: 'badge',
  XW: 'cart',
  XE: 'enrolment',
} as const
export type LabelPrefix = keyof typeof LABELS

/** Check character over prefix and body (ISO 7064 hybrid system, p and p + 1 with p = 34). Catches every single wrong character. */
export const labelCheck = (text: string): string => {
  let p: number = M / 2
  for (const character of text) {
    const value = ALPHABET.indexOf(character)
    p = ((((p === 0 ? M : p) * 2) % (M + 1)) + value) % M
  }
  const rest = (1 - (((p === 0 ? M : p) * 2) % (M + 1))) % M
  return ALPHABET[(rest + M) % M] ?? '0'
}

/** A label of our own: prefix, 2 to 20 characters, check character. Throws for a body outside the alphabet. */
export const makeLabel = (prefix: LabelPrefix, body: string): string => {
  if (!/^[A-HJ-NP-Z0-9]{2,20}$/.test(body)) throw new RangeError(`no label body: ${body}`)
  return prefix + body + labelCheck(prefix + body)
}

/** Prefix and body of a label whose check character holds, else null: a site's own labels may look alike. */
export const readLabel = (text: string): { prefix: LabelPrefix; body: string } | null => {
  const match = /^(X[LPTKSBWE])([A-HJ-NP-Z0-9]{2,20})([A-HJ-NP-Z0-9])$/.exec(text)
  if (match?.[1] === undefined || match[2] === undefined || labelCheck(match[1] + match[2]) !== match[3]) return null
  return { prefix: match[1] as LabelPrefix, body: match[2] }
}

/** ISO/IEC 7064's hybrid scheme with 34 values: digits and capitals without I and O. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** A label of our own: prefix, body and check character. `XLA1203` → `XLA12033`, `XT0042` → `XT00425`. */
export const ownLabel = (prefix: 'XB' | 'XE' | 'XL' | 'XT', body: string): string => {
  const text = prefix + body
  let p = 17
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter)
    if (value < 0) throw new Error(`${letter} cannot stand on a label`)
    p = ((((p || 34) * 2) % 35) + value) % 34
  }
  const check = (((1 - (((p || 34) * 2) % 35)) % 34) + 34) % 34
  return text + (ALPHABET[check] ?? '')
}

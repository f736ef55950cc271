const SECRET = /pass(word|wd)?|secret|token|session|api[_-]?key|authori[sz]ation|cookie|^debug$|credential/i
/** Personal data of partners: of no use for finding out why a call failed. */
const PERSONAL = /^(e?mail|phone|mobile|street\d?|address|zip|postal_code|postcode|contact|vat|tax_?id)$/i
const MAX_DEPTH = 30
export const MAX_TRACE = 8192

const masked = (value: unknown, depth: number): unknown => {
  if (depth > MAX_DEPTH) return '…'
  if (Array.isArray(value)) return value.map(part => masked(part, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      SECRET.test(name) || (PERSONAL.test(name) && typeof part === 'string') ? '•••' : masked(part, depth + 1),
    ]),
  )
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Text of a request or answer as it may be kept: fields that hold credentials or personal data are masked, so is every
 * occurrence of the given secrets, and it is cut at 8 kB.
 */
export const redact = (text: string, secrets: readonly string[]): string => {
  const parsed = jsonOf(text)
  const shown = typeof parsed === 'object' && parsed !== null ? JSON.stringify(masked(parsed, 0)) : text
  const hidden = secrets
    .filter(secret => secret.length >= 4)
    .reduce((all, secret) => all.replaceAll(secret, '•••'), shown)
  return hidden.length > MAX_TRACE ? `${hidden.slice(0, MAX_TRACE - 1)}…` : hidden
}

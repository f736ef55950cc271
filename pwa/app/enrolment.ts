/**
 * The token of a set-up code: `https://HOST/enrol#t=TOKEN` from the desk's QR, the short `XE…` label, or the token typed.
 * Null for anything that cannot be one.
 */
export const tokenOf = (text: string): string | null => {
  const trimmed = text.trim()
  const inUrl = /#t=([^&\s]+)/.exec(trimmed)?.[1]
  if (inUrl !== undefined) return decodeURIComponent(inUrl)
  return /^[A-Za-z0-9_-]{4,80}$/.test(trimmed) ? trimmed : null
}

/** What keeps a handheld from working at the address of its set-up code; null = nothing that can be seen from it. */
export const enrolTrouble = (address: string): 'here' | 'plain' | null => {
  const { protocol, hostname } = new URL(address)
  if (hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')) return 'here'
  return protocol === 'https:' ? null : 'plain'
}

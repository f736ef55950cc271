import { BlockList, isIP, isIPv4 } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'

/** What a server on the local network is called by: host names and addresses. */
export type Names = { hosts: readonly string[]; addresses: readonly string[] }

/** Ranges that no machine of the internet has: private, shared by carriers, link-local, loopback. */
export const LOCAL_RANGES = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  '::1/128',
] as const

/** An address or a range in CIDR notation, added to a list; false = it is neither. */
export const addRange = (list: BlockList, text: string): boolean => {
  const [address = '', bits, rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest !== undefined) return false
  const most = version === 4 ? 32 : 128
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)) return false
  list.addSubnet(address, bits === undefined ? most : Number(bits), version === 4 ? 'ipv4' : 'ipv6')
  return true
}

export const holds = (list: BlockList, address: string): boolean =>
  isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')

const local = new BlockList()
for (const range of LOCAL_RANGES) addRange(local, range)
export const isLocal = (address: string): boolean => holds(local, address)

/** Bridges of containers and virtual machines, tunnels: handhelds do not come by them. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|tun|tap|wg|zt|tailscale|utun|awdl|llw)/i

/**
 * The addresses by which the network reaches this machine, the likeliest first. Of IPv6 only the local ones: the others
 * change daily, and the certificate would with them.
 */
export const addressesOf = (interfaces: Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>): string[] => {
  const all = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos
      .filter(({ internal, family, address }) => !internal && (family === 'IPv4' || isLocal(address)))
      .map(({ address, family }) => ({ address, rank: (VIRTUAL.test(name) ? 2 : 0) + (family === 'IPv4' ? 0 : 1) })),
  )
  return all.sort((a, b) => a.rank - b.rank).map(({ address }) => address)
}

const HOST = /^[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/

/** Everything that a handheld may call this server by. `publicUrl` is what was configured, whose host counts as well. */
export const namesOf = (from: {
  hostname: string
  interfaces: Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>
  publicUrl: string | null
}): Names => {
  const own = from.hostname.toLowerCase()
  const short = own.split('.')[0] ?? ''
  const given = from.publicUrl === null ? '' : new URL(from.publicUrl).hostname.replace(/^\[|\]$/g, '')
  const hosts = [own, short, `${short}.local`, 'localhost', ...(isIP(given) === 0 ? [given] : [])]
  const addresses = [...addressesOf(from.interfaces), ...(isIP(given) === 0 ? [] : [given]), '127.0.0.1', '::1']
  return {
    hosts: [...new Set(hosts)].filter(host => HOST.test(host) && host.length <= 253),
    addresses: [...new Set(addresses)],
  }
}

import type { LineNet } from './line.ts'
import type { Reply } from './ports.ts'

/** The network before it is loaded: whatever is asked waits for it, and where it cannot be loaded there is none. */
export const lateNet = (load: () => Promise<LineNet>): LineNet => {
  const over = async <T>(ask: (net: LineNet) => Promise<Reply<T>>): Promise<Reply<T>> => {
    const net = await load().catch(() => null)
    return net === null ? { kind: 'offline' } : ask(net)
  }
  return {
    sync: request => over(net => net.sync(request)),
    snapshot: (take, blind) => over(net => net.snapshot(take, blind)),
    manifest: () => over(net => net.manifest()),
    blocks: shas => over(net => net.blocks(shas)),
    quarantine: raw => over(net => net.quarantine(raw)),
    rescue: text => over(net => net.rescue(text)),
    lease: request => over(net => net.lease(request)),
    past: request => over(net => net.past(request)),
  }
}

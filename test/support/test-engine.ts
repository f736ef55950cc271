import { ensureBirth } from '../../pwa/sync/birth.ts'
import { makeEngine } from '../../pwa/sync/engine.ts'
import type { Reply } from '../../pwa/sync/ports.ts'
import type { RoundEnd } from '../../pwa/sync/round.ts'
import { device, receiveDraft, stamp, warehouse } from './commands.ts'
import { testPorts } from './handheld-world.ts'
import { laterAtHand } from './rules.ts'

export const OFFLINE: Reply<never> = { kind: 'offline' }
export const refused = (
  status: number,
  code: string | null = null,
  retryAfterMs: number | null = null,
): Reply<never> => ({
  kind: 'refused',
  status,
  refusal: code === null ? null : { code, message: code },
  retryAfterMs,
})

/** Engine, stores and server; `seen` counts what the screen was told. */
export const begun = async (options: { livedBefore?: boolean; random?: number } = {}) => {
  const world = testPorts(options)
  const birth = await ensureBirth(world.ports, { device, warehouse, livedBefore: options.livedBefore ?? false })
  const seen = { pages: 0, replaced: 0, catalogue: 0 }
  const makeOne = () =>
    makeEngine(
      world.ports,
      {
        app: '1.0.0',
        later: laterAtHand,
        session: () => null,
        storage: async () => ({ quota: null, persisted: null }),
        stamp: () => stamp,
        changed: () => undefined,
      },
      {
        pageTaken: () => void (seen.pages += 1),
        baseReplaced: async () => void (seen.replaced += 1),
        catalogueChanged: async () => void (seen.catalogue += 1),
        answered: () => undefined,
      },
    )
  const engine = makeOne()
  const scan = (count: number): Promise<unknown> =>
    engine.append(
      Array.from({ length: count }, (_, i) => receiveDraft(i + 1)),
      null,
    )
  const rounds = async (most = 50): Promise<RoundEnd> => {
    let end = await engine.round()
    for (let i = 1; i < most && end.kind === 'good' && end.more; i += 1) end = await engine.round()
    return end
  }
  const acked = async () => (await world.queue.mark(birth.epoch))?.acked ?? 0
  return { ...world, ...world.server, birth, engine, makeOne, seen, scan, rounds, acked }
}

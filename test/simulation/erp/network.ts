import type { SimApp } from '../../../server/erp/sim/app.ts'
import { Cut, withFaults } from '../../../server/erp/sim/faults.ts'
import type { Dice } from '../random.ts'
import type { Clock } from './clock.ts'

const lost = (code: string): Error => Object.assign(new TypeError('fetch failed'), { cause: { code } })

/**
 * Between the connector and the sim, without sockets: every call is one that HTTP would carry, every fault one that it may
 * meet. What comes late comes within `settleMs`, as the ERP's profile promises.
 */
export const makeNetwork = (sim: Pick<SimApp, 'app'>, clock: Clock, dice: Dice, settleMs: number) => {
  const faults = withFaults(request => sim.app.fetch(request))
  let downUntil = 0
  let slow = 0
  const seen = { reorder: 0, down: 0, slow: 0 }
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (clock.ms() < downUntil) {
      seen.down += 1
      throw lost('ECONNREFUSED')
    }
    const before = faults.waiting()
    try {
      const answer = await faults.handle(new Request(input, init))
      if (dice.chance(slow)) {
        seen.slow += 1
        await clock.pass(1 + dice.int(20_000))
      }
      return answer
    } catch (error) {
      if (!(error instanceof Cut)) throw error
      if (faults.waiting() > before) {
        const calls = faults.calls()
        clock.at(clock.ms() + 1 + dice.int(Math.floor(settleMs * 0.9)), async () => {
          if (faults.calls() > calls) seen.reorder += 1
          await faults.release()
        })
      }
      throw lost('ECONNRESET')
    }
  }
  return {
    fetch,
    inject: faults.inject,
    /** Nothing is answered until then. */
    down: (until: number): void => void (downUntil = until),
    /** How likely an answer is to take seconds. */
    slow: (chance: number): void => void (slow = chance),
    calm: (): void => {
      faults.clear()
      slow = 0
      downUntil = 0
    },
    calls: faults.calls,
    seen,
    met: faults.met,
  }
}
export type Network = ReturnType<typeof makeNetwork>

import type { Input } from '../../shared/process/process.ts'
import type { Resolved } from '../../shared/scan/scan.ts'
import type { Core } from './core.ts'
import { resolveHere } from './resolve.ts'

/** A code that says nothing here, or the box of an order that is not here any more. */
const isPast = (core: Core, { readings, problem }: Resolved): boolean => {
  const world = core.ports.handheld.world()
  if (readings.length === 0) return problem === null
  return readings.every(reading => {
    const order = reading.kind === 'carton' ? world.location(reading.location)?.carton?.document : undefined
    return order !== undefined && world.document(order) === undefined
  })
}

/**
 * Handhelds forget orders that left long ago. Where the step may mean one, whoever knows them is asked, and the scan is read
 * again by what has come. Null = nobody could be asked, and the worker has been told.
 */
export const brought = async (core: Core, input: Input): Promise<Input | null> => {
  if (input.kind !== 'scan' || core.get().prompt?.past !== true || !isPast(core, input.resolved)) return input
  const { handheld, resolver } = core.ports
  const { scan } = input.resolved
  const answer = await handheld.bring(resolver.keysOf(scan))
  if (answer === 'ok') return { kind: 'scan', resolved: await resolveHere(core, scan) }
  if (answer === 'none') return input
  core.say('wrong', 'ret.away', {}, scan.text)
  return null
}

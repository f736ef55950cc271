import type { Task } from '../../shared/catalogue.ts'
import type { ClientId, LocationId, TaskId } from '../../shared/ids.ts'
import { newCount, withCause } from '../../shared/process/count-task.ts'
import type { DecisionTx } from './ports.ts'

type How = { cause: string; idOf: (place: LocationId) => TaskId; isBlind: (client: ClientId) => boolean }

/** One count of each whole place; one that is open already serves as well, for one reason more. */
export const wholeCounts = async (
  tx: DecisionTx,
  places: readonly { location: LocationId; client: ClientId }[],
  { cause, idOf, isBlind }: How,
): Promise<readonly Task[]> => {
  const open = await tx.counts.openCounts(places.map(place => place.location))
  const known = new Map(open.filter(task => task.count?.item === null).map(task => [task.count?.location, task]))
  return places.map(({ location, client }) => {
    const task = known.get(location)
    return task === undefined
      ? newCount(idOf(location), { client, place: location, item: null, cause }, isBlind(client))
      : { ...task, cause: withCause(task.cause, cause) }
  })
}

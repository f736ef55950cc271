import type { Task } from '../../shared/catalogue.ts'
import type { DeviceId, WorkerId } from '../../shared/ids.ts'
import { isCountedBlind } from '../../shared/process/count-blind.ts'
import type { Blind, Spot } from '../../shared/sync/blind.ts'

/** Who looks: a handheld, whoever is logged in there, and a person, wherever they are. Null = nobody's, nobody. */
export type Onlooker = { device: DeviceId | null; worker: WorkerId | null }

export const SEES_ALL: Blind = { spots: [], own: [], device: null }

export const isBlindFor = (task: Task, { device, worker }: Onlooker): boolean => {
  const { lease } = task
  return (
    isCountedBlind(task) && lease !== null && (lease.device === device || (worker !== null && lease.worker === worker))
  )
}

/** Places whose rows go out anew: a blind count of them begins, ends or changes hands. */
export const spotsOf = (tasks: readonly Task[]): readonly Spot[] =>
  tasks.flatMap(({ count }) => (count?.hidden === true ? [{ location: count.location, item: count.item }] : []))

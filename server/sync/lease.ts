import type { Task } from '../../shared/catalogue.ts'

/** Somebody has it from now on; what was begun goes on. */
export const leasedTo = (task: Task, lease: NonNullable<Task['lease']>): Task => ({
  ...task,
  state: task.state === 'started' || task.state === 'parked' ? 'started' : 'leased',
  lease,
})

/** Nobody has it any more; what was begun waits with its work in it. */
export const givenBack = (task: Task): Task => ({
  ...task,
  state: task.state === 'started' ? 'parked' : 'ready',
  lease: null,
})

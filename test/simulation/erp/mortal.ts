import type { DeliverDeps } from '../../../server/workers/deliver.ts'
import type { ImportDeps } from '../../../server/workers/import.ts'

/** A process that dies at its n-th step: before or after a call to the ERP or a write of ours. From then on nothing succeeds. */
const dying = (step: number) => {
  let taken = 0
  const take = (): void => {
    taken += 1
    if (taken >= step) throw new Error('the process is dead')
  }
  return <A extends readonly unknown[], R>(run: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      take()
      const value = await run(...args)
      take()
      return value
    }
}

export const mortal = (deps: DeliverDeps, step: number): DeliverDeps => {
  const dies = dying(step)
  const { connector, outbox } = deps
  return {
    ...deps,
    connector: {
      ...connector,
      prepare: dies(connector.prepare),
      post: dies(connector.post),
      find: dies(connector.find),
    },
    outbox: { ...outbox, advance: dies(outbox.advance) },
    log: { warn: () => {} },
  }
}

export const mortalImport = (deps: ImportDeps, step: number): ImportDeps => {
  const dies = dying(step)
  return {
    ...deps,
    connector: { ...deps.connector, pull: dies(deps.connector.pull) },
    store: { ...deps.store, putPage: dies(deps.store.putPage) },
  }
}

import { StorageFull } from '../../pwa/sync/ports.ts'
import type { CacheStore, QueueStore } from '../../pwa/sync/ports.ts'
import type { Life } from './life.ts'

/**
 * One transaction: time passes before it is complete and again before the caller hears of it. A crash in the first gap
 * leaves nothing, in the second everything, and nobody was told.
 */
const writing = async <T>(life: Life, needsRoom: boolean, run: () => Promise<T>): Promise<T> => {
  life.busy += 1
  try {
    await life.wait(life.dice.int(4))
    if (needsRoom && life.isFull()) throw new StorageFull('the disk is full')
    const answer = await run()
    life.changed()
    await life.wait(life.dice.int(4))
    return answer
  } finally {
    life.busy -= 1
  }
}

export const livingQueue = (queue: QueueStore, life: Life): QueueStore => ({
  birth: () => life.read(() => queue.birth()),
  begin: birth => writing(life, true, () => queue.begin(birth)),
  append: (expected, next, rows, state) => writing(life, true, () => queue.append(expected, next, rows, state)),
  state: key => life.read(() => queue.state(key)),
  states: () => life.read(() => queue.states()),
  saveState: state => writing(life, false, () => queue.saveState(state)),
  dropState: key => life.read(() => queue.dropState(key)),
  rows: (epoch, after, limit) => life.read(() => queue.rows(epoch, after, limit)),
  epochs: () => life.read(() => queue.epochs()),
  mark: epoch => life.read(() => queue.mark(epoch)),
  look: limit => life.read(() => queue.look(limit)),
  changeMark: (epoch, change) => writing(life, false, () => queue.changeMark(epoch, change)),
  prune: (epoch, upTo) => writing(life, false, () => queue.prune(epoch, upTo)),
})

export const livingCache = (cache: CacheStore, life: Life): CacheStore => ({
  head: () => life.read(() => cache.head()),
  load: () => life.read(() => cache.load()),
  rowsOf: kind => life.read(() => cache.rowsOf(kind)),
  applyPage: (expected, next, rows) => writing(life, true, () => cache.applyPage(expected, next, rows)),
  beginSnapshot: generation => writing(life, true, () => cache.beginSnapshot(generation)),
  addSnapshot: (generation, rows) => writing(life, true, () => cache.addSnapshot(generation, rows)),
  finishSnapshot: next => writing(life, true, () => cache.finishSnapshot(next)),
  withhold: blind => writing(life, true, () => cache.withhold(blind)),
  forget: what => writing(life, false, () => cache.forget(what)),
  manifest: () => life.read(() => cache.manifest()),
  missingBlocks: manifest => life.read(() => cache.missingBlocks(manifest)),
  putBlocks: blocks => writing(life, true, () => cache.putBlocks(blocks)),
  useManifest: manifest => writing(life, true, () => cache.useManifest(manifest)),
  blocks: shas => life.read(() => cache.blocks(shas)),
  clear: () => writing(life, false, () => cache.clear()),
})

import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeRestore } from '../test/support/restore-contract.ts'
import { NOW } from '../test/support/sql-site.ts'
import { testSite } from '../test/support/site.ts'
import { backUp, restore } from './backup.ts'
import { distrust, makeContinuity } from './continuity.ts'
import { migrate } from './store/migrate.ts'
import { openDatabase } from './store/open.ts'
import type { OpenDatabase } from './store/open.ts'
import { makeStores } from './store/stores.ts'
import { LIST, putWhole, writeWhole } from './whole-copy.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }

describeRestore('PGlite', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockhand-restore-'))
  const dataDir = path.join(folder, 'data')
  const copy = path.join(folder, 'copy')
  const open = () => openDatabase({ dataDir, allowNotDurable: true, log })
  let opened = await open()
  return {
    opened: () => opened,
    backUp: async () => void (await backUp(opened, dataDir, copy, () => NOW)),
    cutBackUp: async () => void (await backUp(opened, path.join(folder, 'nowhere'), copy, () => NOW)),
    putBack: async () => {
      await opened.close()
      await rm(path.join(dataDir, 'database'), { recursive: true })
      await restore({ databaseUrl: null, dataDir }, copy)
      opened = await open()
    },
    end: async () => {
      await opened.close()
      await rm(folder, { recursive: true })
    },
  }
})

describe('files that were put back without a word', () => {
  it('[BR5] [BR8] are noticed at the next start; so is a restore that broke off behind the copy', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'stockhand-lost-'))
    const [database, aside] = [path.join(dataDir, 'database'), path.join(dataDir, 'aside')]
    const told: string[] = []
    const life = async (run: (opened: OpenDatabase) => Promise<void> = async () => {}): Promise<void> => {
      const opened = await openDatabase({ dataDir, allowNotDurable: true, log })
      try {
        await migrate(opened.db)
        const { continuity: store, site } = makeStores(opened.db)
        if ((await site.warehouses()).length === 0) await site.addWarehouse(testSite('lost').warehouse)
        const onRenewed = (why: string): void => void told.push(why)
        await makeContinuity({ store, dataDir, lineage: opened.lineage, now: () => NOW, onRenewed }).check()
        await run(opened)
      } finally {
        await opened.close()
      }
    }
    try {
      await life()
      await cp(database, aside, { recursive: true })
      const { warehouse, clients } = testSite('lost')
      await life(async ({ db }) => makeStores(db).site.putClients(warehouse.id, clients))
      await life()
      await life()
      expect(told).toEqual([])
      await rm(database, { recursive: true })
      await rename(aside, database)
      await life()
      await life()
      expect(told).toEqual(['lost'])
      distrust(dataDir)
      await life()
      await life()
      expect(told).toEqual(['lost', 'lost'])
    } finally {
      await rm(dataDir, { recursive: true })
    }
  })
})

describe('a whole copy', () => {
  let folder: string
  const at = (...names: string[]) => path.join(folder, ...names)
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stockhand-copy-'))
    await writeWhole(await filled(at('from')), at('copy'), NOW)
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('[BR4] is there under its name only when it is whole, and comes back byte for byte without its list', async () => {
    expect((await readdir(at('copy'))).sort()).toEqual(['a', 'deep', LIST])
    await putWhole(at('copy'), at('back', 'again'))
    expect((await readdir(at('back', 'again'))).sort()).toEqual(['a', 'deep'])
    expect(await readFile(at('back', 'again', 'deep', 'b'), 'utf8')).toBe('two')
    expect((await readdir(at())).sort()).toEqual(['back', 'copy', 'from'])
  })

  it('[BR4] a copy that was cut, changed or lost a file is taken for none, and nothing is put in its place', async () => {
    const spoilt: [string, () => Promise<void>][] = [
      ['deep/b is not what was copied', () => appendFile(at('copy', 'deep', 'b'), '!')],
      ['deep/b is not what was copied', () => writeFile(at('copy', 'deep', 'b'), 'tow')],
      ['deep/b is missing', () => rm(at('copy', 'deep', 'b'))],
      [
        `${LIST} cannot be read`,
        async () => writeFile(at('copy', LIST), (await readFile(at('copy', LIST))).subarray(0, 40)),
      ],
      [`${LIST} is missing`, () => rm(at('copy', LIST))],
    ]
    for (const [words, spoil] of spoilt) {
      await spoil()
      await expect(putWhole(at('copy'), at('back'))).rejects.toThrow(words)
    }
    expect((await readdir(at())).sort()).toEqual(['copy', 'from'])
  })

  it('[BR4] what a cut copy left is no obstacle, and goes with the next one', async () => {
    await rename(at('copy'), at('second.part'))
    await rm(at('second.part', LIST))
    await writeFile(at('second.part', 'left'), 'over')
    await writeWhole(at('from'), at('second'), NOW)
    expect((await readdir(at('second'))).sort()).toEqual(['a', 'deep', LIST])
    expect((await readdir(at())).sort()).toEqual(['from', 'second'])
  })
})

const filled = async (folder: string): Promise<string> => {
  await mkdir(path.join(folder, 'deep'), { recursive: true })
  await writeFile(path.join(folder, 'a'), 'one')
  await writeFile(path.join(folder, 'deep', 'b'), 'two')
  return folder
}

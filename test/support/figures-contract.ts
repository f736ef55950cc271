import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import type { OpenDatabase } from '../../server/store/open.ts'
import { makeBackupStore } from '../../server/store/backups.ts'
import { makeFigureStore } from '../../server/store/figures.ts'
import { migrate, pending } from '../../server/store/migrate.ts'
import { derivedId } from '../../shared/ids.ts'
import { sqlOutbox } from './sql-outbox.ts'

/** What the watchers read, on each engine. */
export const describeFigures = (name: string, open: () => OpenDatabase): void => {
  describe(`figures: ${name}`, () => {
    let outbox: Awaited<ReturnType<typeof sqlOutbox>>
    beforeAll(async () => {
      outbox = await sqlOutbox(open())
    })

    it('[OP24] the figures are those of the store: open messages by state, the age of the oldest, handhelds, exceptions, size', async () => {
      const { db } = open()
      const on = await outbox()
      const figures = makeFigureStore(db)
      const empty = await figures.read()
      expect(empty).toMatchObject({ outbox: {}, outboxOldestAt: null, exceptionsOpen: 0 })
      expect(empty.storeBytes).toBeGreaterThan(1_000_000)
      const add = (key: string, seq: number, minute: number) =>
        on.add({ key: derivedId('x', key), subject: key, seq, now: `2026-11-23T08:0${minute}:00.000Z` })
      await add('a', 1, 1)
      await add('b', 2, 2)
      await add('c', 3, 3)
      await sql`update outbox set state = 'posted' where seq = 1`.execute(db)
      await sql`update outbox set state = 'dead' where seq = 3`.execute(db)
      const { outbox: open_, outboxOldestAt } = await figures.read()
      expect([open_, outboxOldestAt]).toEqual([{ waiting: 1, dead: 1 }, '2026-11-23T08:02:00.000Z'])
    })

    it('[BR13] when the last whole backup was told of is among the figures, null while none was', async () => {
      const { db } = open()
      const figures = makeFigureStore(db)
      const backups = makeBackupStore(db)
      await sql`delete from setting where name like 'backup%'`.execute(db)
      await backups.begin('mark', '2026-11-23T08:00:00.000Z')
      expect((await figures.read()).lastBackupAt).toBeNull()
      await backups.secured([], '2026-11-23T09:00:00.000Z')
      expect((await figures.read()).lastBackupAt).toBe('2026-11-23T09:00:00.000Z')
    })

    it('[OP20] a schema of another version is seen, and what brings it up to date', async () => {
      const { db } = open()
      expect(await pending(db)).toEqual([])
      const { rows } = await sql<{ name: string; timestamp: string }>`
        delete from kysely_migration where name = (select max(name) from kysely_migration) returning name, timestamp`.execute(
        db,
      )
      const gone = rows[0]
      expect(await pending(db)).toEqual([gone?.name])
      await sql`insert into kysely_migration (name, timestamp) values (${gone?.name}, ${gone?.timestamp})`.execute(db)
      expect(await migrate(db)).toEqual([])
    })
  })
}

import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { openPglite } from '../../server/store/pglite.ts'

// A process that writes rows to the directory of its argument, ten a transaction, and prints each one's id after the
// commit: what is printed was acknowledged. It goes on until it is killed. When it cannot open, it prints why.
const [directory = ''] = process.argv.slice(2)
try {
  const { pglite, checkpoint } = await openPglite(directory, { onPanic: error => console.error(error) })
  await pglite.exec(`
    create table if not exists line (id uuid primary key);
    create table if not exists total (k int primary key, n int8 not null);
    insert into total values (1, 0) on conflict do nothing`)
  fs.writeSync(1, 'READY\n')
  for (let round = 1; ; round++) {
    const ids = Array.from({ length: 10 }, () => randomUUID())
    await pglite.transaction(async trx => {
      await trx.query('insert into line select unnest($1::uuid[])', [ids])
      await trx.query('update total set n = n + 10')
    })
    fs.writeSync(1, ids.map(id => `${id}\n`).join(''))
    if (round % 20 === 0) await checkpoint()
  }
} catch (error) {
  fs.writeSync(1, `${String(error)}\n`)
  process.exit(1)
}

import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { diskDrop, writableFolder } from './drop-folder.ts'

const root = await mkdtemp(path.join(os.tmpdir(), 'stockhand-drop-'))
afterAll(() => rm(root, { recursive: true, force: true }))
const one = async function* (text: string) {
  yield Buffer.from(text)
}

test('[OP32] a folder for files that is none is one line that names the setting; one that is missing is made for the server and its group', async () => {
  const file = path.join(root, 'file')
  await writeFile(file, '')
  await expect(writableFolder(path.join(file, 'below'), 'STOCKHAND_EXPORT_FOLDER')).rejects.toThrow(
    /^STOCKHAND_EXPORT_FOLDER must be a folder that this server may write \(ENOTDIR\)\.$/,
  )
  const folder = path.join(root, 'a', 'b')
  await writableFolder(folder, 'STOCKHAND_EXPORT_FOLDER')
  expect((await stat(folder)).mode & 0o007).toBe(0)
})

test('[OP32] no name leads out of the folder', async () => {
  const folder = path.join(root, 'c')
  const drop = diskDrop(folder)
  for (const name of ['../x.csv', '/etc/x.csv', '..', '.x.part', 'a/b.csv', ''])
    await expect(drop.put(name, one('x'))).rejects.toThrow('no name of a file of ours')
  await drop.put('stock-1.csv', one('whole'))
  await drop.put('stock-1.csv', one('anew'))
  expect(await readdir(folder)).toEqual(['stock-1.csv'])
  expect(await new Response(await drop.read('stock-1.csv')).text()).toBe('anew')
  expect(await drop.read('stock-2.csv')).toBe(null)
  expect((await stat(path.join(folder, 'stock-1.csv'))).mode & 0o007).toBe(0)
})

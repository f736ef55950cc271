// What a handheld loads before it can take its first scan, counted in bytes of the built files, never in time.
import { gzipSync } from 'node:zlib'

/** The figure of the product (SPEC.md H47). */
export const START_BYTES_MAX = 150_000

/** The entry of the page with everything that it imports statically, and the larger of the languages. */
export const startBytes = chunks => {
  const byFile = new Map(chunks.map(chunk => [chunk.fileName, chunk]))
  const wanted = new Set()
  const add = file => {
    const chunk = byFile.get(file)
    if (chunk === undefined || wanted.has(file)) return
    wanted.add(file)
    chunk.imports.forEach(add)
  }
  const size = file => gzipSync(byFile.get(file).code, { level: 9 }).length
  const entry = chunks.find(chunk => chunk.isEntry && chunk.facadeModuleId?.endsWith('/index.html'))
  if (entry === undefined) throw new Error('the build has no entry for the handheld')
  add(entry.fileName)
  const languages = chunks.filter(chunk => /\/words\/[a-z]{2}-app\.ts$/.test(chunk.facadeModuleId ?? ''))
  if (languages.length === 0) throw new Error('the languages are not loaded one by one any more')
  const language = Math.max(...languages.map(chunk => size(chunk.fileName)))
  return [...wanted].reduce((sum, file) => sum + size(file), language)
}

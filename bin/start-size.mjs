// What a handheld loads before it can take its first scan, counted in bytes of the built files, never in time.
import { gzipSync } from 'node:zlib'

/** The figure of the product (SPEC.md H47). */
export const START_BYTES_MAX = 150_000
/** SPEC.md DG8. */
export const DESK_BYTES_MAX = 300_000

/** The entry of the page with everything that it imports statically, and the larger of the languages. */
export const startBytes = chunks => bytesOf(chunks, [page(chunks)], /\/words\/[a-z]{2}-app\.ts$/)

/** The same of the desk, as somebody opens it: the page, the desk with all its sections, and the larger of its languages. */
export const deskBytes = chunks => {
  const desk = chunks.find(chunk => chunk.facadeModuleId?.endsWith('/screens/desk/desk.tsx'))
  if (desk === undefined) throw new Error('the desk is not loaded by itself any more')
  return bytesOf(chunks, [page(chunks), desk], /\/words\/[a-z]{2}-desk\.ts$/)
}

const page = chunks => {
  const entry = chunks.find(chunk => chunk.isEntry && chunk.facadeModuleId?.endsWith('/index.html'))
  if (entry === undefined) throw new Error('the build has no entry for the handheld')
  return entry
}

const bytesOf = (chunks, entries, languageFile) => {
  const byFile = new Map(chunks.map(chunk => [chunk.fileName, chunk]))
  const wanted = new Set()
  const add = file => {
    const chunk = byFile.get(file)
    if (chunk === undefined || wanted.has(file)) return
    wanted.add(file)
    chunk.imports.forEach(add)
  }
  const size = file => gzipSync(byFile.get(file).code, { level: 9 }).length
  for (const entry of entries) add(entry.fileName)
  const languages = chunks.filter(chunk => languageFile.test(chunk.facadeModuleId ?? ''))
  if (languages.length === 0) throw new Error('the languages are not loaded one by one any more')
  const language = Math.max(...languages.map(chunk => (wanted.has(chunk.fileName) ? 0 : size(chunk.fileName))))
  return [...wanted].reduce((sum, file) => sum + size(file), language)
}

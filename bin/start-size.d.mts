export const START_BYTES_MAX: number
export const DESK_BYTES_MAX: number
type Chunks = readonly {
  fileName: string
  code: string
  isEntry: boolean
  imports: readonly string[]
  facadeModuleId: string | null
}[]
/** Bytes after gzip. Throws when the chunks are not those of a handheld. */
export const startBytes: (chunks: Chunks) => number
/** Bytes after gzip. Throws when the chunks are not those of the desk. */
export const deskBytes: (chunks: Chunks) => number

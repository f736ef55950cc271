export const START_BYTES_MAX: number
/** Bytes after gzip. Throws when the chunks are not those of a handheld. */
export const startBytes: (
  chunks: readonly {
    fileName: string
    code: string
    isEntry: boolean
    imports: readonly string[]
    facadeModuleId: string | null
  }[],
) => number

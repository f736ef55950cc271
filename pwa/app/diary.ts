/** What was heard and how it stood with the server: names of our own messages, never a value that they speak of. */
export type DiaryEntry = { at: string; what: string }

export const MOST_ENTRIES = 1000

/** The newest entries since the app was opened; the same twice in a row stands there once, with how often. */
export const makeDiary = (now: () => string) => {
  const entries: (DiaryEntry & { times: number })[] = []
  return {
    note: (what: string): void => {
      const last = entries.at(-1)
      if (last?.what === what) {
        last.times += 1
        return
      }
      entries.push({ at: now(), what, times: 1 })
      if (entries.length > MOST_ENTRIES) entries.shift()
    },
    lines: (): readonly string[] =>
      entries.map(({ at, what, times }) => (times === 1 ? `${at} ${what}` : `${at} ${what} ×${times}`)),
  }
}

/** The kind of an error and where in our own files it came up; its words may speak of goods. */
export const faultOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'fault'
  const places = (error.stack ?? '').match(/[\w.-]+\.(?:js|ts|tsx):\d+(?::\d+)?/g) ?? []
  return `fault ${error.name} ${places.slice(0, 8).join(' ')}`.trim()
}

/** As much of the newest as there is room for, behind what the handheld is. */
export const logText = (details: string, lines: readonly string[], most: number): string => {
  let room = most - details.length
  const kept: string[] = []
  for (const line of lines.toReversed()) {
    room -= line.length + 1
    if (room < 0) break
    kept.push(line)
  }
  return [details.slice(0, most), ...kept.toReversed()].join('\n')
}

/** The cursor is opaque to the handheld; the server reads feed epoch, scope and commit number from it. */
export type Cursor = { feedEpoch: string; scope: string; commit: number }

export const writeCursor = (cursor: Cursor): string => `${cursor.feedEpoch}.${cursor.scope}.${cursor.commit}`

export const readCursor = (text: string): Cursor | null => {
  const [feedEpoch, scope, commit, rest] = text.split('.')
  if (!feedEpoch || !scope || !commit || rest !== undefined || !/^\d{1,15}$/.test(commit)) return null
  return { feedEpoch, scope, commit: Number(commit) }
}

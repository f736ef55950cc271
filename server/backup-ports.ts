/** Numbers that a copy holds, by the epochs of handhelds; handed back to the store as it was given. */
export type Held = readonly { warehouse: number; device: number; epoch: string; seq: number }[]

/**
 * What is in a backup. The numbers are read before a copy begins and secured when it is whole: whatever comes meanwhile is
 * in the next one.
 */
export interface BackupStore {
  held(): Promise<Held>
  /** Notes the numbers for a copy that is made elsewhere; a later `begin` takes its place. */
  begin(id: string, at: string): Promise<void>
  /** Null = no such copy was begun, or another one after it. */
  begun(id: string): Promise<Held | null>
  /** From now on handhelds hear that a backup holds these; it never falls back. */
  secured(held: Held, at: string): Promise<void>
  /** When the last whole backup was told of; null = never. */
  lastAt(): Promise<string | null>
}

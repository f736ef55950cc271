/** Who may do what. Which process needs which role is part of the process; decisions are listed at the routes. */
export const ROLES = [
  'receiver',
  'picker',
  'packer',
  'counter',
  'supervisor',
  'integrator',
  'administrator',
  'client',
] as const
export type Role = (typeof ROLES)[number]

/** A supervisor may do every fact of the floor; nobody else may do what their roles do not name (SPEC A5). */
export const mayDo = (held: readonly Role[], needed: readonly Role[]): boolean =>
  held.includes('supervisor') || needed.some(role => held.includes(role))

/** Limits of one round, in both directions. Beyond them: 413, and the handheld halves its batch. */
export const MAX_COMMANDS = 100
export const MAX_PUSH_BYTES = 64 * 1024
export const MAX_BODY_BYTES = 256 * 1024
export const MAX_PULL_ROWS = 1000
/** Places that a handheld counts blind without a task, and such as it wants anew. */
export const MAX_SPOTS = 20
/** One command's body; a scan of MAX_SCAN characters fits. */
export const MAX_COMMAND_BYTES = 32 * 1024

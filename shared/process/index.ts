import type { Command } from '../sync/command.ts'
import { lookup } from './lookup.ts'
import { pick } from './pick.ts'
import type { Process, ProcessName } from './process.ts'
import { receive } from './receive.ts'

/** The registry: a new process is one file and one line here. */
export const PROCESSES: readonly Process[] = [receive, pick, lookup]

export const processNamed = (name: ProcessName): Process | undefined => PROCESSES.find(process => process.name === name)
export const processOf = (type: Command['type']): Process | undefined =>
  PROCESSES.find(process => process.commands.includes(type))

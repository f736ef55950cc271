import type { TestProject } from 'vitest/node'
import { postgresForTests } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /**
     * Address of the PostgreSQL server of this run, or empty where there is none. A test file takes its own database:
     * `createDatabase(inject('postgresUrl'))`, inside `describe.skipIf(!inject('postgresUrl'))`.
     */
    postgresUrl: string
  }
}

/** One server for all files of the project `pg`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await postgresForTests()
  project.provide('postgresUrl', postgres?.url ?? '')
  return async () => postgres?.stop()
}

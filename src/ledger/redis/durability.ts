import type { RedisConnection } from './connection.ts'

const wanted: Readonly<Record<string, { value: string; why: string }>> = {
  appendonly: { value: 'yes', why: 'without it a restart loses what was spent and held' },
  'maxmemory-policy': { value: 'noeviction', why: 'with any other a full memory loses counters and rows' },
}

/** What is wrong with how a server keeps its data, in plain words; nothing if all is well. Rejects if it cannot be reached. */
export async function durabilityFaults({ command }: Pick<RedisConnection, 'command'>): Promise<string[]> {
  const faults: string[] = []
  for (const [name, { value, why }] of Object.entries(wanted)) {
    const found = await settingOf(command, name)
    if (found === undefined)
      faults.push(`${name} cannot be read here; make sure that it is ${value}: ${why}.`)
    else if (found !== value) faults.push(`${name} is ${found}; set it to ${value}: ${why}.`)
  }
  return faults
}

/** Undefined where the server does not say, as hosted ones often do not. */
async function settingOf(command: RedisConnection['command'], name: string): Promise<string | undefined> {
  try {
    const [, value] = (await command('CONFIG', 'GET', name)) as string[]
    return value
  } catch (error) {
    if (isRefused(error)) return undefined
    throw error
  }
}

/** An answer of the server's own, not a broken connection. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof Error && /NOPERM|unknown command|unknown subcommand|not allowed/i.test(error.message)
  )
}

/**
 * Keeps config/models/*.json in step with @pydantic/genai-prices and manual.json.
 * `node config/sync/sync.ts` prints what differs and exits with 1 if anything does; `--write` writes it.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format } from 'prettier'
import { generateModels } from './generate.ts'
import { manual } from './manual.ts'

type Models = Readonly<Record<string, unknown>>

/** One line for each model that was added, removed or changed. */
function differences(before: Models, after: Models): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return names.flatMap((name) => {
    const [old, now] = [JSON.stringify(before[name]), JSON.stringify(after[name])]
    if (old === now) return []
    if (!old) return [`+ ${name} ${now}`]
    return now ? [`- ${name} ${old}`, `+ ${name} ${now}`] : [`- ${name}`]
  })
}

async function sync(
  provider: string,
  models: ReturnType<typeof generateModels>,
  write: boolean,
): Promise<boolean> {
  const file = join(import.meta.dirname, '..', 'models', `${provider}.json`)
  const before = await readFile(file, 'utf8')
  const after = await format(JSON.stringify(models), { parser: 'json', printWidth: 110 })
  if (before === after) return true
  const lines = differences(JSON.parse(before), models)
  console.log([`${provider}.json differs`, ...lines].join('\n  '))
  if (write) await writeFile(file, after)
  return write
}

const write = process.argv.includes('--write')
// All before any is written: a fault in one leaves the others as they were.
const generated = Object.entries(manual).map(
  ([name, byHand]) => [name, generateModels(name, byHand)] as const,
)
const results = await Promise.all(generated.map(([name, models]) => sync(name, models, write)))
if (results.includes(false)) {
  console.log('Run `npm run catalog:sync -- --write` to bring the files up to date.')
  process.exitCode = 1
}

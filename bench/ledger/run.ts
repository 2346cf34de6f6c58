import { writeFileSync } from 'node:fs'
import { redisEngine, sqliteEngine, type Engine } from './engines.ts'
import { grow, type Grown } from './growth.ts'
import { medianNumber, rateOf } from './measure.ts'
import { open, setUp, settle } from './tenant.ts'

/** `npm run bench:ledger`: each engine beside what it stands on, and what growth costs. */

const quick = process.argv.includes('--quick')
const rounds = quick ? 1 : 5
const milliseconds = quick ? 500 : 2_000
const sizes = quick
  ? [
      [1_000, 1],
      [20_000, 1],
      [1_000, 1_000],
    ]
  : [
      [1_000, 1],
      [1_000_000, 1],
      [1_000, 1_000],
      [1_000, 100_000],
    ]

interface Speed {
  readonly engine: string
  readonly rawName: string
  readonly parallel: number
  readonly raw: number
  readonly weir: number
}

async function compare(engine: Engine): Promise<Speed[]> {
  const [keyHash = ''] = await setUp(engine.ledger, 1)
  const cycle = async () => settle(engine.ledger, await open(engine.ledger, keyHash))
  const speeds: Speed[] = []
  for (const parallel of [1, 8, 64]) {
    const samples: { raw: number; weir: number }[] = []
    for (let round = 0; round < rounds; round++)
      samples.push({
        raw: await rateOf(engine.raw, parallel, milliseconds),
        weir: await rateOf(cycle, parallel, milliseconds),
      })
    speeds.push({
      engine: engine.name,
      rawName: engine.rawName,
      parallel,
      raw: medianNumber(samples.map(({ raw }) => raw)),
      weir: medianNumber(samples.map(({ weir }) => weir)),
    })
  }
  return speeds
}

async function main(): Promise<void> {
  const speeds: Speed[] = []
  for (const start of [async () => sqliteEngine(), redisEngine]) {
    const engine = await start()
    try {
      speeds.push(...(await compare(engine)))
    } finally {
      await engine.close()
    }
  }
  const grown: Grown[] = []
  for (const [rows = 0, keys = 0] of sizes) grown.push(await grow(rows, keys))
  const report = [heading(), speedTable(speeds), growthTable(grown)].join('\n\n') + '\n'
  process.stdout.write(report)
  if (!quick) writeFileSync('bench/ledger-results.md', report)
}

function heading(): string {
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
  return [
    '# The ledger beside its engines',
    '',
    `\`npm run bench:ledger${quick ? ' -- --quick' : ''}\`, ${date} UTC. Node ${process.version}; one process, four limits on`,
    `three levels. Medians of ${rounds} interleaved rounds of ${milliseconds / 1000} s.`,
  ].join('\n')
}

function speedTable(speeds: readonly Speed[]): string {
  const lines = speeds.map(({ engine, rawName, parallel, raw, weir }) =>
    row([`${engine}: ${rawName}`, parallel, Math.round(raw), Math.round(weir), (weir / raw).toFixed(2)]),
  )
  return [row(['engine', 'at once', 'raw /s', 'open + settle /s', 'ratio']), rule(5), ...lines].join('\n')
}

function growthTable(grown: readonly Grown[]): string {
  const lines = grown.map(({ rows, keys, openUs, firstOpenUs, settleUs, usageUs }) =>
    row([rows, keys, ...[openUs, firstOpenUs, settleUs, usageUs].map(rounded)]),
  )
  const names = [
    'rows',
    'keys',
    'open p50 us',
    'first open with a key since the start, p50 us',
    'settle p50 us',
    'usage by model and day of a month, p50 us',
  ]
  return ['SQLite as it grows:', '', row(names), rule(names.length), ...lines].join('\n')
}

function rounded(value: number | undefined): number | string {
  return value === undefined ? '' : Math.round(value)
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`
}

function rule(columns: number): string {
  return `|${' --- |'.repeat(columns)}`
}

await main()

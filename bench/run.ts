import { mkdtempSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startGateway, type Gateway } from './gateway.ts'
import { pinned, start, type Child } from './processes.ts'
import { generatorNote, tableOf } from './report.ts'
import { runRounds } from './rounds.ts'
import { targetsOf } from './targets.ts'
import { workloads } from './workloads.ts'

/** `npm run bench`: Weir beside a bare proxy, in front of the same mock, in one interleaved run. */

const quick = process.argv.includes('--quick')
const profiled = process.argv.includes('--profile')
const effort = quick
  ? { rounds: 3, milliseconds: 400, warmUpMilliseconds: 300 }
  : { rounds: 5, milliseconds: 1_500, warmUpMilliseconds: 2_500 }
const proxyCore = 0
const generatorCore = 1

async function main(): Promise<void> {
  const children: Child[] = []
  const started = async <T extends Child>(starting: Promise<T>): Promise<T> => {
    const child = await starting
    children.push(child)
    return child
  }
  try {
    const upstream = await started(start({ file: 'bench/upstream.ts', core: generatorCore }))
    const load = await started(start({ file: 'bench/load.ts', core: generatorCore }))
    const args = [`http://127.0.0.1:${upstream.port}`]
    const bare = await started(start({ file: 'bench/bare-proxy.ts', args, core: proxyCore }))
    const weir = await started(startGateway(upstream.port, { core: proxyCore, flags: profileFlags() }))
    const targets = targetsOf(upstream, bare, weir)
    const { samples, answers } = await runRounds({ targets, workloads, load, upstream, ...effort })
    const books = await checkBooks(weir, answers.weir)
    const report = `${heading()}\n\n${tableOf(samples)}\n\n${generatorNote(samples)}\n${books.text}\n`
    process.stdout.write(report)
    if (!quick && !profiled) writeFileSync('bench/results.md', report)
    if (!books.right) process.exitCode = 1
  } finally {
    await Promise.all(children.map((child) => child.stop()))
  }
}

/** With `--profile` the gateway leaves a CPU profile of the whole run, for the browser's developer tools. */
function profileFlags(): string[] {
  if (!profiled) return []
  const folder = mkdtempSync(join(tmpdir(), 'weir-profile-'))
  console.log(`The profile goes to ${folder}; it slows the gateway down.`)
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`]
}

function heading(): string {
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
  const cores = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})`
  const pinning = pinned
    ? `proxies on core ${proxyCore}, load generator and mock on core ${generatorCore}`
    : 'NOT PINNED to cores, for want of taskset or of a second core: expect noise'
  const rounds = `${effort.rounds} rounds of ${effort.milliseconds / 1000} s for each figure`
  return [
    '# Weir beside a bare proxy',
    '',
    `\`npm run bench${quick ? ' -- --quick' : ''}\`, ${date} UTC. Node ${process.version}, ${cores}, ${pinning}.`,
    `Medians of ${rounds}, interleaved.`,
  ].join('\n')
}

/** The last settlements may still be on their way. */
async function checkBooks(weir: Gateway, answers: number): Promise<{ right: boolean; text: string }> {
  for (let tries = 0; ; tries++) {
    const { requests, charge, spent, held } = await weir.readBooks()
    const right = requests === answers && charge === spent && held.length === 0
    if (!right && tries < 20) {
      await pause(250)
      continue
    }
    const facts = `${answers} answers, ${requests} requests counted, ${charge} USD charged, ${spent} USD spent of the limit`
    const holds = held.length === 0 ? 'nothing held' : `still held: ${held.join(', ')}`
    return { right, text: `Books: ${facts}, ${holds}. ${right ? 'They agree.' : 'THEY DO NOT AGREE.'}` }
  }
}

await main()

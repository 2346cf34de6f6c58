import type { Job, Outcome, Report } from './job.ts'
import type { Child } from './processes.ts'
import type { Target } from './targets.ts'
import type { Workload } from './workloads.ts'

/** One target under one workload for one round. */
export interface Sample {
  readonly workload: Workload
  readonly target: Target['name']
  readonly round: number
  readonly perSecond: number
  /** CPU of the target itself. */
  readonly cpuMicrosPerAnswer: number
  /** The share of their core that the load generator and the mock used. */
  readonly generatorBusy: number
  /** Milliseconds; open loop only. */
  readonly p50: number
  readonly p99: number
}

export interface Plan {
  readonly targets: readonly Target[]
  readonly workloads: readonly Workload[]
  readonly load: Child
  readonly upstream: Child
  readonly rounds: number
  readonly milliseconds: number
  readonly warmUpMilliseconds: number
}

/** Runs all rounds: in each, every workload on every target in turn. Also counts the answers that each target gave. */
export async function runRounds(plan: Plan) {
  const samples: Sample[] = []
  const answers = { direct: 0, bare: 0, weir: 0 }
  const lengths = new Map<string, number>()
  const measure = async (target: Target, workload: Workload, milliseconds: number) => {
    const bodyLength = lengths.get(`${target.name} ${workload.name}`) ?? 0
    const job = jobOf(target, workload, { bodyLength, milliseconds })
    const before = cpuOf(plan, target)
    const outcome = await runJob(plan.load, job)
    answers[target.name] += outcome.answers
    return { outcome, cpu: cpuOf(plan, target).map((now, index) => now - (before[index] ?? 0)) }
  }
  for (const workload of plan.workloads) {
    for (const target of plan.targets) {
      lengths.set(`${target.name} ${workload.name}`, await target.probe(workload))
      answers[target.name]++
      await measure(target, workload, plan.warmUpMilliseconds)
    }
  }
  for (let round = 0; round < plan.rounds; round++) {
    for (const workload of plan.workloads)
      for (const target of inTurn(plan.targets, round)) {
        const { outcome, cpu } = await measure(target, workload, plan.milliseconds)
        samples.push(sampleOf({ workload, target: target.name, round }, outcome, cpu))
      }
  }
  return { samples, answers }
}

/** Each round the targets take turns in the other direction, so that none always comes after the same one. */
function inTurn(targets: readonly Target[], round: number): readonly Target[] {
  return round % 2 === 0 ? targets : targets.toReversed()
}

function jobOf(
  target: Target,
  workload: Workload,
  { bodyLength, milliseconds }: { bodyLength: number; milliseconds: number },
): Job {
  const { connections, ratePerSecond } = workload
  const job = {
    port: target.child.port,
    request: target.request(workload),
    bodyLength,
    connections,
    milliseconds,
  }
  return ratePerSecond === undefined ? job : { ...job, ratePerSecond }
}

function runJob(load: Child, job: Job): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    load.process.once('message', (report: Report) =>
      'outcome' in report ? resolve(report.outcome) : reject(new Error(report.failure)),
    )
    load.process.send(job)
  })
}

/** CPU and time so far, in seconds: the target's, the generator's with the mock's, and the clock's. */
function cpuOf({ load, upstream }: Plan, target: Target): number[] {
  const generator = load.cpuSeconds() + upstream.cpuSeconds()
  return [target.child.cpuSeconds(), generator, performance.now() / 1000]
}

function sampleOf(
  place: Pick<Sample, 'workload' | 'target' | 'round'>,
  outcome: Outcome,
  [cpu = 0, generator = 0, seconds = 1]: readonly number[],
): Sample {
  const times = place.workload.timed === 'firstByte' ? outcome.firstByteMs : outcome.wholeMs
  const sorted = times.toSorted((a, b) => a - b)
  return {
    ...place,
    perSecond: outcome.perSecond,
    cpuMicrosPerAnswer: (cpu * 1e6) / outcome.answers,
    generatorBusy: generator / seconds,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  }
}

/** Of sorted numbers the one that this share of them does not exceed. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

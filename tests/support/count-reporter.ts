import { writeSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** Ends the run with one line that a script can read: `12 passed, 0 failed`. */
export class CountReporter implements Reporter {
  #line = ''

  onInit(): void {
    // At the exit of the process, so that no other reporter's words come after it.
    process.once('exit', () => this.#line && writeSync(1, `${this.#line}\n`))
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const counts: Counts = { passed: 0, failed: unhandled.length, skipped: 0 }
    for (const module of modules) countModule(module, counts)
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
    this.#line = `${counts.passed} passed, ${counts.failed} failed${skipped}`
  }
}

/** Counts a file's tests, and as a failure of its own each file or group that broke outside of them. */
function countModule(module: TestModule, counts: Counts): void {
  counts.failed += module.errors().length
  for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    if (state === 'passed' || state === 'failed') counts[state]++
    // A run that was cut short leaves tests pending: they did not pass.
    else if (state === 'skipped') counts.skipped++
    else counts.failed++
  }
}

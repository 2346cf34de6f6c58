import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder that holds the Worker as it would be deployed: `worker.js`. */
    workerBundle: string
  }
}

/** Builds the Worker once per run, for every gateway in workerd. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bundle-'))
  const wrangler = resolve('node_modules/wrangler/bin/wrangler.js')
  execFileSync(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', folder], {
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    stdio: 'pipe',
  })
  project.provide('workerBundle', folder)
  return () => rmSync(folder, { recursive: true, force: true })
}

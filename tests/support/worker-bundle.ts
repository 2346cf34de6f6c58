import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of this run: the Workers as they would be deployed, `worker.js` and `worker-redis.js`, and a note of each gateway, `<pid>.pid`. */
    runFolder: string
  }
}

/** Builds the Workers once per run, for every gateway in workerd, and ends what failing tests left running. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bundle-'))
  const wrangler = resolve('node_modules/wrangler/bin/wrangler.js')
  const build = (...options: string[]) =>
    execFileSync(process.execPath, [wrangler, 'deploy', '--dry-run', ...options], {
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
      stdio: 'pipe',
    })
  build('--env', '', '--outdir', folder)
  build('--env', 'redis', '--outdir', folder)
  project.provide('runFolder', folder)
  return () => {
    for (const note of readdirSync(folder)) if (note.endsWith('.pid')) end(Number.parseInt(note))
    rmSync(folder, { recursive: true, force: true })
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { CountReporter } from './tests/support/count-reporter.ts'

/** Two projects: most tests run on Node, `*.workers.test.ts` inside workerd with real Durable Objects. */
export default defineConfig({
  test: {
    reporters: ['default', new CountReporter()],
    // Most of the time is spent waiting for gateways, so every core may have its file.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'node',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/**/*.workers.test.ts', '**/node_modules/**'],
          globalSetup: ['./tests/support/worker-bundle.ts'],
          testTimeout: 20_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: './tests/support/worker-entry.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: { FC_RUNS: process.env['FC_RUNS'] ?? '', FC_SEED: process.env['FC_SEED'] ?? '' },
            },
          }),
        ],
        test: {
          name: 'workers',
          include: ['tests/**/*.workers.test.ts'],
          testTimeout: 60_000,
        },
      },
    ],
  },
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ClientDialectId } from '../../../src/core/dialect.ts'
import { WeirError } from '../../../src/core/errors.ts'
import type { Provider } from '../../../src/core/provider.ts'
import { clientDialects } from '../../../src/dialects/index.ts'
import { cuts } from '../../dialects/splits.ts'
import type { ErrorFixture, ProviderFixture } from '../../fixtures/fixture.ts'
import type { Served } from '../../pipeline/world.ts'
import { expectNoSecrets, runs } from './answers.ts'
import { gatewayTo } from './gateway.ts'

/** Who is told of an error, and who pays: nobody. */
export function testErrors(provider: Provider, fixture: ProviderFixture): void {
  for (const error of fixture.errors) testError(provider, fixture, error)
}

function testError(provider: Provider, { dialect, operator }: ProviderFixture, error: ErrorFixture): void {
  test(`${error.what} (${error.status}) is the ${error.fault}’s fault`, async () => {
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), async (cuts, stream) => {
        const gateway = await gatewayTo({ provider, operator, dialect }, { replies: [error], cuts })
        const served = await gateway.ask({ stream })
        expectNoSecrets(served.headers)
        if (error.fault === 'caller') {
          expect(served.status).toBe(error.status)
          expect(served.body.toString()).toBe(error.bodyDown ?? error.body)
        } else expectHidden(served, error, dialect)
        expect(await gateway.rows()).toMatchObject([{ charge: 0, providerCost: 0, outcome: 'failed' }])
        expect(await gateway.counts()).toMatchObject({
          cost: { spent: 0, held: 0 },
          concurrency: { held: 0 },
        })
      }),
      runs,
    )
  })
}

/** In place of an error that is not the caller's, one of ours in words of ours, in the caller's dialect. */
function expectHidden(served: Served, error: ErrorFixture, dialect: ClientDialectId): void {
  const isLimit = error.fault === 'provider' && error.status === 429
  const retryAfterSeconds = Number(error.headers['retry-after'] ?? 5)
  const limited = 'Every provider of this model is at its own rate limit.'
  const expected = isLimit ? new WeirError('provider_rate_limited', limited, { retryAfterSeconds }) : failed()
  const body = clientDialects[dialect].errorBody(expected, served.headers['x-request-id'])
  expect(served.status).toBe(isLimit ? 429 : 502)
  expect(served.body.toString()).toBe(Buffer.from(body).toString())
  expect(served.headers['retry-after']).toBe(isLimit ? String(retryAfterSeconds) : undefined)
}

export function failed(): WeirError {
  return new WeirError('upstream_failed', 'The provider failed to answer.')
}

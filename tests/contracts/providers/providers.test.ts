import { describe, expect, test } from 'vitest'
import { providers } from '../../../providers/index.ts'
import { alibabaFixture } from '../../fixtures/providers/alibaba.ts'
import { deepseekFixture } from '../../fixtures/providers/deepseek.ts'
import { openaiFixture } from '../../fixtures/providers/openai.ts'
import { sandboxFixture } from '../../fixtures/providers/sandbox.ts'
import { testProvider } from './contract.ts'

const fixtures = [openaiFixture, deepseekFixture, alibabaFixture, sandboxFixture]

for (const provider of providers)
  testProvider(
    provider,
    fixtures.find((fixture) => fixture.provider === provider.id),
  )

describe('the registry', () => {
  test('names each provider once, and no fixture is left over', () => {
    const ids = providers.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(fixtures.map(({ provider }) => provider).filter((id) => !ids.includes(id))).toEqual([])
  })

  test('keeps the settings of providers apart', () => {
    const names = providers.flatMap(({ auth, baseUrlEnv }) =>
      [auth.kind === 'header' ? auth.env : [], baseUrlEnv ?? []].flat(),
    )
    expect(new Set(names).size).toBe(names.length)
  })
})

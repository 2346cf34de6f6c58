import { describe, expect, test } from 'vitest'
import { providers } from '../../../providers/index.ts'
import { alibabaFixture } from '../../fixtures/providers/alibaba.ts'
import { anthropicFixture } from '../../fixtures/providers/anthropic.ts'
import { bedrockClaudeFixture } from '../../fixtures/providers/aws-bedrock.ts'
import { azureChatFixture, azureResponsesFixture } from '../../fixtures/providers/azure-openai.ts'
import { deepseekFixture } from '../../fixtures/providers/deepseek.ts'
import { googleFixture } from '../../fixtures/providers/google.ts'
import { openaiResponsesFixture } from '../../fixtures/providers/openai-responses.ts'
import { openaiFixture } from '../../fixtures/providers/openai.ts'
import { sandboxFixture } from '../../fixtures/providers/sandbox.ts'
import { vertexClaudeFixture, vertexGeminiFixture } from '../../fixtures/providers/vertex.ts'
import { secretsOf, testProvider } from './contract.ts'

const fixtures = [
  openaiFixture,
  openaiResponsesFixture,
  anthropicFixture,
  googleFixture,
  deepseekFixture,
  alibabaFixture,
  azureChatFixture,
  azureResponsesFixture,
  bedrockClaudeFixture,
  vertexGeminiFixture,
  vertexClaudeFixture,
  sandboxFixture,
]

for (const provider of providers)
  testProvider(
    provider,
    fixtures.filter((fixture) => fixture.provider === provider.id),
  )

describe('the registry', () => {
  test('names each provider once, and no fixture is left over', () => {
    const ids = providers.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const spoken = providers.flatMap(({ id, speaks }) => speaks.chat.map(({ dialect }) => `${id} ${dialect}`))
    const left = fixtures.map(({ provider, dialect }) => `${provider} ${dialect}`)
    expect(new Set(left).size).toBe(left.length)
    expect(left.filter((name) => !spoken.includes(name))).toEqual([])
  })

  test('keeps the settings of providers apart', () => {
    const names = providers.flatMap((provider) => [...secretsOf(provider), provider.baseUrlEnv ?? []].flat())
    expect(new Set(names).size).toBe(names.length)
  })
})

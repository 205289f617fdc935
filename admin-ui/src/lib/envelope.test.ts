import { expect, test } from 'vitest'
import { messagesBeside, readEnvelope } from './envelope'

test('each field gets its sentence and its code', () => {
  const body = {
    status: 400,
    message: 'Failed to create record.',
    data: {
      email: { code: 'validation_is_email', message: 'Must be a valid email address.' },
      password: { code: 'validation_min_text_constraint', message: 'Must be at least 8 character(s).', params: { min: 8 } },
    },
  }
  expect(readEnvelope(body)).toEqual({
    message: 'Failed to create record.',
    fields: { email: 'Must be a valid email address.', password: 'Must be at least 8 character(s).' },
    codes: { email: 'validation_is_email', password: 'validation_min_text_constraint' },
  })
})

test('nested errors are keyed by their path', () => {
  const data = { fields: { 0: { name: { code: 'validation_required', message: 'Cannot be blank.' } } } }
  expect(readEnvelope({ data }).fields).toEqual({ 'fields.0.name': 'Cannot be blank.' })
})

test('fields named code and message are still fields', () => {
  const data = {
    code: { code: 'validation_required', message: 'Cannot be blank.' },
    message: { code: 'validation_required', message: 'Cannot be blank.' },
  }
  expect(readEnvelope({ data }).fields).toEqual({ code: 'Cannot be blank.', message: 'Cannot be blank.' })
})

test('an answer that is no envelope still gives a sentence', () => {
  for (const body of [undefined, null, '', 'Bad gateway', 42, [], {}, { message: '' }, { message: 5, data: [] }]) {
    const { message, fields, codes } = readEnvelope(body)
    expect(message).toBe('Something went wrong while processing your request.')
    expect([fields, codes]).toEqual([{}, {}])
  }
})

test('what no input shows goes to the summary', () => {
  const fields = { email: 'Cannot be blank.', id: 'Value must be unique.' }
  expect(messagesBeside(fields, ['email', 'password'])).toEqual(['id: Value must be unique.'])
})

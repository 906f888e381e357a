import { expect, test } from 'vitest';
import { baseUrl, databaseUrl, secretUrl, supabaseUrl } from './parse-url.ts';

test.each([
  ['https://graph.example.com/', 'https://graph.example.com'],
  ['https://proxy.example.com/meta/', 'https://proxy.example.com/meta'],
  ['http://127.0.0.1:54321/facebook', 'http://127.0.0.1:54321/facebook'],
  ['http://localhost:3000', 'http://localhost:3000'],
  ['http://[::1]:3000', 'http://[::1]:3000'],
])('%s is an address to append paths to', (text, value) => {
  expect(baseUrl(text)).toEqual({ value });
});

test.each([
  'graph.example.com',
  'ftp://a.b',
  'http://graph.example.com',
  'http://127.0.0.1.evil.example',
  'http://0.0.0.0:80',
  'https://user:password@a.b',
  'https://a.b/?x=1',
  'https://a.b/#x',
  '',
])('%s is none', (text) => {
  expect(baseUrl(text)).toHaveProperty('problem');
});

test('the address of a project is neither the dashboard’s nor that of one API', () => {
  expect(supabaseUrl('https://abcdefgh.supabase.co/')).toEqual({ value: 'https://abcdefgh.supabase.co' });
  expect(supabaseUrl('https://supabase.com/dashboard/project/abcdefgh')).toHaveProperty('problem');
  expect(supabaseUrl('https://abcdefgh.supabase.co/rest/v1/')).toHaveProperty('problem');
});

test('the address of the database is a secret, and a template left as it was is noticed', () => {
  const url = 'postgresql://postgres.ref:pa%40ss@aws-0.pooler.supabase.com:5432/postgres';
  const parsed = databaseUrl(url);
  expect('value' in parsed && parsed.value.reveal()).toBe(url);
  expect(databaseUrl(url.replace('pa%40ss', '[YOUR-PASSWORD]'))).toMatchObject({
    problem: 'still contains [YOUR-PASSWORD]',
  });
  for (const bad of ['', 'localhost', 'mysql://a@b/c', 'host=a dbname=b', 'postgres:///db']) {
    expect(databaseUrl(bad)).toHaveProperty('problem');
  }
});

test('a webhook’s address is a secret', () => {
  const parsed = secretUrl('https://hooks.example.com/T1/B2/x');
  expect('value' in parsed && parsed.value.reveal()).toBe('https://hooks.example.com/T1/B2/x');
  expect(secretUrl('hooks.example.com')).toHaveProperty('problem');
});

import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isPublicAddress, isPublicHostname, PrivateAddressError, publicLookup } from './public-address.ts';

describe('an address', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.32.0.1',
    '192.169.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '64:ff9b::8.8.4.4',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '127.0.0.1',
    '127.255.255.254',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fd12:3456::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::c0a8:1',
    '64:ff9b::',
    '64:ff9b::1',
    '0064:FF9B:0:0:0:0:7F00:0001',
    '2002:7f00:1::',
    'fe80::1%eth0',
    // Metadata of clouds: AWS, Alibaba, Oracle, Azure.
    'fd00:ec2::254',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    '::ffff:168.63.129.16',
    '192.88.99.1',
    '64:ff9b:1::a00:1',
    '2001::1',
    '3fff::1',
    '5f00::1',
    '100:0:0:1::1',
    'localhost',
    '',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a host name', () => {
  it.each([
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1./',
    'http://①②⑦.0.0.1/',
    'http://0300.0250.1/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:a00:1::]/',
  ])('in %s is recognised as a private address', (url) => {
    expect(isPublicHostname(new URL(url).hostname)).toBe(false);
  });
});

describe('the lookup', () => {
  const answering =
    (...addresses: string[]): LookupFunction =>
    (_name, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  function lookUp(lookup: LookupFunction): Promise<unknown> {
    return new Promise((resolve) => {
      publicLookup(lookup)('media.example.com', { all: true }, (error, found) => resolve(error ?? found));
    });
  }

  it('passes on addresses that are all public', async () => {
    expect(await lookUp(answering('8.8.8.8', '2606:4700::1111'))).toHaveLength(2);
  });

  it.each([['127.0.0.1'], ['::1'], ['8.8.8.8', '10.0.0.1'], []])(
    'refuses a name that means %s %s',
    async (...addresses) => {
      expect(await lookUp(answering(...addresses))).toBeInstanceOf(PrivateAddressError);
    },
  );

  it('passes on that a name does not exist', async () => {
    const missing: LookupFunction = (_name, _options, callback) => callback(new Error('ENOTFOUND'), '');
    expect(await lookUp(missing)).toMatchObject({ message: 'ENOTFOUND' });
  });
});

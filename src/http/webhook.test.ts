import { expect, it } from 'vitest';
import { Secret } from '../core/secret.ts';
import { signature } from './webhook.ts';

it('signs as the libraries of Standard Webhooks do', () => {
  // https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries: the vector of their tests.
  const secret = new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  expect(signature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

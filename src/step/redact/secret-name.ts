const telling =
  /(^|_)(TOKENS?|PASSWORDS?|PASSWD|PASSPHRASE|SECRETS?|CREDENTIALS?|PRIVATE|KEYS?|AUTH|WEBHOOKS?)(_|$)/i;

/** Whether a variable's name says that its value is secret. It is read word by word: `CI_COMMIT_AUTHOR` is no auth. */
export function isSecretName(name: string): boolean {
  return telling.test(name);
}

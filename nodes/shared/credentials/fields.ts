/** Texts and lists in the fields of a credential. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/** A text field of a credential; a missing one is empty. */
export function textField(credential: ICredentialDataDecryptedObject, name: string): string {
  const value = credential[name];
  return typeof value === 'string' ? value.trim() : '';
}

/** The entries of a field that holds several, separated by commas, white space or new lines. */
export function listField(credential: ICredentialDataDecryptedObject, name: string): string[] {
  return textField(credential, name)
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
}

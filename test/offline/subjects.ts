import "reflect-metadata"; // @peculiar/x509 does not load without it
import * as x509 from "@peculiar/x509";

// A part of a subject is TYPE=VALUE. No text can be read in two ways, so that none takes long to check.
export const oid = String.raw`(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d{0,12}))(?:\.(?:0|[1-9]\d{0,12})){1,20}`;
const unseen = String.raw`\p{C}\p{Zl}\p{Zp}`;
const value = String.raw` *"[^"${unseen}]*" *|(?:\\(?![\da-f]{2})[^${unseen}]|[^,+"\\${unseen}])*`;
const parts = new RegExp(` *([a-z]+|${oid}) *=(${value})([,+](?!$)|$)`, "giu");

/** Whether a subject is an X.500 name: nothing but parts, and all that the library can write. */
export function isName(subject: string) {
  try {
    return subject.replace(parts, "") === "" && nameOf(subject).toArrayBuffer().byteLength > 0;
  } catch {
    return false;
  }
}

/** The library knows types of names in upper case only, though they are case-insensitive (RFC 4514), and not these. */
export function nameOf(subject: string) {
  const types = { S: "2.5.4.8", STREET: "2.5.4.9", SERIALNUMBER: "2.5.4.5", EMAILADDRESS: "1.2.840.113549.1.9.1" };
  const trimmed = (value: string) => value.replace(/^ +|(?<!\\) +$/g, "");
  const plain = subject.replace(parts, (_, type, value, end) => `${type.toUpperCase()}=${trimmed(value)}${end}`);
  return new x509.Name(plain, types);
}
